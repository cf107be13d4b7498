"""What the scan says about code."""

from __future__ import annotations

from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.absence import gone
from checklists.probes.probe import probe
from checklists.probes.wording import count, listed


@probe()
def code_found(facts: Facts, _: Item) -> Evidence:
    """The scan found sites and understood all that is declared."""
    serious = [problem for problem in facts.inventory.problems if problem.serious]
    if serious:
        return Evidence(
            verdict="refutes",
            summary=f"{count(len(serious), 'serious problem')}: a declared part of the API is not understood.",
            locations=tuple(Pointer(location=problem.location, note=problem.message) for problem in serious),
        )
    files = facts.inventory.files
    if files.failed:
        pointers = tuple(Pointer(location=p.location, note=p.message) for p in facts.inventory.problems)
        summary = f"{count(files.failed, 'file')} could not be read, so sites may be missing."
        return Evidence(verdict="refutes", summary=summary, locations=pointers)
    if facts.site_count:
        summary = f"The scan lists {count(facts.site_count, 'site')}; none is unclear."
        return Evidence(verdict="supports", summary=summary)
    if facts.baseline.sites and facts.scan_reads:
        summary = f"The scan listed {count(facts.baseline.sites, 'site')} at the start; none is left."
        return Evidence(verdict="supports", summary=summary)
    return Evidence(verdict="no_data", summary="The scan found no site, and never has: is this the right folder?")


@probe()
def no_new_sites(facts: Facts, _: Item) -> Evidence:
    """There are not more sites than on the first day."""
    before, now = facts.baseline.sites, facts.site_count
    if now > before:
        summary = f"{count(now, 'site')} today, {before} at the start: {now - before} more."
        return Evidence(verdict="refutes", summary=summary)
    if not before or not (now or facts.scan_reads):
        return Evidence(verdict="no_data", summary="The scan saw no site, so it would not see a new one either.")
    return Evidence(verdict="supports", summary=f"{count(now, 'site')} today, {before} at the start.")


@probe()
def clients_moved(facts: Facts, _: Item) -> Evidence:
    """The scan finds no client that opens a WebSocket any more."""
    left = tuple(
        Pointer(location=client.location, note=f"opens {client.library}({client.url or '?'})")
        for client in facts.inventory.clients
    )
    return gone(facts, "WebSocket client", left, facts.baseline.clients)


@probe()
def reconnects_removed(facts: Facts, _: Item) -> Evidence:
    """The scan finds no hand-made reconnect any more."""
    clients = facts.inventory.clients
    left = tuple(
        Pointer(location=client.reconnect, note=f"reconnects the {client.library} at {client.location}")
        for client in clients
        if client.reconnect
    )
    if clients and not left and not facts.baseline.reconnects and facts.scan_reads:
        summary = f"{count(len(clients), 'client')} read; none reconnects by hand."
        return Evidence(verdict="supports", summary=summary)
    return gone(facts, "hand-made reconnect", left, facts.baseline.reconnects)


@probe()
def tests_moved(facts: Facts, _: Item) -> Evidence:
    """The scan finds no test or mock of the old path any more."""
    left = tuple(Pointer(location=test.location, note=test.summary) for test in facts.inventory.tests)
    return gone(facts, "old-path test", left, facts.baseline.tests)


@probe()
def ratchet_on(facts: Facts, _: Item) -> Evidence:
    """The settings name a baseline of the ratchet (`scan.baseline`), and the file is there."""
    if facts.ratchet is None:
        summary = "The settings name no baseline (scan.baseline) that is there: ws2sse scan fails on nothing new."
        return Evidence(verdict="no_data", summary=summary)
    summary = f"ws2sse scan compares with {facts.ratchet}, and fails on new uses of the WebSocket API."
    return Evidence(verdict="supports", summary=summary)


@probe()
def code_removed(facts: Facts, _: Item) -> Evidence:
    """The scan finds no server code of the WebSocket path any more; git tells since which commit."""
    left = tuple(Pointer(location=site.location, note=site.summary) for site in facts.server_sites)
    evidence = gone(facts, "site of the server code", left, facts.baseline.handlers + facts.baseline.pushes)
    if evidence.verdict != "supports" or not facts.removals:
        return evidence
    told = tuple(
        facts.fact("git.removed_in", one.word, one.commit, source="git", query=f"git log -1 -S {one.word}")
        for one in facts.removals
    )
    last = max(facts.removals, key=lambda one: one.at)
    summary = f"{evidence.summary} Git: the last of it went with {last.commit[:12]} on {last.at.date()}."
    return evidence.model_copy(update={"summary": summary, "facts": told})


@probe()
def addresses_gone(facts: Facts, _: Item) -> Evidence:
    """No client, variable of a function or setting that the scan reads holds a wss:// address any more."""
    clients = tuple(
        Pointer(location=where, note=f"an address of the {client.library} at {client.location}")
        for client in facts.inventory.clients
        for where in (client.location, *client.set_in)
    )
    held = {name: value for name, value in facts.inventory.environment.items() if _is_socket(value)}
    declared = tuple(
        Pointer(location=handler.declared_in, note=f"{name} holds a WebSocket address")
        for handler in facts.inventory.handlers
        if handler.declared_in
        for name in sorted(name for name, value in handler.environment.items() if _is_socket(value))
    )
    evidence = gone(facts, "WebSocket address", (*clients, *declared), facts.baseline.clients)
    if held and evidence.verdict != "refutes":
        summary = f"Variables of functions hold a WebSocket address: {listed(sorted(held))}."
        return Evidence(verdict="refutes", summary=summary)
    return evidence


def _is_socket(value: str) -> bool:
    return value.strip().lower().startswith(("ws://", "wss://"))

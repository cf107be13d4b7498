"""What the scan says about code."""

from __future__ import annotations

from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.absence import gone
from checklists.probes.wording import count


def code_found(facts: Facts, _: Item) -> Evidence:
    """Supported when the scan found sites and understood all that is declared."""
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
        read = f" in {count(files.read, 'file')}" if files.read else ""
        summary = f"The scan lists {count(facts.site_count, 'site')}{read}; none is unclear."
        return Evidence(verdict="supports", summary=summary)
    if facts.baseline.sites and facts.scan_reads:
        summary = f"The scan listed {count(facts.baseline.sites, 'site')} at the start; none is left."
        return Evidence(verdict="supports", summary=summary)
    return Evidence(verdict="no_data", summary="The scan found no site, and never has: is this the right folder?")


def no_new_sites(facts: Facts, _: Item) -> Evidence:
    """A ratchet: the number of sites may only fall."""
    before, now = facts.baseline.sites, facts.site_count
    if now > before:
        summary = f"{count(now, 'site')} today, {before} at the start: {now - before} more."
        return Evidence(verdict="refutes", summary=summary)
    if not before or not (now or facts.scan_reads):
        return Evidence(verdict="no_data", summary="The scan saw no site, so it would not see a new one either.")
    return Evidence(verdict="supports", summary=f"{count(now, 'site')} today, {before} at the start.")


def clients_moved(facts: Facts, _: Item) -> Evidence:
    left = tuple(
        Pointer(location=client.location, note=f"opens {client.library}({client.url or '?'})")
        for client in facts.inventory.clients
    )
    return gone(facts, "WebSocket client", left, facts.baseline.clients)


def reconnects_removed(facts: Facts, _: Item) -> Evidence:
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


def tests_moved(facts: Facts, _: Item) -> Evidence:
    left = tuple(Pointer(location=test.location, note=test.summary) for test in facts.inventory.tests)
    return gone(facts, "old-path test", left, facts.baseline.tests)

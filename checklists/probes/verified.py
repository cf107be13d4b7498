"""What the last verify report says."""

from __future__ import annotations

from collections.abc import Iterable

from checklists.evidence import Evidence, Pointer, Progress, Verdict
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.absence import gone
from checklists.probes.probe import probe
from checklists.probes.report import apis_by_route, result_verdict, told, unusable
from checklists.probes.wording import count
from checklists.verify_report import RouteResult, VerifyReport
from migrator.inventory.record import Location


@probe()
def replaced(facts: Facts, _: Item) -> Evidence:
    """The last verify report says PASS on all routes.

    A report that has become stale because the old server code is gone still counts: nothing is left to run again.
    """
    report = facts.report
    if report and report.verdict == "PASS" and _server_code_gone(facts):
        summary = (
            f"No server code of the WebSocket path is left; the last verify report ({report.finished_at}) said PASS."
        )
        return Evidence(verdict="supports", summary=summary, facts=told(facts))
    if report is None or facts.report_stale:
        return unusable(facts)
    apis = apis_by_route(facts)
    passed = {key for key, names in apis.items() if len(names) == 1 and result_verdict(report, key) == "PASS"}
    verdict, summary = _judge(report, apis.keys(), passed)
    left = len(facts.server_sites)
    if verdict == "supports" and left:
        summary += f" {count(left, 'site')} of the old server code still stand; they go in the phase teardown."
    return Evidence(
        verdict=verdict, summary=summary, progress=Progress(done=len(passed), total=len(apis)), facts=told(facts)
    )


def _judge(report: VerifyReport, keys: Iterable[str], passed: set[str]) -> tuple[Verdict, str]:
    unproved = [key for key in keys if key not in passed]
    if report.verdict == "FAIL" or any(result_verdict(report, key) == "FAIL" for key in unproved):
        return "refutes", f"Verify says FAIL: {_classes(report)}."
    if report.verdict == "INCONCLUSIVE" or not report.sessions:
        return "no_data", _inconclusive(report)
    if unproved:
        return "no_data", f"Verify says PASS, but proved nothing about {', '.join(unproved)}: add sessions for it."
    if not passed:
        return "no_data", "The scan knows no route that a PASS would have to cover."
    basis = f"{count(len(passed), 'route')}, {count(report.sessions, 'session')}, {report.finished_at}"
    return "supports", f"Verify says PASS on every route ({basis})."


def _server_code_gone(facts: Facts) -> bool:
    return not len(facts.server_sites) and facts.baseline.sites > 0 and facts.scan_reads


@probe()
def route_moved(facts: Facts, item: Item) -> Evidence:
    """The last verify report says PASS for the route."""
    key = str(item.subject)
    report = facts.report
    if report is None or facts.report_stale:
        return unusable(facts)
    apis = apis_by_route(facts)[key]
    if len(apis) > 1:
        return Evidence(
            verdict="no_data",
            summary=f"{' and '.join(apis)} both have a route {key}; the report does not say which one it means.",
        )
    verdict = result_verdict(report, key)
    result = report.routes.get(key)
    if verdict is None:
        return Evidence(verdict="no_data", summary=f"The verify report has no session through {key}.")
    if verdict == "FAIL":
        found = f": {count(result.differences, 'difference')}" if result else ""
        return Evidence(verdict="refutes", summary=f"Verify says FAIL for {key}{found}.", facts=told(facts, key))
    if verdict == "INCONCLUSIVE":
        return Evidence(verdict="no_data", summary=f"Verify is inconclusive about {key}.", facts=told(facts, key))
    summary = f"Verify says PASS for {key} ({_basis(result, report)}, {report.finished_at})."
    return Evidence(verdict="supports", summary=summary, facts=told(facts, key))


@probe()
def handlers_replaced(facts: Facts, _: Item) -> Evidence:
    """The last verify report says PASS for every route of every handler, or the scan finds no handler any more."""
    found = [(handler.location, handler.id, handler.route_keys) for handler in facts.inventory.handlers]
    wanted = [(where, f"{name} serves {', '.join(keys)}", keys) for where, name, keys in found if keys]
    return _replaced(facts, "handler", wanted, facts.baseline.handlers)


@probe()
def sends_replaced(facts: Facts, _: Item) -> Evidence:
    """The last verify report says PASS for every route that sends, or the scan finds no send any more."""
    wanted: list[tuple[Location | None, str, tuple[str, ...]]] = [
        (push.location, f"{push.operation} in {push.function or 'the module'}", push.routes)
        for push in facts.inventory.pushes
    ]
    return _replaced(facts, "send", wanted, facts.baseline.pushes)


def _replaced(
    facts: Facts, noun: str, found: list[tuple[Location | None, str, tuple[str, ...]]], before: int
) -> Evidence:
    if not found:
        return gone(facts, noun, (), before)
    report = facts.report
    if report is None or facts.report_stale:
        return unusable(facts)
    several = {key for key, names in apis_by_route(facts).items() if len(names) > 1}
    open_: list[Pointer] = []
    failed = False
    done = 0
    for where, note, keys in found:
        verdicts = {None if key in several else result_verdict(report, key) for key in keys} or {None}
        if verdicts == {"PASS"}:
            done += 1
            continue
        failed = failed or "FAIL" in verdicts
        reason = note if keys else f"{note}: no route leads to it"
        open_.extend([Pointer(location=where, note=reason)] if where else [])
    progress = Progress(done=done, total=len(found))
    if done == len(found):
        summary = f"Verify says PASS for every route of {count(done, noun)} ({report.finished_at})."
        return Evidence(verdict="supports", summary=summary, progress=progress, facts=told(facts))
    left = count(len(found) - done, noun)
    summary = f"Verify has not shown that {left} of {len(found)} {'is' if len(found) - done == 1 else 'are'} replaced."
    verdict: Verdict = "refutes" if failed else "no_data"
    return Evidence(verdict=verdict, summary=summary, locations=tuple(open_), progress=progress, facts=told(facts))


def _basis(result: RouteResult | None, report: VerifyReport) -> str:
    return count(result.messages, "message") if result else count(report.sessions, "session")


def _classes(report: VerifyReport) -> str:
    listed = ", ".join(f"{number} {kind}" for kind, number in report.classes.most_common())
    return listed or "; ".join(report.reasons) or "no class of difference is named"


def _inconclusive(report: VerifyReport) -> str:
    if not report.sessions:
        return "The verify report compared no sessions."
    return f"Verify is inconclusive: {'; '.join(report.reasons) or 'no reason is given'}."

"""What the last verify report says."""

from __future__ import annotations

from collections.abc import Iterable

from checklists.evidence import Evidence, Progress, Verdict
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.report import apis_by_route, result_verdict, unusable
from checklists.probes.wording import count
from checklists.verify_report import RouteResult, VerifyReport


def replaced(facts: Facts, _: Item) -> Evidence:
    """Supported by PASS on all routes.

    A report that has become stale because the old server code is gone still counts: nothing is left to run again.
    """
    report = facts.report
    if report and report.verdict == "PASS" and _server_code_gone(facts):
        summary = (
            f"No server code of the WebSocket path is left; the last verify report ({report.finished_at}) said PASS."
        )
        return Evidence(verdict="supports", summary=summary)
    if report is None or facts.report_stale:
        return unusable(facts)
    apis = apis_by_route(facts)
    passed = {key for key, names in apis.items() if len(names) == 1 and result_verdict(report, key) == "PASS"}
    verdict, summary = _judge(report, apis.keys(), passed)
    left = facts.server_site_count
    if verdict == "supports" and left:
        summary += f" {count(left, 'site')} of the old server code still stand; they go in phase 3."
    return Evidence(verdict=verdict, summary=summary, progress=Progress(done=len(passed), total=len(apis)))


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
    return not facts.server_site_count and facts.baseline.sites > 0 and facts.scan_reads


def route_moved(facts: Facts, item: Item) -> Evidence:
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
        return Evidence(verdict="refutes", summary=f"Verify says FAIL for {key}{found}.")
    if verdict == "INCONCLUSIVE":
        return Evidence(verdict="no_data", summary=f"Verify is inconclusive about {key}.")
    summary = f"Verify says PASS for {key} ({_basis(result, report)}, {report.finished_at})."
    return Evidence(verdict="supports", summary=summary)


def _basis(result: RouteResult | None, report: VerifyReport) -> str:
    return count(result.messages, "message") if result else count(report.sessions, "session")


def _classes(report: VerifyReport) -> str:
    listed = ", ".join(f"{number} {kind}" for kind, number in report.classes.most_common())
    return listed or "; ".join(report.reasons) or "no class of difference is named"


def _inconclusive(report: VerifyReport) -> str:
    if not report.sessions:
        return "The verify report compared no sessions."
    return f"Verify is inconclusive: {'; '.join(report.reasons) or 'no reason is given'}."

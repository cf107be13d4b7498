"""How far the verify report may be believed."""

from __future__ import annotations

from datetime import UTC, datetime

from checklists.evidence import Evidence, Fact
from checklists.facts import Facts
from checklists.verify_report import ReportVerdict, VerifyReport

_LIFECYCLE = frozenset({"$connect", "$disconnect"})


def apis_by_route(facts: Facts) -> dict[str, list[str]]:
    """Route key -> names of the APIs that have it. A report names routes by their key alone."""
    found: dict[str, list[str]] = {}
    for api in facts.inventory.apis:
        for route in api.routes:
            found.setdefault(route.key, []).append(api.name)
    return found


def told(facts: Facts, route: str = "") -> tuple[Fact, ...]:
    """The verdict of the report, or of one route in it."""
    report = facts.report
    if report is None:
        return ()
    verdict = result_verdict(report, route) if route else report.verdict
    name = "report.route_verdict" if route else "report.verdict"
    try:
        at = datetime.fromisoformat(report.finished_at).astimezone(UTC)
    except ValueError:
        at = None
    subject = route or facts.inventory.application
    return (facts.fact(name, subject, verdict, source="report", query="ws2sse verify", at=at),)


def unusable(facts: Facts) -> Evidence:
    if facts.report_problem:
        return Evidence(verdict="no_data", summary=f"The verify report can't be used: {facts.report_problem}.")
    if facts.report is None:
        return Evidence(verdict="no_data", summary="No verify report is recorded. Run ws2sse verify APP NEW --keep.")
    summary = f"The verify report of {facts.report.finished_at} is older than the source. "
    return Evidence(verdict="stale", summary=summary + "Run ws2sse verify APP NEW --keep again.")


def result_verdict(report: VerifyReport, key: str) -> ReportVerdict | None:
    """None when nothing ran through the route. Every session connects and closes, so the PASS of
    a whole report speaks for these two.
    """
    if key in report.routes:
        return report.routes[key].verdict
    return "PASS" if key in _LIFECYCLE and report.sessions and report.verdict == "PASS" else None

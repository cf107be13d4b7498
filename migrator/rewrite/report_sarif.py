"""The account of a migration as SARIF: one result a site, its level by outcome and safety."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.rewrite.result import MigrationResult
from migrator.rewrite.rule_pages import rule_page
from migrator.rewrite.rules import all_rules
from migrator.sarif import Kind, Level, SarifResult, SarifRule, sarif

UNACCOUNTED = SarifRule("unaccounted", "A use of the WebSocket API that nothing accounts for: a bug in ws2sse")


def sarif_report(result: MigrationResult) -> str:
    return sarif([*_results(result)], [*_rules(result)])


def _results(result: MigrationResult) -> Iterator[SarifResult]:
    for finding in result.findings:
        place = Location(path=finding.path, line=finding.line)
        yield SarifResult(UNACCOUNTED.id, "error", finding.text, place, str(finding))
    waiting = {outcome.site.id for outcome in result.for_a_person}
    for outcome in result.outcomes:
        level, kind = _level(outcome, waits=outcome.site.id in waiting)
        said = f"{outcome.site.summary}: {outcome.status.replace('_', ' ')}"
        message = f"{said}; {outcome.reason}" if outcome.reason else said
        yield SarifResult(_rule_id(outcome), level, message, outcome.site.location, outcome.site.id, kind)


def _rule_id(outcome: Outcome) -> str:
    return outcome.rule or f"site/{outcome.site.kind}"


def _level(outcome: Outcome, *, waits: bool) -> tuple[Level, Kind]:
    if outcome.status == "failed" or (outcome.status == "marked" and outcome.safety == "manual"):
        return "error", "fail"
    if outcome.status == "marked":
        return "warning", "fail"
    if waits:
        return "note", "fail"
    return "none", "pass" if outcome.status == "rewritten" else "notApplicable"


def _rules(result: MigrationResult) -> Iterator[SarifRule]:
    yield UNACCOUNTED
    pages = all_rules()
    for page in pages.values():
        yield SarifRule(page.name, page.title, rule_page(page))
    for name in {_rule_id(outcome) for outcome in result.outcomes} - pages.keys():
        yield SarifRule(name, f"A {name.rpartition('/')[2].replace('_', ' ')} that the migration accounts for")

"""The result of a dual run, and its JSON form (schema 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shim.dualrun.compare.difference import BY_DESIGN, ByDesign, Comparison, Difference
from shim.dualrun.compare.noise import NoiseRule
from shim.dualrun.evaluate import Evaluation
from shim.dualrun.judge.verdict import RouteVerdict, Verdict
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Session, describe

SCHEMA_VERSION = 1

CONTEXT_ROWS = 3
"""Events shown before and after the first divergence."""

MAX_TEXT = 2_000
"""Characters of a message's text in the JSON form; a message can have 128 KB."""

MAX_LISTED = 200
"""Differences listed in the JSON form; their number is given whole."""

_EXIT_STATUS: dict[Verdict, int] = {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the side-by-side view; `here`: the difference itself."""

    legacy: Event | None
    candidate: Event | None
    here: bool


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference, with what the client received around it. doing: the step, in words."""

    difference: Difference
    doing: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """sessions: how many were compared. finished_at: ISO 8601, UTC. differences: explained ones too.

    assumed: sentences on what both sides were given because nothing declares it.
    """

    verdict: Verdict
    application: str
    legacy: str
    candidate: str
    finished_at: str
    sessions: int
    routes: dict[str, RouteVerdict]
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    rules: tuple[NoiseRule, ...] = ()
    by_design: dict[ByDesign, int] | None = None
    first: Divergence | None = None
    assumed: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        return _EXIT_STATUS[self.verdict]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "verdict": self.verdict,
            "application": self.application,
            "legacy": self.legacy,
            "candidate": self.candidate,
            "finished_at": self.finished_at,
            "sessions": self.sessions,
            "routes": {name: _route_record(route) for name, route in self.routes.items()},
            "difference_count": len(self.differences),
            "unexplained_count": sum(1 for found in self.differences if found.explained is None),
            "differences": [_difference_record(found) for found in self.differences[:MAX_LISTED]],
            "reasons": list(self.reasons),
            "would_change": list(self.would_change),
            "assumed": list(self.assumed),
            "noise_rules": [_rule_record(rule) for rule in self.rules],
            "by_design": [
                {"what": what, "meaning": BY_DESIGN[what], "count": count}
                for what, count in (self.by_design or {}).items()
            ],
            "first_divergence": _divergence_record(self.first) if self.first else None,
        }


def build_report(
    evaluation: Evaluation, sessions: tuple[Session, ...], *, application: str, legacy: str, candidate: str
) -> Report:
    judgement = evaluation.judgement
    return Report(
        verdict=judgement.verdict,
        application=application,
        legacy=legacy,
        candidate=candidate,
        finished_at=now(),
        sessions=len(evaluation.comparisons),
        routes=judgement.routes,
        differences=evaluation.differences,
        reasons=judgement.reasons,
        would_change=judgement.would_change,
        rules=evaluation.rules,
        by_design=evaluation.by_design,
        first=_first_divergence(evaluation, sessions),
    )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _first_divergence(evaluation: Evaluation, sessions: tuple[Session, ...]) -> Divergence | None:
    if not evaluation.unexplained:
        return None
    first = evaluation.unexplained[0]
    session = next(session for session in sessions if session.name == first.session)
    return Divergence(first, describe(session.steps[first.step]), _rows(evaluation.comparisons[first.session], first))


def _rows(comparison: Comparison, difference: Difference) -> tuple[Row, ...]:
    rows = comparison.rows.get(difference.client, [])
    at = next((index for index, row in enumerate(rows) if _is_at(row, difference)), None)
    if at is None:
        return (Row(difference.legacy, difference.candidate, here=True),)
    around = range(max(0, at - CONTEXT_ROWS), min(len(rows), at + CONTEXT_ROWS + 1))
    return tuple(Row(*rows[index], here=index == at) for index in around)


def _is_at(row: tuple[Event | None, Event | None], difference: Difference) -> bool:
    if difference.legacy is not None:
        return row[0] is not None and row[0].n == difference.legacy.n
    return difference.candidate is not None and row[1] is not None and row[1].n == difference.candidate.n


def _route_record(route: RouteVerdict) -> dict[str, Any]:
    return {
        "verdict": route.verdict,
        "messages": route.messages,
        "differences": route.differences,
        "sessions": route.sessions,
        "reason": route.reason,
    }


def _difference_record(found: Difference) -> dict[str, Any]:
    return {
        "class": found.kind,
        "critical": found.critical,
        "session": found.session,
        "step": found.step + 1,
        "client": found.client,
        "route": found.route,
        "path": found.path,
        "legacy": _cut(found.expected) if found.legacy or found.expected else None,
        "candidate": _cut(found.found) if found.candidate or found.found else None,
        "detail": found.detail,
        "explained": found.explained,
    }


def _rule_record(rule: NoiseRule) -> dict[str, Any]:
    return {
        "rule": rule.kind,
        "path": rule.path,
        "learned": rule.learned,
        "hits": rule.hits,
        "examples": [[_cut(left), _cut(right)] for left, right in rule.examples],
    }


def _divergence_record(divergence: Divergence) -> dict[str, Any]:
    return {
        **_difference_record(divergence.difference),
        "doing": divergence.doing,
        "rows": [
            {"legacy": _event_record(row.legacy), "candidate": _event_record(row.candidate), "here": row.here}
            for row in divergence.rows
        ],
    }


def _event_record(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    return {"step": event.step + 1, "kind": event.kind, "status": event.status, "text": _cut(event.text)}


def _cut(text: str) -> str:
    """Without half surrogate pairs, which no encoding carries."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"

"""The result of a dual run: every form of its output is made from this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from shim.dualrun.compare.difference import ByDesign, Comparison, Difference
from shim.dualrun.compare.rules import NoiseRule
from shim.dualrun.evaluate import Evaluation
from shim.dualrun.judge.verdict import Measures, RouteVerdict, TypeVerdict, Verdict
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Session, describe
from shim.dualrun.replay.stubs import StubUse
from shim.dualrun.report.deliveries import Deliveries, deliveries
from shim.dualrun.report.lanes import Moment, is_at, lanes
from shim.dualrun.report.repro.looks import Shortest
from shim.dualrun.report.timeline import Timeline, timeline

CONTEXT_ROWS = 3
"""Events shown before and after the first divergence."""

_EXIT_STATUS: dict[Verdict, int] = {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the side-by-side view; `here`: the difference itself."""

    legacy: Event | None
    candidate: Event | None
    here: bool


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference that nothing explains. doing: its step, in words.

    rows: what its client received around it. moments: what happened around it, to all clients. clients: those of the
    moments, in order of appearance.
    """

    difference: Difference
    doing: str
    rows: tuple[Row, ...]
    moments: tuple[Moment, ...] = ()
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """sessions: how many were compared. finished_at: ISO 8601, UTC. differences: explained ones too.

    assumed: sentences on what both sides were given because nothing declares it, and on what was answered in place of
        the outside. stubs: the latter by name, with the calls of each run.
    types: by route and type of message. measures: the numbers behind the verdict; None where nothing was compared.
    not_kept: differences that were counted and are not among `differences`, because there were too many of them.
    shortest: the shortest session with the first difference; None where nobody looked for it.
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
    stubs: tuple[StubUse, ...] = ()
    timeline: Timeline | None = None
    deliveries: Deliveries | None = None
    types: tuple[TypeVerdict, ...] = ()
    measures: Measures | None = None
    shortest: Shortest | None = None
    not_kept: int = 0

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Those that fail."""
        return tuple(found for found in self.differences if found.explained is None)

    @property
    def exit_status(self) -> int:
        return _EXIT_STATUS[self.verdict]


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
        timeline=timeline(evaluation.unexplained, evaluation.comparisons),
        deliveries=deliveries(sessions, evaluation.comparisons),
        types=judgement.types,
        not_kept=sum(each.counts.total() - len(each.differences) for each in evaluation.comparisons.values()),
        measures=judgement.measures,
    )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _first_divergence(evaluation: Evaluation, sessions: tuple[Session, ...]) -> Divergence | None:
    unexplained = evaluation.unexplained
    if not unexplained:
        return None
    at_once = [d for d in unexplained if (d.session, d.step) == (unexplained[0].session, unexplained[0].step)]
    first = next((difference for difference in at_once if difference.critical), unexplained[0])
    session = next(session for session in sessions if session.name == first.session)
    comparison = evaluation.comparisons[first.session]
    doing = describe(session.steps[first.step])
    moments = lanes(session, comparison, first)
    shown = {moment.client for moment in moments}
    clients = tuple(client for client in session.clients if client in shown)
    return Divergence(first, doing, _rows(comparison, first), moments, clients)


def _rows(comparison: Comparison, difference: Difference) -> tuple[Row, ...]:
    rows = comparison.rows.get(difference.client, [])
    at = next((index for index, row in enumerate(rows) if is_at(row, difference)), None)
    if at is None:
        return (Row(difference.legacy, difference.candidate, here=True),)
    around = range(max(0, at - CONTEXT_ROWS), min(len(rows), at + CONTEXT_ROWS + 1))
    return tuple(Row(*rows[index], here=index == at) for index in around)

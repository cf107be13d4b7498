"""From the result of a dual run to its bounded document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from shim.dualrun.compare.difference import BY_DESIGN
from shim.dualrun.compare.difference import Difference as FoundDifference
from shim.dualrun.compare.message_type import type_of
from shim.dualrun.judge.verdict import Measures
from shim.dualrun.record.canonical import Event as SeenEvent
from shim.dualrun.record.scenario import Send, describe
from shim.dualrun.report import deliveries as delivering
from shim.dualrun.report import lanes as laning
from shim.dualrun.report import report as reporting
from shim.dualrun.report import timeline as timing
from shim.dualrun.report.document import (
    Deliveries,
    Design,
    Difference,
    Divergence,
    Event,
    Lane,
    Publish,
    ReportDocument,
    Route,
    Rule,
    Shortest,
    Tally,
    Timeline,
)
from shim.dualrun.report.proof import Proof, Stub, TypeResult
from shim.dualrun.report.repro import looks
from shim.dualrun.report.tally import tally

MAX_DIFFERENCES: Final = 200
MAX_REASONS: Final = 50
MAX_ROUTES: Final = 1_000
MAX_RULES: Final = 200
MAX_TYPES: Final = 200
MAX_STUBS: Final = 200


def document(report: reporting.Report) -> ReportDocument:
    """What is beyond a limit is left out, and said in `left_out`; what nothing explains is listed first."""
    ordered = sorted(report.differences, key=lambda found: found.explained is not None)
    listed = (
        (len(report.routes), MAX_ROUTES, "routes"),
        (len(ordered) + report.not_kept, MAX_DIFFERENCES, "differences"),
        (len(report.reasons), MAX_REASONS, "reasons"),
        (len(report.would_change), MAX_REASONS, "ways to change the verdict"),
        (len(report.assumed), MAX_REASONS, "assumptions"),
        (len(report.rules), MAX_RULES, "noise rules"),
        (len(report.stubs), MAX_STUBS, "stubs"),
        (len(report.types), MAX_TYPES, "types of messages"),
    )
    return ReportDocument(
        verdict=report.verdict,
        application=report.application,
        legacy=report.legacy,
        candidate=report.candidate,
        finished_at=report.finished_at,
        sessions=report.sessions,
        reasons=report.reasons[:MAX_REASONS],
        would_change=report.would_change[:MAX_REASONS],
        assumed=report.assumed[:MAX_REASONS],
        routes={name: Route.model_validate(route) for name, route in list(report.routes.items())[:MAX_ROUTES]},
        tally=tuple(map(Tally.model_validate, tally(report.differences))),
        difference_count=len(report.differences) + report.not_kept,
        unexplained_count=len(report.unexplained),
        differences=tuple(map(_difference, ordered[:MAX_DIFFERENCES])),
        first_divergence=_divergence(report.first) if report.first else None,
        timeline=_timeline(report.timeline) if report.timeline else None,
        deliveries=_deliveries(report.deliveries) if report.deliveries else None,
        noise_rules=tuple(
            Rule(rule=rule.kind, path=rule.path, learned=rule.learned, hits=rule.hits, examples=rule.examples)
            for rule in report.rules[:MAX_RULES]
        ),
        by_design=tuple(
            Design(what=what, meaning=BY_DESIGN[what], count=count) for what, count in (report.by_design or {}).items()
        ),
        stubs=tuple(map(Stub.model_validate, report.stubs[:MAX_STUBS])),
        types=tuple(TypeResult.model_validate(found.to_record()) for found in report.types[:MAX_TYPES]),
        proof=_proof(report.measures) if report.measures else None,
        shortest=_shortest(report.shortest) if report.shortest else None,
        left_out=tuple(_left_out(listed)),
    )


def _proof(measures: Measures) -> Proof:
    record = measures.to_record()
    if record["power"]:
        record["power"]["by_type"] = dict(list(record["power"]["by_type"].items())[:MAX_TYPES])
    sentences = [
        measures.bound,
        measures.trail,
        measures.odd_one_out,
        *([measures.latency] if measures.latency else []),
    ]
    return Proof.model_validate({**record, "sentences": tuple(map(str, sentences))})


def _shortest(found: looks.Shortest) -> Shortest:
    steps = found.session.steps
    return Shortest(
        kind=found.difference.kind,
        steps=tuple(map(describe, steps)),
        messages=sum(isinstance(step, Send) for step in steps),
        confirmed=found.confirmed,
        replays=found.replays,
    )


def _left_out(listed: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    for number, limit, what in listed:
        if number > limit:
            yield f"{limit} of {number} {what} are listed."


def _difference(found: FoundDifference) -> Difference:
    return Difference(
        kind=found.kind,
        critical=found.critical,
        explained=found.explained,
        session=found.session,
        step=found.step + 1,
        client=found.client,
        route=found.route,
        type=type_of(found),
        path=found.path,
        legacy=found.expected if found.legacy or found.expected else None,
        candidate=found.found if found.candidate or found.found else None,
        detail=found.detail,
    )


def _divergence(divergence: reporting.Divergence) -> Divergence:
    return Divergence(
        difference=_difference(divergence.difference),
        doing=divergence.doing,
        clients=divergence.clients,
        lanes=tuple(map(_lane, divergence.moments)),
    )


def _lane(moment: laning.Moment) -> Lane:
    return Lane(
        step=moment.step + 1,
        client=moment.client,
        act=moment.act,
        legacy=_event(moment.legacy) if moment.legacy else None,
        candidate=_event(moment.candidate) if moment.candidate else None,
        on_legacy=moment.on_legacy,
        on_candidate=moment.on_candidate,
        here=moment.here,
    )


def _timeline(found: timing.Timeline) -> Timeline:
    return Timeline(
        session=found.session,
        client=found.client,
        legacy=tuple(map(_event, found.legacy)),
        candidate=tuple(map(_event, found.candidate)),
        pairs=found.pairs,
        moved=found.moved,
        left_out=found.left_out,
    )


def _deliveries(found: delivering.Deliveries) -> Deliveries:
    return Deliveries(
        session=found.session,
        clients=found.clients,
        publishes=tuple(
            Publish(name=name, cells={client: cell for client, cell in cells.items() if client in found.clients})
            for name, cells in found.publishes
        ),
        left_out=found.left_out,
        precision=found.precision,
        recall=found.recall,
    )


def _event(event: SeenEvent) -> Event:
    return Event(step=event.step + 1, kind=event.kind, channel=event.channel, status=event.status, text=event.text)

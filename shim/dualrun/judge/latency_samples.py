"""How long each message took on both paths, from two recordings and what was paired in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.compare.payload import parse
from shim.dualrun.judge.latency import Phase, Sample
from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import Connect, Resume, Session

Began = Mapping[tuple[str, int], Event]
"""By session and step: what its client did."""


def samples_of(
    sessions: Iterable[Session], legacy: Recording, candidate: Recording, comparisons: Mapping[str, Comparison]
) -> Iterator[Sample]:
    """From the moment in which a client acted until it, or another one, received what came of it.

    A message that came in another step on one of the paths says nothing of latency, but of order.
    """
    legacy_began, candidate_began = _began(legacy), _began(candidate)
    for session in sessions:
        comparison = comparisons.get(session.name)
        if comparison is None:
            continue
        fan_outs: dict[tuple[int, int], list[tuple[Event, Event]]] = {}
        phases = _Phases(session)
        for a, b in _pairs(comparison):
            began = legacy_began.get((session.name, a.step)), candidate_began.get((session.name, b.step))
            if a.step != b.step or began[0] is None or began[1] is None:
                continue
            if a.kind == "msg" == b.kind:
                fan_outs.setdefault((a.step, parse(a.text).shape), []).append((a, b))
            old, new = _between(began[0], a), _between(began[1], b)
            if old is not None and new is not None:
                yield Sample(session.name, phases.of(a), old, new)
        yield from _spreads(session.name, fan_outs.values())


def _spreads(session: str, fan_outs: Iterable[list[tuple[Event, Event]]]) -> Iterator[Sample]:
    """From the first to the last recipient of the same message."""
    for pairs in fan_outs:
        if len({a.client for a, _ in pairs}) < 2:
            continue
        old, new = _spread([a for a, _ in pairs]), _spread([b for _, b in pairs])
        if old is not None and new is not None:
            yield Sample(session, "fan-out spread", old, new)


def _spread(events: list[Event]) -> float | None:
    first = min(events, key=lambda event: event.mono)
    return _between(first, max(events, key=lambda event: event.mono))


def _between(began: Event, event: Event) -> float | None:
    """By the clock that never jumps; None where a recording has none, or the event came before its cause."""
    if not began.mono or not event.mono or event.mono < began.mono:
        return None
    return event.mono - began.mono


class _Phases:
    """Of the events of one session."""

    def __init__(self, session: Session) -> None:
        self._steps = session.steps
        self._connected: dict[str, int] = {}
        self._resumed: dict[str, int] = {}
        for index, step in enumerate(session.steps):
            if isinstance(step, Connect):
                self._connected.setdefault(step.client, index)
            elif isinstance(step, Resume):
                self._resumed.setdefault(step.client, index)

    def of(self, event: Event) -> Phase:
        step = self._steps[event.step]
        if isinstance(step, Resume) or self._resumed.get(event.client, event.step) < event.step:
            return "after reconnect"
        if isinstance(step, Connect) and step.client == event.client:
            return "after reconnect" if self._connected[event.client] < event.step else "first event"
        return "steady"


def _pairs(comparison: Comparison) -> Iterator[tuple[Event, Event]]:
    for rows in comparison.rows.values():
        for a, b in rows:
            if a is not None and b is not None and a.kind == b.kind and a.kind in {"open", "msg"}:
                yield a, b


def _began(recording: Recording) -> Began:
    return {(event.session, event.step): event for event in recording.sent}

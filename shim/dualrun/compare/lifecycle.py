"""Compares how connections begin and end: accepted or refused, with which words, and closed by the server or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import ByDesign, Comparison, Difference
from shim.dualrun.compare.errors_said import said
from shim.dualrun.compare.fanout import Interval
from shim.dualrun.compare.size_limit import TOO_BIG, is_beyond_frame
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Close, Connect, Session

Pair = tuple[Event, Event]

STEP_LASTS = 0.9
"""Of what happens in step n, n + 0.9 is the last moment; a client's own close is at n + 0.5, in the midst of it."""


def compare_lifecycle(
    session: Session, client: str, left: Sequence[Event], right: Sequence[Event], into: Comparison
) -> list[Pair]:
    """`left`, `right`: all events of the client. Returns what belongs together."""
    pairs: list[Pair] = []
    ours, theirs = _of_connections(left), _of_connections(right)
    for index, step in enumerate(session.steps):
        if isinstance(step, Connect) and step.client == client:
            a, b = _outcome(ours, index), _outcome(theirs, index)
            if a and b:
                pairs.append((a, b))
            if a and b and a.kind == b.kind == "open":
                if a.status != b.status:
                    into.count("handshake_status")
            elif (a and (a.kind, a.status)) != (b and (b.kind, b.status)):
                _add(session, index, client, f"The connect of {client}", (a, b), into)
            elif a and b and said(a) != said(b):
                _add_refusal(session, index, a, b, into)
    pairs += _compare_closes(session, client, ours, theirs, into)
    return pairs


def absent_steps(session: Session, client: str, events: Sequence[Event]) -> frozenset[int]:
    """Steps during which the client was not connected, by its own doing or not."""
    there = {
        step
        for since, until in presence(session, client, events)
        for step in range(int(since), min(int(until), len(session.steps) - 1) + 1)
    }
    return frozenset(range(len(session.steps))) - there


def presence(session: Session, client: str, events: Iterable[Event]) -> list[Interval]:
    """From when until when it was connected, in steps: see STEP_LASTS."""
    found: list[Interval] = []
    events = _of_connections(events)
    closed = {event.step for event in events if event.kind == "close"}
    since: int | None = None
    for index, step in enumerate(session.steps):
        if step.client == client and isinstance(step, Connect):
            outcome = _outcome(events, index)
            since = index if outcome is not None and outcome.kind == "open" else None
        if since is not None and (index in closed or (step.client == client and isinstance(step, Close))):
            found.append((since, index + 0.5))
            since = None
    if since is not None:
        found.append((since, len(session.steps)))
    return found


def _of_connections(events: Iterable[Event]) -> list[Event]:
    """Few, while the messages may be very many."""
    return [event for event in events if event.kind != "msg"]


def _outcome(events: Sequence[Event], step: int) -> Event | None:
    kinds = ("open", "refused", "error")
    return next((event for event in events if event.step == step and event.kind in kinds), None)


def _compare_closes(
    session: Session, client: str, left: Sequence[Event], right: Sequence[Event], into: Comparison
) -> list[Pair]:
    what = f"The connection of {client}"
    limits = {one.close.n: one for one in into.outlived if one.client == client}
    for one in limits.values():
        _add(session, one.since, client, what, (one.close, None), into, by_design=one.reason)
    a_closes = [event for event in left if event.kind == "close" and event.n not in limits]
    b_closes = [event for event in right if event.kind == "close"]
    pairs = list(zip(a_closes, b_closes, strict=False))
    for a, b in pairs:
        if a.status != b.status:
            _add(session, a.step, client, what, (a, b), into)
    for a in a_closes[len(pairs) :]:
        # A frame or message that is too big for a WebSocket API is none for a POST.
        too_big = a.status == TOO_BIG and session.steps[a.step].client == client and is_beyond_frame(session, a.step)
        _add(session, a.step, client, what, (a, None), into, by_design="size_limit" if too_big else None)
    for b in b_closes[len(pairs) :]:
        _add(session, b.step, client, what, (None, b), into)
    return pairs


def _add(
    session: Session,
    step: int,
    client: str,
    what: str,
    events: tuple[Event | None, Event | None],
    into: Comparison,
    *,
    by_design: ByDesign | None = None,
) -> None:
    a, b = events
    none = "left open" if any(event is not None and event.kind == "close" for event in events) else "not answered"
    detail = f"{what} was {_words(a) if a else none} on the legacy path, and {_words(b) if b else none} on the new one."

    kind: DifferenceClass = "size_limit" if by_design == "size_limit" else "lifecycle"

    def make(explained: str | None) -> Difference:
        return Difference(
            kind,
            session.name,
            step,
            client,
            session.route_of(step),
            detail,
            a,
            b,
            expected=_words(a) if a else "",
            found=_words(b) if b else "",
            explained=explained,
        )

    into.add_classified(kind, by_design, make)


def _add_refusal(session: Session, step: int, a: Event, b: Event, into: Comparison) -> None:
    detail = f"The refusal of {a.client} says something else."
    route = session.route_of(step)
    found = Difference("error_shape", session.name, step, a.client, route, detail, a, b, expected=a.text, found=b.text)
    into.add("error_shape", None, lambda: found)


def _words(event: Event) -> str:
    match event.kind:
        case "open":
            return "accepted"
        case "refused":
            return f"refused with {event.status}"
        case "close":
            return f"closed with {event.status}"
    return f"an error ({event.text})"

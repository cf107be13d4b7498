"""Compares how connections begin and end: accepted or refused, with which words, and closed by the server or not."""

from __future__ import annotations

from collections.abc import Sequence

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.errors_said import said
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Close, Connect, Session

Pair = tuple[Event, Event]


def compare_lifecycle(
    session: Session, client: str, left: Sequence[Event], right: Sequence[Event], into: Comparison
) -> list[Pair]:
    """`left`, `right`: all events of the client. Returns what belongs together."""
    pairs: list[Pair] = []
    for index, step in enumerate(session.steps):
        if isinstance(step, Connect) and step.client == client:
            a, b = _outcome(left, index), _outcome(right, index)
            if a and b:
                pairs.append((a, b))
            if a and b and a.kind == b.kind == "open":
                if a.status != b.status:
                    into.count("handshake_status")
            elif (a and (a.kind, a.status)) != (b and (b.kind, b.status)):
                into.differences.append(_connect_difference(session, index, client, a, b))
            elif a and b and said(a) != said(b):
                detail = f"The refusal of {client} says something else."
                into.differences.append(
                    _difference(session, index, client, detail, a, b, kind="error_shape", words=(a.text, b.text))
                )
    pairs += _compare_closes(session, client, left, right, into)
    return pairs


def absent_steps(session: Session, client: str, events: Sequence[Event]) -> frozenset[int]:
    """Steps during which the client was not connected, by its own doing or not."""
    absent: set[int] = set()
    connected = False
    for index, step in enumerate(session.steps):
        if step.client == client and isinstance(step, Connect):
            outcome = _outcome(events, index)
            connected = outcome is not None and outcome.kind == "open"
        if not connected:
            absent.add(index)
        if any(event.kind == "close" and event.step == index for event in events) or (
            step.client == client and isinstance(step, Close)
        ):
            connected = False
    return frozenset(absent)


def _outcome(events: Sequence[Event], step: int) -> Event | None:
    kinds = ("open", "refused", "error")
    return next((event for event in events if event.step == step and event.kind in kinds), None)


def _compare_closes(
    session: Session, client: str, left: Sequence[Event], right: Sequence[Event], into: Comparison
) -> list[Pair]:
    a_closes = [event for event in left if event.kind == "close"]
    b_closes = [event for event in right if event.kind == "close"]
    pairs = list(zip(a_closes, b_closes, strict=False))
    told = f"The server closed the connection of {client}"
    for a, b in pairs:
        if a.status != b.status:
            detail = f"{told} with {a.status} on the legacy path, with {b.status} on the new one."
            into.differences.append(_difference(session, a.step, client, detail, a, b))
    for a in a_closes[len(pairs) :]:
        detail = f"{told} ({a.status}) on the legacy path, and did not on the new one."
        into.differences.append(_difference(session, a.step, client, detail, a, None))
    for b in b_closes[len(pairs) :]:
        detail = f"{told} ({b.status}) on the new path, and did not on the legacy one."
        into.differences.append(_difference(session, b.step, client, detail, None, b))
    return pairs


def _connect_difference(session: Session, step: int, client: str, a: Event | None, b: Event | None) -> Difference:
    detail = f"The connect of {client} was {_words(a)} on the legacy path, and {_words(b)} on the new one."
    return _difference(session, step, client, detail, a, b)


def _difference(
    session: Session,
    step: int,
    client: str,
    detail: str,
    a: Event | None,
    b: Event | None,
    *,
    kind: DifferenceClass = "lifecycle",
    words: tuple[str, str] | None = None,
) -> Difference:
    """`words`: what each side said; None for how its connection began or ended."""
    expected, found = words or (_words(a) if a else "", _words(b) if b else "")
    return Difference(
        kind,
        session.name,
        step,
        client,
        session.route_of(step),
        detail,
        a,
        b,
        expected=expected,
        found=found,
    )


def _words(event: Event | None) -> str:
    if event is None:
        return "not answered"
    match event.kind:
        case "open":
            return "accepted"
        case "refused":
            return f"refused with {event.status}"
        case "close":
            return f"closed with {event.status}"
    return f"an error ({event.text})"

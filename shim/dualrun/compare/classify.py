"""Says what became of messages that one side has and the other has not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.deliveries import Deliveries, names
from shim.dualrun.compare.difference import ByDesign, Comparison, Difference
from shim.dualrun.compare.outlived import Outlived, Reason, not_due
from shim.dualrun.compare.size_limit import (
    CONTENT_TOO_LARGE,
    TOO_BIG,
    is_beyond_frame,
    is_beyond_message,
    is_too_large_to_push,
)
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Close, Resume, Session
from shim.dualrun.record.spoof import Spoof


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of one session besides the events that are left over.

    too_big: steps at whose message the legacy path closed the connection. refused: those that the new path answered
    with 413. not_due: steps in which a client of the new path was away, or whose step only one side took, by client;
    only_new: those in which a client of the legacy path was. outlived: connections that only the legacy path closed,
    for a limit; away_new: steps in which a client was not connected on the new path; beyond: those in which it was
    there only, since it outlived a limit.
    """

    session: Session
    deliveries: Deliveries
    too_big: frozenset[int]
    refused: frozenset[int]
    not_due: Mapping[str, Collection[int]]
    only_new: Mapping[str, Collection[int]]
    outlived: tuple[Outlived, ...]
    away_new: Mapping[str, Collection[int]]
    beyond: Mapping[str, Mapping[int, Reason]]


def too_big_steps(events: Iterable[Event]) -> frozenset[int]:
    return frozenset(event.step for event in events if event.kind == "close" and event.status == TOO_BIG)


def refused_steps(events: Iterable[Event]) -> frozenset[int]:
    return frozenset(event.step for event in events if event.kind != "msg" and event.status == CONTENT_TOO_LARGE)


def is_leak(session: Session, event: Event, deliveries: Deliveries) -> bool:
    actor = session.steps[event.step].client
    return event.client != actor and bool(deliveries.others_in(event)) and not deliveries.own_in(event)


def classify_surplus(known: Circumstances, event: Event, before: Event | None, into: Comparison) -> DifferenceClass:
    """`before`: the same on the new path, that the client had rightly received when this came; None for nothing."""
    kind, detail, by_design = _surplus(known, event, before)

    def make(explained: str | None) -> Difference:
        return difference(known.session, event, kind, detail, explained=explained)

    into.add_classified(kind, by_design, make)
    return kind


def _surplus(  # noqa: PLR0911 - one line a case
    known: Circumstances, event: Event, before: Event | None
) -> tuple[DifferenceClass, str, ByDesign | None]:
    client, step, deliveries = event.client, event.step, known.deliveries
    actor = known.session.steps[step].client
    if isinstance(known.session.steps[step], Spoof) and event.kind == "error" and event.status is not None:
        return "spoofed", f"Somebody who is not {client} spoke for it, and was {event.text}.", None
    if event.kind == "gap":
        return "gap", f"{client} was told that events were lost: {event.text}.", None
    if _is_returned_status(event):
        return "error_shape", f"{client} was answered {event.status} without a word.", "returned_status"
    reason = known.beyond.get(client, {}).get(step)
    if reason is not None:
        kind: DifferenceClass = "error_shape" if is_error(event) else "extra"
        return kind, f"{client} is still there on the new path, and received a message.", reason
    others = deliveries.others_in(event)
    own = deliveries.own_in(event)
    if others and not own and client != actor:
        return "misrouted", _leak(client, others), None
    if is_error(event):
        if event.status == CONTENT_TOO_LARGE and is_beyond_frame(known.session, step):
            excused = step in known.too_big or is_beyond_message(known.session, step)
            return (
                "size_limit",
                f"{client}'s message was answered 413 on the new path.",
                ("size_limit" if excused else None),
            )
        only_there = step in known.only_new.get(client, ())
        return (
            "error_shape",
            f"{client} received an error on the new path only.",
            ("consequence" if only_there else None),
        )
    if before is not None or own:
        if before is not None and _is_of_earlier_stream(known.session, before, event):
            return "resume_duplicate", f"{client} received the message again after it took up its stream.", None
        return "duplicate", f"{client} received the message once more on the new path.", None
    if client == actor and others:
        only = names(others)
        return (
            "extra",
            f"{client} received its own message on the new path; on the legacy path only {only} did.",
            None,
        )
    earlier = deliveries.others_until(event)
    if earlier and client != actor and not deliveries.own_ever(event):
        return "misrouted", _leak(client, earlier), None
    detail = f"{client} received a message that the legacy path did not send."
    if (step in known.too_big and is_beyond_frame(known.session, step)) or is_too_large_to_push(event):
        return "size_limit", f"{detail} It is beyond the limits of a WebSocket API.", "size_limit"
    return "extra", detail, "consequence" if step in known.only_new.get(client, ()) else None


def classify_missing(
    known: Circumstances,
    missing: Sequence[Event],
    arrived: Collection[int],
    on_its_way: Sequence[bool],
    into: Comparison,
) -> None:
    """`missing`: of all clients, in order. `arrived`: steps of which something came on the new path too.

    `on_its_way`: for each of `missing`, whether it may have been when the session ended.
    """
    session = known.session
    unnoticed: dict[int, list[Event]] = {}
    for place, event in enumerate(missing):
        step = session.steps[event.step]
        client = event.client
        kind: DifferenceClass = "missing"
        by_design: ByDesign | None = None
        detail = f"{client} did not receive the message on the new path."
        if event.step in known.not_due.get(client, ()):
            by_design = "consequence"
        elif reason := not_due(known.outlived, known.away_new.get(client, ()), event):
            by_design = reason
        elif isinstance(step, Close) and event.step not in arrived and not is_error(event) and client != step.client:
            unnoticed.setdefault(event.step, []).append(event)
            continue
        elif isinstance(step, Close) and client == step.client:
            by_design = "presence"
        elif is_error(event):
            kind, detail = "error_shape", f"{client} received an error on the legacy path, and none on the new one."
        elif event.step in known.refused and is_beyond_frame(session, event.step):
            kind, detail = "size_limit", f"{detail} The message that causes it was answered 413."
        elif on_its_way[place]:
            kind, detail = "pending_tail", f"{client} had not received the message when the session ended."
        _add(into, kind, by_design, session, event, detail)
    for index, events in unnoticed.items():
        who = names(dict.fromkeys(event.client for event in events))
        number = f"{len(events)} {'message' if len(events) == 1 else 'messages'}"
        detail = f"The disconnect of {session.steps[index].client} was not noticed: {number} to {who} did not come."
        _add(into, "lifecycle", None, session, events[0], detail)


def difference(
    session: Session,
    event: Event,
    kind: DifferenceClass,
    detail: str,
    *,
    legacy: bool = False,
    explained: str | None = None,
) -> Difference:
    """Of an event that one side has."""
    return Difference(
        kind,
        session.name,
        event.step,
        event.client,
        session.route_of(event.step),
        detail,
        event if legacy else None,
        None if legacy else event,
        expected=event.text if legacy else "",
        found="" if legacy else event.text,
        explained=explained,
    )


def _add(
    into: Comparison, kind: DifferenceClass, by_design: ByDesign | None, session: Session, event: Event, detail: str
) -> None:
    def make(explained: str | None) -> Difference:
        return difference(session, event, kind, detail, legacy=True, explained=explained)

    into.add_classified(kind, by_design, make)


def _is_returned_status(event: Event) -> bool:
    """A status without a word comes from the handler: what the service itself refuses, it explains in the body."""
    return event.kind == "error" and event.channel == "post" and event.status is not None and not event.text


def _is_of_earlier_stream(session: Session, before: Event, event: Event) -> bool:
    """Whether the client took up its stream in between."""
    between = session.steps[before.step + 1 : event.step + 1]
    again = any(isinstance(step, Resume) and step.client == event.client for step in between)
    return event.resumed and (again or not before.resumed)


def _leak(client: str, others: Sequence[str]) -> str:
    return f"{client} received a message that on the legacy path only {names(others)} received."

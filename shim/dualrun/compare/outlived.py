"""Connections that only API Gateway closes, by design: for their silence, their age, or a binary frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from shim.dualrun.record.canonical import Event, bytes_of
from shim.dualrun.record.scenario import Advance, Close, Connect, Send, Session
from shim.gateway.limits import GatewayLimits
from shim.streams import GOING_AWAY

IDLE_S: Final = GatewayLimits().idle_s
DURATION_S: Final = GatewayLimits().duration_s

NOT_TAKEN: Final = 1003
"""Close code for a binary frame:
https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html"""

Reason = Literal["time_limit", "binary_frame"]


@dataclass(frozen=True, slots=True)
class Outlived:
    """A connection that only the legacy path has closed. close: its event.

    until: the step in which its client leaves the new path; None when it stays to the end of the session.
    """

    client: str
    reason: Reason
    close: Event
    until: int | None

    @property
    def since(self) -> int:
        return self.close.step


def outlived(session: Session, left: Iterable[Event], right: Iterable[Event]) -> tuple[Outlived, ...]:
    """`left`, `right`: what clients received on the legacy path and on the new one, in order."""
    ours = list(left)
    if not any(event.kind == "close" and event.status in {GOING_AWAY[0], NOT_TAKEN} for event in ours):
        return ()
    theirs: dict[str, list[Event]] = {}
    for event in right:
        if event.kind in {"open", "close"}:
            theirs.setdefault(event.client, []).append(event)
    return tuple(_outlived(session, ours, theirs))


def _outlived(session: Session, ours: Sequence[Event], theirs: Mapping[str, Sequence[Event]]) -> Iterator[Outlived]:
    for close in ours:
        reason = _reason(session, close, ours)
        if reason is None:
            continue
        begun, until = _connection(session, close)
        of_connection = [
            event.kind
            for event in theirs.get(close.client, ())
            if begun <= event.step and (until is None or event.step <= until)
        ]
        if of_connection == ["open"]:
            yield Outlived(close.client, reason, close, until)


def _connection(session: Session, close: Event) -> tuple[int, int | None]:
    """The step in which it began, and that in which its client closes it or connects again."""
    own = [(index, step) for index, step in enumerate(session.steps) if step.client == close.client]
    begun = max(index for index, step in own if isinstance(step, Connect) and index <= close.step)
    ends = (index for index, step in own if isinstance(step, Connect | Close) and index > close.step)
    return begun, next(ends, None)


def _reason(session: Session, close: Event, ours: Sequence[Event]) -> Reason | None:
    """None for a close that the new path should have, too."""
    if close.kind != "close":
        return None
    match session.steps[close.step]:
        case Send(client=client, text=text) if client == close.client and bytes_of(text) is not None:
            return "binary_frame" if close.status == NOT_TAKEN else None
        case Advance():
            return "time_limit" if close.status == GOING_AWAY[0] and _is_limit(session, close, ours) else None
    return None


def _is_limit(session: Session, close: Event, ours: Sequence[Event]) -> bool:
    """Whether it may have been for a limit: enough time had passed by the end of its step."""
    begun, _ = _connection(session, close)
    sent = (
        index
        for index, step in enumerate(session.steps[: close.step])
        if isinstance(step, Send) and step.client == close.client
    )
    heard = (event.step for event in ours if event.client == close.client and event.kind == "msg" and event.n < close.n)
    active = max((step for step in (*sent, *heard) if step >= begun), default=begun)
    return _passed(session, active, close.step) >= IDLE_S or _passed(session, begun, close.step) >= DURATION_S


def _passed(session: Session, since: int, until: int) -> float:
    """Seconds, with those of both steps."""
    return sum(step.seconds for step in session.steps[since : until + 1] if isinstance(step, Advance))


def steps_beyond(session: Session, known: Iterable[Outlived]) -> dict[str, dict[int, Reason]]:
    """By client, the steps in which it is connected on the new path only, each with the reason."""
    found: dict[str, dict[int, Reason]] = {}
    for one in known:
        end = len(session.steps) - 1 if one.until is None else one.until
        found.setdefault(one.client, {}).update(dict.fromkeys(range(one.since, end + 1), one.reason))
    return found


def postponed(known: Iterable[Outlived], ours: Event, theirs: Event) -> Reason | None:
    """Why a message came only when somebody left whom the legacy path had closed before; None for others."""
    found = (
        one.reason for one in known if (ours.step, theirs.step) == (one.since, one.until) and ours.client != one.client
    )
    return next(found, None)


def not_due(known: Iterable[Outlived], absent: Iterable[int], missing: Event) -> Reason | None:
    """Why a message that the legacy path sent when it closed somebody can't come on the new one: they stay, or its
    client has left before them. `absent`: steps in which its client was not connected on the new path."""
    away = frozenset(absent)
    found = (
        one.reason
        for one in known
        if one.since == missing.step and one.client != missing.client and (one.until is None or one.until in away)
    )
    return next(found, None)

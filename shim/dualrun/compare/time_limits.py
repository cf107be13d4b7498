"""Connections that API Gateway closes for their silence or their age, and that an event stream keeps open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Advance, Close, Connect, Send, Session
from shim.gateway.limits import GatewayLimits
from shim.streams import GOING_AWAY

IDLE_S: Final = GatewayLimits().idle_s
DURATION_S: Final = GatewayLimits().duration_s


@dataclass(frozen=True, slots=True)
class Outlived:
    """A connection that only the legacy path has closed. close: its event, in a step in which time passed.

    until: the step in which its client leaves the new path; None when it stays to the end of the session.
    """

    client: str
    close: Event
    until: int | None

    @property
    def since(self) -> int:
        return self.close.step


def outlived(session: Session, left: Iterable[Event], right: Iterable[Event]) -> tuple[Outlived, ...]:
    """`left`, `right`: what clients received on the legacy path and on the new one, in order."""
    if not session.advances:
        return ()
    ours = list(left)
    theirs: dict[str, list[Event]] = {}
    for event in right:
        if event.kind in {"open", "close"}:
            theirs.setdefault(event.client, []).append(event)
    return tuple(_outlived(session, ours, theirs))


def _outlived(session: Session, ours: Sequence[Event], theirs: Mapping[str, Sequence[Event]]) -> Iterator[Outlived]:
    for close in ours:
        if close.kind != "close" or close.status != GOING_AWAY[0] or not _is_limit(session, close, ours):
            continue
        begun, until = _connection(session, close)
        of_connection = [
            event.kind
            for event in theirs.get(close.client, ())
            if begun <= event.step and (until is None or event.step <= until)
        ]
        if of_connection == ["open"]:
            yield Outlived(close.client, close, until)


def _connection(session: Session, close: Event) -> tuple[int, int | None]:
    """The step in which it began, and that in which its client closes it or connects again."""
    own = [(index, step) for index, step in enumerate(session.steps) if step.client == close.client]
    begun = max(index for index, step in own if isinstance(step, Connect) and index <= close.step)
    ends = (index for index, step in own if isinstance(step, Connect | Close) and index > close.step)
    return begun, next(ends, None)


def _is_limit(session: Session, close: Event, ours: Sequence[Event]) -> bool:
    """Whether it may have been for a limit: enough time had passed by the end of its step."""
    if not isinstance(session.steps[close.step], Advance):
        return False
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


def steps_beyond(session: Session, known: Iterable[Outlived]) -> dict[str, frozenset[int]]:
    """By client, the steps in which it is connected on the new path only."""
    found: dict[str, frozenset[int]] = {}
    for one in known:
        end = len(session.steps) - 1 if one.until is None else one.until
        found[one.client] = found.get(one.client, frozenset()) | frozenset(range(one.since, end + 1))
    return found


def is_postponed(known: Iterable[Outlived], ours: Event, theirs: Event) -> bool:
    """Whether a message came when somebody left that only the legacy path had closed before."""
    return any((ours.step, theirs.step) == (one.since, one.until) and ours.client != one.client for one in known)


def is_not_due(known: Iterable[Outlived], absent: Iterable[int], missing: Event) -> bool:
    """Whether a message that the legacy path sent when it closed somebody can't come on the new one: they stay, or
    its client has left before them. `absent`: steps in which its client was not connected on the new path."""
    away = frozenset(absent)
    return any(
        one.since == missing.step and one.client != missing.client and (one.until is None or one.until in away)
        for one in known
    )

"""What clients receive over two paths, compared while it comes: bounded, and what is late is waited for.

A message counts as missing, or as one too many, only when the other path had `settle_s` to bring it: until then it is
pending. What was compared is forgotten.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.matching import Matcher
from shim.dualrun.compare.payload import parse
from shim.dualrun.compare.session import SessionRun, compare_session
from shim.dualrun.compare.waivers import Waiver, waive
from shim.dualrun.cutover.lanes import Lane, Side, certain_rows, event_of
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Connect, Send, Session

CLIENTS_AT_ONCE: Final = 100
"""In one comparison, in which a message for one client is recognised at another."""

MOST_UNSORTED: Final = 100_000
"""Messages of all clients between two looks; of more, the oldest are dropped, and no client is compared then."""

MOST_REMEMBERED: Final = 20_000
"""Contents of which it is remembered who received them from the old service, so that a leak is known for one later."""

_NOBODY: Final = "(nobody)"
"""Acts in the comparison, so that no client's messages count as answers to what it did."""


@dataclass(frozen=True, slots=True)
class SessionOver:
    """One session of one client. `lost`: why no more can be said of it; None when all was compared."""

    client: str
    compared: int
    differing: bool
    lost: str | None


@dataclass(slots=True)
class Settled:
    """What has become certain. compared: messages that both sides had. ambient: those of the old side that may have had
    nothing to do with what the new one was asked, and that it did not have. tail: those that only one side had when the
    client left. under_way: sessions that have not ended, in which something was compared and nothing differs yet.
    """

    differences: list[Difference] = field(default_factory=list)
    sessions: list[SessionOver] = field(default_factory=list)
    compared: int = 0
    ambient: int = 0
    tail: int = 0
    under_way: int = 0


class Watch:
    """`note` may be called from any thread, all else on one. `matcher`: makes what decides whether two messages say the
    same. Times in seconds, of `clock`."""

    def __init__(
        self,
        name: str,
        matcher: Callable[[], Matcher],
        *,
        settle_s: float,
        session_s: float,
        waivers: Sequence[Waiver] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._name = name
        self._matcher = matcher
        self._settle_s = settle_s
        self._session_s = session_s
        self._waivers = waivers
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._received: OrderedDict[int, set[str]] = OrderedDict()
        self._inbox: deque[tuple[str, Side, str, float, bool]] = deque(maxlen=MOST_UNSORTED)

    def begin(self, client: str) -> None:
        self._lanes[client] = Lane(client, self._clock())

    def watches(self, client: str) -> bool:
        return client in self._lanes

    def note(self, client: str, side: Side, text: str, *, expected: bool = True) -> None:
        """A message came to a client. `expected` False: the other side may well not have it."""
        if client in self._lanes:
            self._inbox.append((client, side, text, self._clock(), expected))

    def end(self, client: str) -> None:
        """The client left; what is pending is still waited for."""
        lane = self._lanes.get(client)
        if lane is not None and lane.ended is None:
            lane.ended = self._clock()

    def lose(self, client: str, why: str) -> None:
        """One side is not there any more."""
        lane = self._lanes.get(client)
        if lane is not None:
            lane.lose(why)

    def begin_anew(self) -> None:
        """Forgets what is pending, and who has left; the sessions of all others begin now."""
        self._inbox.clear()
        there = [lane for lane in self._lanes.values() if lane.ended is None and lane.lost is None]
        self._lanes = {lane.client: Lane(lane.client, self._clock()) for lane in there}

    def settle(self) -> Settled:
        """What has become certain since the last time. To be called again and again."""
        now, settled = self._clock(), Settled()
        self._sort_in()
        busy = [lane for lane in self._lanes.values() if lane.lost is None and any(lane.pending.values())]
        for first in range(0, len(busy), CLIENTS_AT_ONCE):
            self._compare(busy[first : first + CLIENTS_AT_ONCE], now - self._settle_s, settled)
        for lane in list(self._lanes.values()):
            self._count(lane, now, settled)
        settled.under_way = sum(1 for lane in self._lanes.values() if lane.compared and not lane.differing)
        return settled

    def _sort_in(self) -> None:
        if len(self._inbox) == MOST_UNSORTED:
            for lane in self._lanes.values():
                lane.lose("more messages came than can be looked at")
        while self._inbox:
            client, side, text, at, expected = self._inbox.popleft()
            watched = self._lanes.get(client)
            if watched is not None and watched.lost is None:
                watched.add(side, text, at, expected=expected)

    def _compare(self, lanes: list[Lane], cut: float, settled: Settled) -> None:
        comparison = self._comparison(lanes)
        for lane in lanes:
            messages = [
                (a, b)
                for a, b in comparison.rows.get(lane.client, [])
                if any(event is not None and event.kind != "open" for event in (a, b))
            ]
            rows = certain_rows(messages, cut)
            both = sum(1 for a, b in rows if a is not None and b is not None)
            lane.compared += both
            settled.compared += both
            certain: set[tuple[Side, int]] = {("legacy", a.n) for a, _ in rows if a is not None}
            certain |= {("candidate", b.n) for _, b in rows if b is not None}
            self._remember(lane.client, [a for a, _ in rows if a is not None])
            for found in comparison.differences:
                if found.client == lane.client and _is_certain(found, certain):
                    self._take(found, lane, settled)
            lane.drop(certain)

    def _remember(self, client: str, legacy: list[Event]) -> None:
        for event in legacy:
            self._received.setdefault(_content(event), set()).add(client)
        while len(self._received) > MOST_REMEMBERED:
            self._received.popitem(last=False)

    def _take(self, found: Difference, lane: Lane, settled: Settled) -> None:
        if found.candidate is None and found.legacy is not None and found.legacy.n in lane.ambient:
            settled.ambient += 1
            return
        if self._is_tail(found, lane):
            settled.tail += 1
            return
        if found.kind == "extra" and found.candidate is not None:
            receivers = self._received.get(_content(found.candidate))
            if receivers:
                found = replace(found, kind="duplicate" if lane.client in receivers else "misrouted")
        settled.differences.append(found)
        if found.explained is None and not lane.differing:
            lane.differing = True
            settled.sessions.append(SessionOver(lane.client, lane.compared, differing=True, lost=None))

    def _is_tail(self, found: Difference, lane: Lane) -> bool:
        """Whether a message that only one side had may have been on its way on the other when the client left."""
        event = found.legacy if found.candidate is None else found.candidate if found.legacy is None else None
        if lane.ended is None or event is None or found.critical:
            return False
        return event.at >= lane.ended - self._settle_s

    def _comparison(self, lanes: list[Lane]) -> Comparison:
        clients = [*(lane.client for lane in lanes), _NOBODY]
        session = Session(self._name, (*(Connect(client) for client in clients), Send(_NOBODY, "")))
        left = SessionRun(self._told(lanes, clients, "legacy"))
        right = SessionRun(self._told(lanes, clients, "candidate"))
        comparison = compare_session(session, left, right, self._matcher())
        waive(comparison, self._waivers)
        return comparison

    def _told(self, lanes: list[Lane], clients: list[str], side: Side) -> list[Event]:
        """Every client connects in a step of its own, and all that is pending came in the one after them."""
        opened = [event_of(client, side, 0, "", 0.0, step=step, kind="open") for step, client in enumerate(clients)]
        pending = [event for lane in lanes for event in lane.pending[side]]
        pending.sort(key=lambda event: event.at)
        return [*opened, *(replace(event, step=len(clients), session=self._name) for event in pending)]

    def _count(self, lane: Lane, now: float, settled: Settled) -> None:
        """A session ends with its client, or after its time; one in which nothing came does not count. One that differs
        was counted when it did."""
        left = lane.ended is not None and now - lane.ended >= self._settle_s
        over = left or lane.lost is not None
        if not over and now - lane.began < self._session_s:
            return
        if not lane.differing and (lane.compared or lane.lost is not None):
            settled.sessions.append(SessionOver(lane.client, lane.compared, differing=False, lost=lane.lost))
        if over:
            del self._lanes[lane.client]
        else:
            lane.began, lane.compared, lane.differing = now, 0, False


def _is_certain(found: Difference, certain: set[tuple[Side, int]]) -> bool:
    return (found.legacy is not None and ("legacy", found.legacy.n) in certain) or (
        found.candidate is not None and ("candidate", found.candidate.n) in certain
    )


def _content(event: Event) -> int:
    """What it says, moments and ids aside."""
    return hash(parse(event.text).shape)

"""What was broadcast last, once for all connections of a node."""

from __future__ import annotations

from collections import deque
from collections.abc import KeysView
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from shim.streams.connection import Message
from shim.streams.limits import StreamLimits
from shim.streams.redis.steps import text

RECENT: Final = 64
"""Broadcasts that most streams take which take them at all: their recipients are in a set, which takes six times as
much room as their text."""


class Broadcast:
    """`recipients`: ids with a line for each, as Redis has them; empty: all connections that were open."""

    __slots__ = ("_ids", "_recipients", "message", "number", "size")

    def __init__(self, number: int, message: Message, recipients: bytes) -> None:
        self.number = number
        self.message = message
        self.size = len(message.data) + len(recipients)
        self._recipients = recipients and b"\n%b\n" % recipients
        self._ids: frozenset[str] | None = None

    def is_for(self, connection_id: str) -> bool:
        if not self._recipients:
            return True
        if self._ids is not None:
            return connection_id in self._ids
        return b"\n%b\n" % connection_id.encode("utf-8", "surrogatepass") in self._recipients

    def among(self, ids: KeysView[str]) -> AbstractSet[str]:
        """Those of `ids` whom it is for. For one that is unfolded: costs what its recipients cost, and not `ids`."""
        if not self._recipients:
            return ids
        assert self._ids is not None
        return self._ids & ids

    def unfold(self) -> None:
        """Many will ask."""
        if self._recipients:
            self._ids = frozenset(text(self._recipients[1:-1]).split("\n"))

    def fold(self) -> None:
        """Few will."""
        self._ids = None


class Known(NamedTuple):
    """Of a log, when Redis is asked for its own: the subscription, the life, and the number of the latest broadcast."""

    subscription: int
    life: str
    last: int


class BroadcastLog:
    """The latest, without holes. `last`: the number of the latest one.
    `subscription`: which one this node hears others through, counted from 1; 0: through none now. `life`: of the
    partition as this node knows it, empty before it does."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._kept: deque[Broadcast] = deque()
        self._bytes = 0
        self.last = 0
        self.subscription = 0
        self.life = ""

    @property
    def known(self) -> Known:
        return Known(self.subscription, self.life, self.last)

    @property
    def first(self) -> int:
        """Of those kept; one more than `last` when there are none."""
        return self.last + 1 - len(self._kept)

    def begin(self, last: int) -> None:
        """Nothing is kept, and this is the latest number."""
        self._kept.clear()
        self._bytes = 0
        self.last = last

    def add(self, broadcast: Broadcast) -> None:
        """The next one."""
        broadcast.unfold()
        self._kept.append(broadcast)
        self._bytes += broadcast.size
        self.last = broadcast.number
        if len(self._kept) > RECENT:
            self._kept[-RECENT - 1].fold()
        while self._bytes > self._limits.broadcast_bytes or len(self._kept) > self._limits.broadcast_events:
            if len(self._kept) == 1:
                break
            self._bytes -= self._kept.popleft().size

    def get(self, number: int) -> Broadcast | None:
        """None for one that is not kept."""
        place = number - self.first
        return self._kept[place] if 0 <= place < len(self._kept) else None


def read_published(payload: bytes) -> tuple[Broadcast, str]:
    """A broadcast as it is published, and the life in which it was."""
    head, _, rest = payload.partition(b"\n")
    _kind, number, at, size, life = head.split(b" ")
    recipients, data = rest[: int(size)], rest[int(size) :]
    return _broadcast(number, at, recipients, data), text(life)


def read_entry(entry: Any) -> Broadcast:  # noqa: ANN401 - what XRANGE gives
    number, fields = entry
    return _broadcast(number.partition(b"-")[0], fields[5], fields[3], fields[1])


def _broadcast(number: bytes, at: bytes, recipients: bytes, data: bytes) -> Broadcast:
    return Broadcast(int(number), Message(data, int(at) / 1000, shared=True), recipients)

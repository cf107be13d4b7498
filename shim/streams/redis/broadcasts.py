"""What was broadcast last, once for all connections of a node."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from shim.streams.connection import Message
from shim.streams.limits import StreamLimits
from shim.streams.redis.steps import text


class Broadcast(NamedTuple):
    """`recipients` None: all connections that were open."""

    number: int
    message: Message
    recipients: frozenset[str] | None

    def is_for(self, connection_id: str) -> bool:
        return self.recipients is None or connection_id in self.recipients


class BroadcastLog:
    """The latest, without holes, within the limits of one connection. `last`: the number of the latest one.
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
        self._kept.append(broadcast)
        self._bytes += len(broadcast.message.data)
        self.last = broadcast.number
        while self._bytes > self._limits.replay_bytes or len(self._kept) > self._limits.replay_events:
            if len(self._kept) == 1:
                break
            self._bytes -= len(self._kept.popleft().message.data)

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
    ids = frozenset(text(recipients).split("\n")) if recipients else None
    return Broadcast(int(number), Message(data, int(at) / 1000, shared=True), ids)

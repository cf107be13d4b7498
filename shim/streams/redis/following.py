"""The broadcasts of one stream: how far it is, and those that it needs and its node no longer has. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from shim.streams.redis.broadcasts import Broadcast, BroadcastLog


class Following:
    """`taken`: the last one that a stream took, or gave up, which may be long before those that were for others.
    `first`: the last one before the connection was open. `is_reading`: what it needs and `log` no longer has."""

    __slots__ = ("_last", "_passes", "first", "is_reading", "log", "older", "taken")

    def __init__(self, log: BroadcastLog, last: int, taken: int, first: int) -> None:
        self.log = log
        self.taken = taken
        self.first = first
        self.is_reading = False
        self.older: deque[Broadcast] = deque()
        """Those that the log no longer has."""
        self._last = last
        self._passes = False
        """Whether none that the log has after `_last` is for this stream. Then it is as far as the log, and nobody has
        to tell it of each broadcast that is for others."""
        self.go_on()

    @property
    def last(self) -> int:
        """Number of the last one that the stream has taken, or passed over."""
        return max(self._last, self.log.last) if self._passes else self._last

    @last.setter
    def last(self, number: int) -> None:
        self._last = number
        self.go_on()

    def is_due(self, number: int) -> None:
        """The log has this one now, and it is for this stream."""
        if self._passes and self._last < number:
            self._last, self._passes = number - 1, False

    def hold(self) -> None:
        """The log is about to go on with other numbers than the next, or in another life."""
        self._last, self._passes = self.last, False

    def go_on(self) -> None:
        """For after `hold`, in a life that is that of the log."""
        self._passes = self._last >= self.log.last

    @property
    def misses(self) -> bool:
        """Whether the next one is not in the log, though it was, and is not on its way."""
        return self.last + 1 < self.log.first and not self.is_reading and not self._has_older

    @property
    def drained(self) -> bool:
        return self.last >= self.log.last and not self._has_older

    @property
    def _has_older(self) -> bool:
        """Whether any of those is still to be taken."""
        return bool(self.older) and self.older[-1].number > self.last

    def next(self) -> Broadcast | None:
        """The first that is kept after `last`; None: it has to be read first."""
        number = self.last + 1
        if number >= self.log.first:
            self.older.clear()
            return self.log.get(number)
        while self.older and self.older[0].number < number:
            self.older.popleft()
        return self.older[0] if self.older else None

    def take(self, number: int) -> None:
        self.last = number
        self.taken = max(self.taken, number)

    def give_up(self, number: int) -> bool:
        """None of those up to this number is kept any more. Whether there are any that the stream has not taken."""
        if number <= self.last:
            return False
        self.take(number)
        return True

    def read(self, entries: Iterable[Broadcast]) -> bool:
        """What was read from Redis, after `last`. Whether some had to be given up."""
        self.is_reading = False
        if not self._has_older:
            self.older.clear()
        self.older.extend(one for one in entries if self.last < one.number < self.log.first)
        return not self.older and self.give_up(self.log.first - 1)

    def begin_after(self, number: int) -> None:
        """It goes on there, whatever was here."""
        self.last = self.taken = number
        self.older.clear()
        self.is_reading = False

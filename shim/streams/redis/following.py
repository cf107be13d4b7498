"""The broadcasts of one stream: how far it is, and those that it needs and its node no longer has. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from shim.streams.redis.broadcasts import Broadcast, BroadcastLog


@dataclass(slots=True, eq=False)
class Following:
    """`last`: number of the last one that the stream has taken, or passed over."""

    log: BroadcastLog
    last: int
    taken: int
    """The last one that a stream took, or gave up, which may be long before those that were for others."""
    first: int
    """The last one before the connection was open."""
    is_reading: bool = False
    older: deque[Broadcast] = field(default_factory=deque)
    """Those that the log no longer has."""

    @property
    def misses(self) -> bool:
        """Whether the next one is not in the log, though it was, and is not on its way."""
        return not self._has_older and self.last + 1 < self.log.first and not self.is_reading

    @property
    def drained(self) -> bool:
        return not self._has_older and self.last >= self.log.last

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

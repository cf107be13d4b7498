"""One connection whose stream this node writes: what is to be written next, and how far it is. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from shim.streams.connection import Event, Gap, Message
from shim.streams.redis.broadcasts import Broadcast, BroadcastLog
from shim.streams.redis.following import Following
from shim.streams.redis.own import Own
from shim.streams.redis.places import Cursor, Elsewhere, Place, elsewhere, mark

MOST_BUFFERED_BYTES: Final = 262_144
"""Of messages that wait here for one stream. What is beyond stays in Redis, and is read when there is room."""

MOST_BUFFERED: Final = 256
"""Messages that wait here for one stream."""


@dataclass(slots=True, eq=False)
class Hosted:
    """From `attach` to `detach`. `known`: number of the last message that Redis is known to have. `read_own`: the last
    one that the stream has taken."""

    id: str
    epoch: str
    life: str
    """Of the partition, when what is here was read. While it is in another one nothing is written."""
    generation: int
    digest: str
    window_ms: int
    opened_ms: int
    broadcasts: Following
    wake: Callable[[], None]
    known: int
    read_own: int
    read_bytes: int
    state: bytes
    compared_in: int
    """The subscription since whose beginning all is known that was sent to this connection. In another one, a broadcast
    may be known and a message before it not."""
    annotations: list[bytes]
    """As they were at `attach`, for when Redis loses them: names and JSON."""
    elsewhere: list[Elsewhere] = field(default_factory=list)
    """Where it is in other lives, and was in other epochs; the latest first."""
    former: list[str] = field(default_factory=list)
    """Epochs that Redis lost."""
    next_epoch: str = ""
    """The one with which it is being written again."""
    doubts: int = 0
    """How often it was said that there may be messages of which this node was not told."""
    next_own: int = 0
    own: deque[Own] = field(default_factory=deque)
    buffered_bytes: int = 0
    saved_own: int = 0
    saved_bytes: int = 0
    reading_own: bool = False
    named: tuple[str, str, int] = ("", "", 0)
    """Epoch, life and number of the id that the client has; no epoch: it has none, and is where the stream begins."""
    is_lost: bool = False
    """Whether something was of which nobody knows how much; False: nothing was, or it was said."""
    stalled: bool = False
    superseded: bool = False
    end: tuple[int, int, int, str] | None = None
    """Number of its last message, of the last broadcast before its end, close code, reason; None while it is open."""

    def __post_init__(self) -> None:
        self.next_own = self.read_own + 1
        self.saved_own, self.saved_bytes = self.read_own, self.read_bytes
        if not self.named[0]:
            self.named = (self.epoch, self.life, self.read_own)
        if self.life != self.log.life:
            self.broadcasts.hold()

    @property
    def log(self) -> BroadcastLog:
        return self.broadcasts.log

    @property
    def written(self) -> tuple[str, str]:
        """Numbers of messages are those of this epoch and life."""
        return self.epoch, self.life

    @property
    def closed(self) -> bool:
        """Whether it ended, and all that came before is here."""
        if self.end is None or not self.is_compared or self.life != self.log.life:
            return False
        own, broadcast, _code, _reason = self.end
        if self.broadcasts.is_reading or self.broadcasts.misses:
            return False
        return self.next_own > own and self.log.last >= broadcast

    @property
    def is_compared(self) -> bool:
        return self.compared_in == self.log.subscription != 0

    @property
    def misses_own(self) -> bool:
        """Whether Redis has messages that are neither here nor on their way."""
        return self.next_own <= self.known and not self.reading_own

    @property
    def has_room(self) -> bool:
        return self.buffered_bytes < MOST_BUFFERED_BYTES // 2 and len(self.own) < MOST_BUFFERED // 2

    @property
    def waits_for_broadcasts(self) -> bool:
        """Whether what comes next, a message or the end, comes after a broadcast of which this node was not told yet,
        whomever that is for."""
        heard = self.log.last
        return bool(self.own and self.own[0].after > heard) or (self.end is not None and self.end[1] > heard)

    @property
    def drained(self) -> bool:
        return not self.own and not self.is_lost and self.broadcasts.drained

    def doubt(self) -> None:
        self.doubts += 1
        self.compared_in = 0

    def arrived(self, own: Own) -> bool:
        """A message that was just sent. It waits in Redis when there is no room, or when others come before it; then
        this is false."""
        self.known = max(self.known, own.seq)
        if own.seq != self.next_own or len(self.own) >= MOST_BUFFERED or self.buffered_bytes >= MOST_BUFFERED_BYTES:
            return False
        self._append(own)
        return True

    def read(self, entries: Iterable[Own]) -> None:
        """What was read from Redis, after `next_own`. What is missing there was given up, and will be told as a gap."""
        self.reading_own = False
        found = False
        for own in entries:
            found = True
            if own.seq >= self.next_own:
                self.next_own = own.seq
                self._append(own)
        if not found:
            self.next_own = max(self.next_own, self.known + 1)

    def read_broadcasts(self, entries: Iterable[Broadcast]) -> None:
        """What was read from Redis, after the last one that the stream has taken. One gap for all that are lost."""
        if self.broadcasts.read(entries):
            self.is_lost = True

    def restored(self, epoch: str) -> None:
        """Redis lost everything, and knows the connection again."""
        was = self.places
        self.relived(epoch, (0, 0, self.log.last), 0, elsewhere(was, epoch, self.log.life, [(0, 0)] * len(was)))

    @property
    def epochs(self) -> set[str]:
        """In which it is known where the stream is."""
        return {self.epoch, *(one.place.epoch for one in self.elsewhere)}

    @property
    def places(self) -> Cursor:
        """Where it is, in its own life first."""
        own, broadcast = self.read_own, self.broadcasts.last
        return (Place(self.epoch, self.life, own, broadcast), *(one.at(own, broadcast) for one in self.elsewhere))

    def relived(self, epoch: str, at: tuple[int, int, int], known: int, others: list[Elsewhere]) -> None:
        """Redis may have lost what was sent last, and has this many messages now. It goes on after message `at`, which
        is up to so many bytes, and that broadcast; `others`: where it is elsewhere. Whether it ended Redis says anew:
        the numbers of an end that is lost are those of messages that are yet to be sent."""
        if epoch != self.epoch:
            self.former.append(self.epoch)
            self.epoch, self.next_epoch = epoch, ""
        self.life, self.is_lost, self.end = self.log.life, True, None
        self.elsewhere = others
        self.known = known
        self.read_own, self.read_bytes, broadcast = at
        self.saved_own, self.saved_bytes = self.read_own, self.read_bytes
        self.next_own = self.read_own + 1
        self.broadcasts.begin_after(broadcast)
        self.own.clear()
        self.buffered_bytes = 0
        self.reading_own = False

    @property
    def mark(self) -> str:
        """What stands behind the epoch in the id of an event: the life, the last broadcast that the client has, and
        where it is elsewhere."""
        return mark(self.life, self.read_own, self.broadcasts.last, self.epoch, self.elsewhere)

    def _append(self, own: Own) -> None:
        self.own.append(own)
        self.buffered_bytes += len(own.message.data)
        self.next_own = own.seq + 1

    def next(self) -> Event | Gap | None:
        """Broadcasts go before the messages that were sent after them. A gap comes before what follows it."""
        if self.life != self.log.life:
            return None
        if self.is_lost:
            self.is_lost = False
            return self._unknown_gap()
        own = self.own[0] if self.own else None
        if not self._is_next(own):
            before = self._before(own)
            if before is not None or own is None or own.after > self.broadcasts.last:
                return before
        return None if own is None else self._take_own(own)

    def _is_next(self, own: Own | None) -> bool:
        """Whether nothing goes before it: what is so most of the time is found out first."""
        if own is None:
            return self.next_own == self.read_own + 1 and self.broadcasts.last >= self.log.last
        return own.seq == self.read_own + 1 and own.after <= self.broadcasts.last

    def _before(self, own: Own | None) -> Event | Gap | None:
        due = self._due_broadcast(own)
        if due is not None:
            return due
        if own is None:
            return self._gap_up_to(self.next_own - 1)
        return None if own.after > self.broadcasts.last else self._gap_up_to(own.seq - 1)

    def _due_broadcast(self, own: Own | None) -> Event | Gap | None:
        """The next that is for this connection and goes before `own`, or before anything when that is None."""
        most = self._last_broadcast() if own is None else min(self._last_broadcast(), own.after)
        if self._waits_for_own() or not self.is_compared:
            return None
        while self.broadcasts.last < most:
            broadcast = self.broadcasts.next()
            if broadcast is None:
                return None
            if self.broadcasts.give_up(broadcast.number - 1):
                return self._unknown_gap()
            if broadcast.is_for(self.id):
                self.broadcasts.take(broadcast.number)
                return self._event(broadcast.message)
            self.broadcasts.last = broadcast.number
        return None

    def _gap_up_to(self, seq: int) -> Gap | None:
        """What is missing after what was taken last, up to this message."""
        if seq <= self.read_own:
            return None
        gap = self._unknown_gap()
        if self.named[:2] == self.written:
            gap = Gap(self.read_own + 1, seq)
            self.named = (self.epoch, self.life, seq)
        self.read_own = seq
        return gap

    def _unknown_gap(self) -> Gap:
        """It changes no id: client libraries take the last number of a gap for that in the one that they have, and that
        may be of another life."""
        *_where, seq = self.named
        return Gap(seq + 1, seq)

    def _waits_for_own(self) -> bool:
        """Messages of its own come first that are still in Redis."""
        return not self.own and self.next_own <= self.known

    def _take_own(self, own: Own) -> Event:
        self.own.popleft()
        size = len(own.message.data)
        self.buffered_bytes -= size
        self.read_bytes = own.total + size
        self.read_own = own.seq
        self.stalled = False
        return self._event(own.message)

    def _event(self, message: Message) -> Event:
        self.named = (self.epoch, self.life, self.read_own)
        return Event(self.read_own, message, self.mark)

    def _last_broadcast(self) -> int:
        return self.log.last if self.end is None else min(self.log.last, self.end[1])

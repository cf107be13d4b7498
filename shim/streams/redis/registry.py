"""The connections whose streams this process writes: what it has for them, and what it reads from Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, Final

from shim.streams.limits import StreamLimits
from shim.streams.redis import scripts_of_connections as connecting
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.batches import Batches
from shim.streams.redis.broadcasts import Broadcast, BroadcastLog, Known, read_entry
from shim.streams.redis.counts import Face
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.lua import Script
from shim.streams.redis.own import Own, read_own
from shim.streams.redis.steps import Step

READ_BYTES: Final = 131_072
"""Of what is read at once for one stream, about."""


class Registry:
    """Used on one event loop. `on_ended`: called when a connection may have ended whose end is to be told."""

    def __init__(self, limits: StreamLimits, batches: Batches) -> None:
        self.on_ended: Callable[[], None] = lambda: None
        self.log = BroadcastLog(limits)
        self._limits = limits
        self._batches = batches
        self._hosted: dict[str, Hosted] = {}
        self._waiting: set[Hosted] = set()
        """Those that go on when a broadcast is heard, whomever it is for."""
        self._log_known = False
        self._reading_log = False
        self._log_wanted = 0
        self._log_compared = (-1, 0)
        """The subscription in which it was compared last, and with which number."""
        self._subscriptions = 0

    def all(self) -> list[Hosted]:
        return list(self._hosted.values())

    def get(self, connection_id: str) -> Hosted | None:
        return self._hosted.get(connection_id)

    def has(self, hosted: Hosted) -> bool:
        """Whether its stream is the newest one here."""
        return self._hosted.get(hosted.id) is hosted

    def add(self, hosted: Hosted) -> None:
        """A stream begins; one before it ends."""
        before = self._hosted.get(hosted.id)
        if before is not None:
            self.superseded(before)
        self._hosted[hosted.id] = hosted
        self._batches.counts.hosted[_face(hosted)] += 1
        self.feed(hosted)

    def remove(self, hosted: Hosted) -> None:
        self._waiting.discard(hosted)
        if self.has(hosted):
            del self._hosted[hosted.id]
            self._batches.counts.hosted[_face(hosted)] -= 1

    def hears(self, whether: bool) -> None:
        """A subscription begins or has ended. Until positions were compared in it no broadcasts are taken: messages
        that were sent before them may not have been heard."""
        self._subscriptions += whether
        self.log.subscription = self._subscriptions if whether else 0

    def know_life(self, life: str) -> bool:
        """Whether it is another one than before. Then nothing is known of broadcasts."""
        before, self.log.life = self.log.life, life
        if before not in {"", life}:
            self._log_known = self._reading_log = False
            self._hold()
        return before not in {"", life}

    def know_log(self, last: int) -> None:
        """The number of the last broadcast, as Redis has it now. What came before the first such word is not read, but
        for streams that need it; what came after it will be heard."""
        if not self._log_known:
            self._log_known = True
            self._begin_log(last)

    def compare_log(self, last: int, asked: Known) -> None:
        """The same, after whatever was being read was answered or failed. Redis may have lost what it had when it was
        `asked`; what was heard since may be later than the answer. What it had when it was compared before, and what
        it has when a subscription begins, is not on its way any more."""
        self._reading_log = False
        before, compared = self._log_compared
        self._log_compared = (asked.subscription, last)
        if not self._log_known or (last < asked.last and asked.life == self.log.life):
            self._log_known = True
            self._begin_log(last)
            self._log_wanted = last
        else:
            self._read_log_to(compared if before == asked.subscription else last)

    def sent(self, connection_id: str, own: Own, written: tuple[str, str]) -> None:
        """A message of which Redis said that this node has the stream. `written`: the epoch and the life in which it
        has its number. It may be heard after the connection was written again, over what was sent before that."""
        hosted = self._hosted.get(connection_id)
        if hosted is not None and hosted.written == written:
            if hosted.arrived(own):  # nothing is missing that was not missing before
                self._batches.counts.straight += 1
            else:
                self.feed(hosted)
            hosted.wake()

    def feed(self, hosted: Hosted) -> None:
        """Reads what the stream needs next and is not here, and saves how far it is. Not while it is in another life:
        its numbers are of that one."""
        if hosted.life != self.log.life:
            return
        if hosted.waits_for_broadcasts and self.has(hosted):
            self._waiting.add(hosted)
        written = hosted.written
        if hosted.misses_own and hosted.has_room:
            hosted.reading_own = True
            arguments = (hosted.next_own - 1, READ_BYTES)
            self.post(sending.READ_OWN, hosted.id, arguments, lambda found: self._read(hosted, written, found))
        if hosted.broadcasts.misses:
            hosted.broadcasts.is_reading = True
            arguments = (hosted.broadcasts.last, READ_BYTES)
            self.post(
                sending.READ_BROADCASTS, None, arguments, lambda found: self._read_broadcasts(hosted, written, found)
            )
        unsaved, unsaved_bytes = hosted.read_own - hosted.saved_own, hosted.read_bytes - hosted.saved_bytes
        if unsaved and (
            unsaved >= max(1, self._limits.replay_events // 4) or unsaved_bytes >= self._limits.replay_bytes // 4
        ):
            self.save(hosted)

    def save(self, hosted: Hosted) -> bool:
        """Tells how far the stream is; whether it is further than was told."""
        if hosted.read_own == hosted.saved_own or hosted.life != self.log.life:
            return False
        hosted.saved_own, hosted.saved_bytes = hosted.read_own, hosted.read_bytes
        arguments = (hosted.generation, hosted.read_own, hosted.read_bytes)
        self.post(connecting.READ_UP_TO, hosted.id, arguments, lambda _answer: None)
        return True

    def no_room(self, connection_id: str) -> bool:
        """A push was refused; whether it may be tried again at once."""
        hosted = self._hosted.get(connection_id)
        if hosted is None:
            return False
        hosted.stalled = True
        return self.save(hosted)

    def _read_log_to(self, number: int) -> None:
        """Reads the broadcasts that this node did not hear. Later ones are not taken: what was sent before them may be
        on its way."""
        self._log_wanted = max(self._log_wanted, number)
        if self.log.last < self._log_wanted and not self._reading_log:
            self._reading_log = True
            arguments = (self.log.last, READ_BYTES)
            self.post(sending.READ_BROADCASTS, None, arguments, self._read_log)

    def superseded(self, hosted: Hosted) -> None:
        hosted.superseded = True
        self.remove(hosted)
        hosted.wake()

    def ended(self, hosted: Hosted, end: tuple[int, int, int, str]) -> None:
        if hosted.end is not None:
            return
        hosted.end = end
        hosted.known = max(hosted.known, end[0])
        self.feed(hosted)
        hosted.wake()
        self.on_ended()

    def broadcast(self, broadcast: Broadcast, life: str) -> None:
        """One that was just published."""
        if life != self.log.life:
            return  # this node will know
        self.know_log(broadcast.number - 1)
        if broadcast.number == self.log.last + 1:
            self._wake(self._add(broadcast))
        else:
            self._read_log_to(broadcast.number)

    def _add(self, broadcast: Broadcast) -> list[Hosted]:
        """Whom it is for. The others are not looked at: of one to a few, many streams would cost as much as one to
        all of them."""
        self.log.add(broadcast)
        due = [self._hosted[one] for one in broadcast.among(self._hosted.keys())]
        for hosted in due:
            hosted.broadcasts.is_due(broadcast.number)
        return due

    def _wake(self, due: Iterable[Hosted]) -> None:
        """After broadcasts were added. Whoever waits for another one says so again when it was woken."""
        waiting, self._waiting = self._waiting, set()
        for hosted in chain(due, waiting):
            hosted.wake()

    def _hold(self) -> None:
        for hosted in self._hosted.values():
            hosted.broadcasts.hold()

    def _begin_log(self, last: int) -> None:
        """Streams stay where they are, whatever number the log goes on after."""
        self._hold()
        self.log.begin(last)
        for hosted in self._hosted.values():
            if hosted.life == self.log.life:
                hosted.broadcasts.go_on()

    def _read_log(self, found: list[Any]) -> None:
        self._reading_log = False
        self._batches.counts.read += len(found)
        broadcasts = [one for one in map(read_entry, found) if self.log.last < one.number <= self._log_wanted]
        due: set[Hosted] = set()
        for broadcast in broadcasts:
            if broadcast.number > self.log.last + 1:
                self._begin_log(broadcast.number - 1)
            due.update(self._add(broadcast))
        if broadcasts:
            self._wake(due)
            self._read_log_to(0)

    def _read(self, hosted: Hosted, written: tuple[str, str], found: list[Any]) -> None:
        """`written`: the epoch and the life in which it was asked for. Another server may have answered."""
        if not self._is_still(hosted, written):
            return
        self._batches.counts.read += len(found)
        hosted.read(map(read_own, found))
        self.feed(hosted)
        hosted.wake()

    def _read_broadcasts(self, hosted: Hosted, written: tuple[str, str], found: list[Any]) -> None:
        if not self._is_still(hosted, written):
            return
        self._batches.counts.read += len(found)
        hosted.read_broadcasts(map(read_entry, found))
        hosted.wake()

    def _is_still(self, hosted: Hosted, written: tuple[str, str]) -> bool:
        return hosted.written == written and hosted.life == self.log.life

    def post(
        self,
        script: Script,
        connection_id: str | None,
        arguments: tuple[str | bytes | int, ...],
        read: Callable[[Any], object],
    ) -> None:
        ids = () if connection_id is None else (connection_id,)
        self._batches.post(Step(script, ids, arguments, read))


def _face(hosted: Hosted) -> Face:
    return "sse" if hosted.window_ms else "websocket"

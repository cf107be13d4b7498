"""One process among those that serve the same connections: it takes streams, lets go of them, and hears of them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

from shim.streams.connection import Message
from shim.streams.errors import BrokerUnavailable, ConnectionGone
from shim.streams.limits import StreamLimits
from shim.streams.records import CONNECTION_LOST, GOING_AWAY
from shim.streams.redis import scripts_of_connections as connecting
from shim.streams.redis import scripts_of_resuming as resuming
from shim.streams.redis.batches import Batches
from shim.streams.redis.broadcasts import read_published
from shim.streams.redis.following import Following
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.operations import Operations
from shim.streams.redis.own import Own
from shim.streams.redis.places import Cursor, elsewhere, lives_between, words
from shim.streams.redis.positions import Positions
from shim.streams.redis.registry import Registry
from shim.streams.redis.steps import Step, text

logger = logging.getLogger(__name__)

Arguments = tuple[str | bytes | int, ...]


class Node:
    """Used on one event loop, for one partition. `node_id`: the same in all partitions."""

    def __init__(self, node_id: str, limits: StreamLimits, operations: Operations, batches: Batches) -> None:
        self.id = node_id
        self.streams = Registry(limits, batches)
        self.positions = Positions(self.id, limits, operations, batches, self.streams)
        self._batches = batches
        batches.on_life = self._lives
        self._attaching: Counter[str] = Counter()
        """Connections that are being attached to, and how often at once."""
        self._heard_meanwhile: set[str] = set()
        self._detaching: dict[str, Arguments] = {}
        """Streams that ended, until Redis knows."""
        self._has_left = False

    async def attach(self, connection_id: str, cursor: Cursor, wake: Callable[[], None]) -> Hosted:
        """`cursor`: where the client is. Raises ConnectionGone or BrokerUnavailable."""
        found: list[Hosted] = []
        given_up = False
        subscription = self.streams.log.subscription

        def read(answer: list[Any] | None) -> Hosted:
            hosted = self._attached(connection_id, answer, subscription, cursor, wake)
            found.append(hosted)
            if given_up:
                self.detach(hosted)
            elif self._has_left:  # since it was asked: its client goes to another node like all others
                self.detach(hosted, GOING_AWAY)
                hosted.wake()
            return hosted

        asked = self._batches.ask(Step(resuming.ATTACH, (connection_id,), (self.id, words(cursor)), read))
        self._attaching[connection_id] += 1
        asked.add_done_callback(lambda done: self._was_asked(connection_id, done))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:  # nobody will write the stream
            given_up = True
            for hosted in found:
                self.detach(hosted)
            raise

    def told_of_gap(self) -> None:
        self._batches.counts.gaps += 1

    def detach(self, hosted: Hosted, end: tuple[int, str] = CONNECTION_LOST) -> None:
        """Its stream has ended. `end`: of a connection that can't be resumed."""
        self.streams.remove(hosted)
        if hosted.superseded or hosted.end is not None:
            return
        hosted.superseded = True
        arguments: Arguments = (
            hosted.generation,
            self.id,
            hosted.read_own,
            hosted.read_bytes,
            hosted.broadcasts.last,
            hosted.broadcasts.taken,
            *end,
        )
        self._detaching[hosted.id] = arguments
        self._post_detach(hosted.id, arguments)

    def refuse(self) -> None:
        """Streams that are attached from now on end at once, and their clients go to other nodes."""
        self._has_left = True

    def let_go(self, hosted: Hosted) -> None:
        """Its client goes to another node."""
        if self.streams.has(hosted):
            self.detach(hosted, GOING_AWAY)
            hosted.wake()

    def leave(self) -> None:
        """All streams end, and their clients go to other nodes; also those that are being attached."""
        self.refuse()
        for hosted in self.streams.all():
            self.let_go(hosted)

    def detach_again(self) -> None:
        """What Redis may not have heard of."""
        for connection_id, arguments in list(self._detaching.items()):
            self._post_detach(connection_id, arguments)

    async def check(self, *, keep: bool = False) -> None:
        """Compares all positions with Redis; see `Positions`."""
        self.detach_again()
        await self.positions.compare(keep=keep)
        await self.positions.let_go(lambda one: one in self._attaching or one in self._detaching)

    def heard(self, payload: bytes) -> None:
        """What was published for this node, or for all."""
        head, _, rest = payload.partition(b"\n")
        kind, *words = head.split(b" ")
        if kind == b"b":
            self.streams.broadcast(*read_published(payload))
            return
        connection_id = text(words.pop(0))
        if connection_id in self._attaching:
            self._heard_meanwhile.add(connection_id)
        hosted = self.streams.get(connection_id)
        if hosted is None:
            return
        if kind == b"m":
            seq, after, binary, at, total, epoch, life = words
            message = Message(rest, int(at) / 1000, binary=binary == b"1")
            sent = Own(int(seq), int(after), int(total), message)
            self.streams.sent(connection_id, sent, (text(epoch), text(life)))
        elif kind == b"a":
            self.streams.no_room(connection_id)
        elif kind == b"p":
            self.positions.doubt(hosted)
        elif kind == b"x" and int(words[0]) > hosted.generation:
            self.streams.superseded(hosted)
        elif kind == b"c":
            own, broadcast, code = (int(word) for word in words)
            self.streams.ended(hosted, (own, broadcast, code, text(rest)))

    def _attached(
        self,
        connection_id: str,
        answer: list[Any] | None,
        subscription: int,
        cursor: Cursor,
        wake: Callable[[], None],
    ) -> Hosted:
        """In the order of answers, so that nothing is missed that this node sent since. `subscription`: the one that
        there was when it was asked."""
        heard_meanwhile = connection_id in self._heard_meanwhile
        self._has_attached(connection_id)
        if answer is None:
            raise ConnectionGone(connection_id)
        *answer, life, lost, before, taken, former, shared, between = answer
        generation, epoch, known, own, broadcast, read_bytes, last, digest, window, opened, first, state, kept = answer
        counts = self._batches.counts
        counts.resumed += before != b""
        counts.taken_over += text(before) not in {"", self.id}
        self.streams.know_log(int(last))
        hosted = Hosted(
            id=connection_id,
            epoch=text(epoch),
            life=text(life),
            generation=int(generation),
            digest=text(digest),
            window_ms=int(window),
            opened_ms=int(opened),
            broadcasts=Following(self.streams.log, last=int(broadcast), taken=int(taken), first=int(first)),
            wake=wake,
            known=int(known),
            read_own=int(own),
            read_bytes=int(read_bytes),
            state=state,
            compared_in=0 if heard_meanwhile else subscription,
            annotations=kept,
            named=cursor[0][:3] if cursor else ("", "", 0),
            is_lost=bool(lost),
            elsewhere=elsewhere(cursor, text(epoch), text(life), shared, lives_between(between)),
            former=text(former).split(),
        )
        self.streams.add(hosted)
        if not hosted.is_compared:  # something was published before this stream was known here
            self.positions.compare_soon(hosted)
        return hosted

    def _lives(self, life: str) -> None:
        """The life of the partition, as whoever answers this node says."""
        if self.streams.know_life(life):
            logger.warning("Redis may have lost what was written last: another server answers, or it was started again")
            self.positions.compare_all_soon()

    def _has_attached(self, connection_id: str) -> None:
        self._attaching[connection_id] -= 1
        if not self._attaching[connection_id]:
            del self._attaching[connection_id]
            self._heard_meanwhile.discard(connection_id)

    def _was_asked(self, connection_id: str, asked: asyncio.Future[Hosted]) -> None:
        """Also when nobody waits any more."""
        if isinstance(asked.exception(), BrokerUnavailable):
            self._has_attached(connection_id)

    def _post_detach(self, connection_id: str, arguments: Arguments) -> None:
        def read(ended: int) -> None:
            if self._detaching.get(connection_id) is arguments:
                del self._detaching[connection_id]
            if ended:
                self.streams.on_ended()

        self.streams.post(connecting.DETACH, connection_id, arguments, read)

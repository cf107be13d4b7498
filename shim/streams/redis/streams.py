"""`Streams` whose connections are in Redis: every node serves all of them."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from shim.streams.attachment import Attachment
from shim.streams.errors import BrokerUnavailable
from shim.streams.limits import StreamLimits
from shim.streams.redis.agreement import Agreement, PartitionsDiffer, keys_of_all
from shim.streams.redis.answers import RedisAnswers
from shim.streams.redis.awaiting import RedisAwaiting
from shim.streams.redis.batches import LEFT, Batches
from shim.streams.redis.blocking import Blocking
from shim.streams.redis.broker import RedisBroker
from shim.streams.redis.calls import Calls
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.keys import Keys, partition_of
from shim.streams.redis.membership import Membership, begin_all
from shim.streams.redis.node import Node
from shim.streams.redis.operations import Operations
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.population import Population
from shim.streams.redis.servers import Servers, servers_of
from shim.streams.redis.telling import Telling
from shim.streams.redis.tickets import RedisTickets
from shim.streams.redis.together import Together
from shim.streams.service import SWEEP_INTERVAL_S, Streams
from shim.streams.subscription import Subscription
from shim.streams.telling import MOST_DISCONNECTS_AT_ONCE, MOST_DISCONNECTS_AT_THE_END, OnDisconnect, give_up

logger = logging.getLogger(__name__)

LONGEST_SWEEP_S: Final = 2.0
"""Between two looks for connections whose time is over; shorter where leases are. All nodes look."""

LOOK_FOR_LOST_S: Final = 60.0
"""Between two looks for ends that other nodes began to tell, and did not finish."""

NO_LOOP: Final = "streams over Redis are attached on an event loop: `await streams.awaiting.attach(…)`"


class RedisStreams(Streams):
    """As `Streams`. `later_s`: seconds that are added to the server's time, for tests of what comes later.

    Code on an event loop uses `awaiting`; the methods themselves are for worker threads, and wait for Redis.
    """

    shared = True

    def __init__(
        self,
        options: RedisOptions,
        limits: StreamLimits | None = None,
        *,
        later_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__(limits)
        self.counts: RedisCounts = RedisCounts()
        self._options = options
        self._later_ms = lambda: int(later_s() * 1000)
        count = options.count
        self._keys = tuple(Keys(options.prefix, number, count) for number in range(count))
        self._operations = Operations(self.limits, count)
        self._population = Population(count)
        self._blocking = Blocking(options, self._keys, self._later_ms, self.counts)
        calls = Calls(self.limits, self._operations, self._population, self._blocking.partitions)
        self._broker = RedisBroker(self.limits, calls, self._blocking)  # type: ignore[assignment]
        calls = Calls(self.limits, self._operations, self._population, self._partitions)
        self.awaiting = RedisAwaiting(self, self._operations, calls, self._member, self.members, self._nodes)
        self.together: Together = Together(self._partitions)
        self.tickets: RedisTickets = RedisTickets(self.together)
        self.answers: RedisAnswers = RedisAnswers(self.together)
        self._together_blocking = Together(self._blocking.partitions)
        self._members: tuple[Membership, ...] = ()
        self._own_telling: Telling | None = None
        """From `run` to `shutdown`: what the one began to tell the other waits for."""
        self._servers: Servers | None = None
        self._agreement: Agreement | None = None
        self._differs = False  # from others in its number of partitions, so that it may not begin
        self._beginning = asyncio.Lock()
        self._closed = False

    def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        """Only `awaiting.subscribe` does."""
        raise RuntimeError(NO_LOOP)

    def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        """Only `awaiting.attach` does."""
        raise RuntimeError(NO_LOOP)

    def close_soon(self, connection_id: str, code: int, reason: str) -> None:
        if self._members:
            member = self._members[partition_of(connection_id, len(self._members))]
            member.batches.post(self._operations.close(connection_id, code, reason))
            member.node.streams.on_ended()

    def take_tokens(self, name: str, rate_per_s: float, burst: int, most: int) -> tuple[int, float]:
        return self._blocking.run(self._together_blocking.take_tokens(name, rate_per_s, burst, most))

    def is_away(self) -> bool:
        return self._differs or self.counts.away_s(time.monotonic()) > self._options.unready_s

    def is_full(self) -> bool:
        """As of about a second ago."""
        return self.counts.open_everywhere >= self.limits.connections

    def leave(self) -> None:
        """All streams of this node end, and their clients go on at other nodes. On its event loop."""
        for node in self._nodes():
            node.leave()

    async def run(self, on_disconnect: OnDisconnect) -> None:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        next_sweep = next_look = loop.time()
        sweep_s = min(LONGEST_SWEEP_S, max(SWEEP_INTERVAL_S, self._options.lease_s / 5))
        away = False
        gaps = 0
        while True:
            if self.counts.gaps > gaps:
                logger.warning("clients were told of %d gaps since the line before", self.counts.gaps - gaps)
                gaps = self.counts.gaps
            try:
                members = await self.members()
                for member in members:
                    member.node.streams.on_ended = woken.set
                telling = self._own_telling = self._own_telling or Telling(members, MOST_DISCONNECTS_AT_ONCE, woken.set)
                failure = None
                if loop.time() >= next_sweep:
                    next_sweep = loop.time() + sweep_s
                    failure = await self._expire()  # which wakes when there are ends to tell
                if woken.is_set() or loop.time() >= next_look:
                    woken.clear()
                    next_look = loop.time() + LOOK_FOR_LOST_S
                    while await telling.begin(on_disconnect):
                        pass
                if failure is not None:
                    raise failure
                if away:
                    logger.warning("Redis can be used again")
                away = False
            except BrokerUnavailable as error:
                if not away:
                    logger.warning("%s", error)
                away = True
                next_sweep = next_look = loop.time() + sweep_s  # it may have taken an end, of which nobody else knows
            with suppress(TimeoutError):  # wait_for would swallow a cancellation in the turn of the wake
                async with asyncio.timeout_at(max(next_sweep, loop.time() + 0.01)):
                    await woken.wait()

    async def _expire(self) -> BrokerUnavailable | None:
        try:
            await self.awaiting.expire()
        except BrokerUnavailable as error:
            return error
        return None

    async def shutdown(self, on_disconnect: OnDisconnect) -> None:
        """Ends all streams of this node, whose clients go on at others; tells the ends of those that can't. For after
        `run` was cancelled."""
        members = self._members
        if not members:
            return
        self.leave()
        for node in self._nodes():
            node.detach_again()
        telling = self._own_telling or Telling(members, MOST_DISCONNECTS_AT_THE_END, lambda: None)
        telling.most = MOST_DISCONNECTS_AT_THE_END
        try:
            async with asyncio.timeout(self.limits.ending_s):
                while await telling.begin(on_disconnect) or telling.tasks:
                    if telling.tasks:
                        await asyncio.wait(telling.tasks)
            await asyncio.gather(*(member.leave() for member in members))
            if self._agreement is not None:
                await self._agreement.leave()
        except (TimeoutError, BrokerUnavailable) as error:
            logger.warning("the service ended before all was told: %s", error)
        await give_up(telling.tasks)  # other nodes will say that it was not finished
        await self.aclose()

    async def aclose(self) -> None:
        """Lets go of Redis. Connections that this node has are found by their lease."""
        self._closed = True
        async with self._beginning:
            members, self._members, self._own_telling = self._members, (), None
            servers, self._servers, agreement, self._agreement = self._servers, None, self._agreement, None
        if servers is not None and agreement is not None:
            await _end(members, agreement, servers)
        self._blocking.close()

    async def members(self) -> tuple[Membership, ...]:
        """Of the running loop, one for each partition. Raises BrokerUnavailable."""
        if not self._members:
            async with self._beginning:
                if self._closed:
                    raise BrokerUnavailable(LEFT)
                if not self._members:
                    self._members = await self._begin()
        return self._members

    async def _begin(self) -> tuple[Membership, ...]:
        servers = servers_of(self._options)
        node_id = self._operations.node_id = secrets.token_hex(6)
        members = tuple(
            Membership(
                node_id,
                self.limits,
                self._options,
                self._operations,
                servers,
                keys,
                self._later_ms,
                self.counts,
                partial(self._count, place),
            )
            for place, keys in enumerate(self._keys)
        )
        keys = keys_of_all(self._options)
        alone = keys.tag == self._keys[0].tag  # then the connection of the one partition does
        batches = members[0].batches if alone else Batches(servers, keys, self._options, self._later_ms, self.counts)
        agreement = Agreement(node_id, self._options, batches)
        try:
            await agreement.begin()
            await begin_all(members)
        except BaseException as error:
            self._differs = isinstance(error, PartitionsDiffer)
            await _end(members, agreement, servers)
            raise
        self._differs = False
        self._servers, self._agreement = servers, agreement
        return members

    def _count(self, partition: int, count: int, pending: int) -> None:
        self._population.counted_one(partition, count, pending)
        self.counts.open_everywhere = self._population.open

    def _nodes(self) -> list[Node]:
        return [member.node for member in self._members]

    async def _member(self, connection_id: str) -> Membership:
        members = self._members or await self.members()
        return members[partition_of(connection_id, len(members))]

    async def _partitions(self) -> tuple[Batches, ...]:
        return tuple(member.batches for member in await self.members())


async def _end(members: tuple[Membership, ...], agreement: Agreement, servers: Servers) -> None:
    await asyncio.gather(*(member.end() for member in members))
    await agreement.end()
    await servers.close()

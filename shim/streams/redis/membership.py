"""What a node does to remain one: it listens, renews its lease, compares positions, and looks for others' ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from typing import Final

from shim.streams.errors import BrokerUnavailable, StreamsError
from shim.streams.limits import StreamLimits
from shim.streams.records import DID_NOT_COME_BACK
from shim.streams.redis import scripts_of_ends as ending
from shim.streams.redis import scripts_of_nodes as nodes
from shim.streams.redis.batches import Batches
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.due import Due
from shim.streams.redis.failures import why_away
from shim.streams.redis.keys import Keys
from shim.streams.redis.listening import Listening
from shim.streams.redis.lua import KEEP_EVERY_S
from shim.streams.redis.node import Node
from shim.streams.redis.operations import Operations
from shim.streams.redis.options import RENEWALS, RedisOptions
from shim.streams.redis.servers import AWAY, Servers
from shim.streams.redis.steps import Step

logger = logging.getLogger(__name__)

KEEP_LISTS_EVERY_S: Final = 60.0
"""How often what is about all connections is renewed, which does not expire before it was renewed once."""

REAPED_AT_ONCE: Final = 200

NEVER_ACCEPTED: Final = "the node died that ran $connect"

CANCEL_AGAIN_S: Final = 0.5
"""After which a task is cancelled once more: `asyncio.wait_for` of Python 3.11, by which the redis package writes,
loses a cancellation that comes in the turn in which the write ends. https://github.com/python/cpython/issues/86296"""


class Membership:
    """In one partition, on one event loop, from `begin` to `end`. `node_id`: of this process. `counted`: told how many
    connections the partition has, open and pending ones."""

    def __init__(
        self,
        node_id: str,
        limits: StreamLimits,
        options: RedisOptions,
        operations: Operations,
        servers: Servers,
        keys: Keys,
        later_ms: Callable[[], int],
        counts: RedisCounts,
        counted: Callable[[int, int], None],
    ) -> None:
        self._options = options
        self.batches = Batches(servers, keys, options, later_ms, counts)
        self.node = Node(node_id, limits, operations, self.batches)
        self._counted = counted
        channels = (keys.channel(f"n:{node_id}"), keys.channel("broadcast"))
        self._listening = Listening(
            servers,
            keys.slot,
            options.timeout_s,
            channels,
            self.node.heard,
            self._begun_again,
            self.node.streams.hears,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Raises BrokerUnavailable."""
        try:
            await self._listening.begin()
        except AWAY as error:
            self.batches.counts.unanswered(time.monotonic())
            raise BrokerUnavailable(why_away(error, is_new=True)) from error
        await self._renew()
        self._tasks = [asyncio.create_task(self._listening.run()), asyncio.create_task(self._maintain())]

    async def end(self) -> None:
        """What is under way is finished; nothing is detached. Also of one that did not begin."""
        await _end(self._tasks)
        await self._listening.end()
        await self.batches.close()

    async def expire(self) -> int:
        """Closes what is over; returns how many."""
        arguments = (REAPED_AT_ONCE, self.node.id, int(self._options.lease_s * 1000))
        due = await self.batches.run(Step(ending.DUE, (), arguments, Due.read))
        self._counted(due.open, due.pending)
        if due.lapsed:
            self._was_late()
            await self.node.check()
        closed = await self._end(due)
        stalled = await self.node.positions.close_stalled()
        if due.untold or closed or stalled:
            self.node.streams.on_ended()
        return closed + stalled

    async def _end(self, due: Due) -> int:
        """Whatever is found twice is done once: each of these looks again."""
        given_up: list[Step[int]] = [
            Step(ending.GIVE_UP, (one,), (due.dead, due.lease_end, NEVER_ACCEPTED), int) for one in due.left_behind
        ]
        if due.dead and len(given_up) < REAPED_AT_ONCE:
            given_up.append(Step(ending.GIVEN_UP, (), (due.dead,), int))
        pending = [Step(ending.LEAVE_PENDING, (one,), (NEVER_ACCEPTED,), int) for one in due.left_pending]
        over = [Step(ending.END_WINDOW, (one,), (DID_NOT_COME_BACK[1],), int) for one in due.over]
        ended = sum(await asyncio.gather(*(self.batches.run(step) for step in (*given_up, *pending))))
        return ended + sum(await asyncio.gather(*(self.batches.run(step) for step in over)))

    async def leave(self) -> None:
        """It has no streams any more. Raises BrokerUnavailable."""
        await self.batches.run(Step(nodes.LEAVE, (), (self.node.id,), int))

    async def _maintain(self) -> None:
        loop = asyncio.get_running_loop()
        renew_s = self._options.lease_s / RENEWALS
        next_check = loop.time() + self._options.check_s
        next_keep, next_keep_lists = loop.time() + KEEP_EVERY_S, loop.time()
        while True:
            await asyncio.sleep(min(renew_s, self._options.check_s))
            try:
                await self._listening.ping()
                if not await self._renew():
                    self._was_late()
                elif loop.time() < next_check:
                    continue
                keep = loop.time() >= next_keep
                await self.node.check(keep=keep)
                next_check = loop.time() + self._options.check_s
                if keep:
                    next_keep = loop.time() + KEEP_EVERY_S
                if loop.time() >= next_keep_lists:
                    await self.batches.run(Step(nodes.KEEP, (), (), lambda _answer: None))
                    next_keep_lists = loop.time() + KEEP_LISTS_EVERY_S
            except StreamsError as error:
                logger.warning("%s", error)
            except Exception:  # others would take all that this node serves, and it would not know
                logger.exception("what keeps this node one of several failed, and is tried again")

    def _was_late(self) -> None:
        self.batches.counts.late_renewals += 1
        logger.warning("the lease of this node had ended; what others took meanwhile is given up")

    async def _renew(self) -> bool:
        """Whether it was still held."""
        arguments = (self.node.id, int(self._options.lease_s * 1000))
        return await self.batches.run(Step(nodes.RENEW, (), arguments, bool))

    async def _begun_again(self) -> None:
        try:
            await self._renew()
            await self.node.check()
        except BrokerUnavailable as error:
            raise ConnectionError(str(error)) from error


async def begin_all(members: Collection[Membership]) -> None:
    """Of one node. All have begun or failed before the first failure is raised."""
    for failure in await asyncio.gather(*(member.begin() for member in members), return_exceptions=True):
        if failure is not None:
            raise failure


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Raises what one of them does."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        done, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.result()

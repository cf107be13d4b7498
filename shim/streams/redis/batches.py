"""One connection to Redis, on which steps that are asked for in the same turn of the loop leave together."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from redis.exceptions import MovedError

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.failures import why_away
from shim.streams.redis.keys import Keys
from shim.streams.redis.lives import Answered, life_of
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.pipeline import Asked, Pipeline
from shim.streams.redis.scripts import load_scripts
from shim.streams.redis.servers import AWAY, Servers
from shim.streams.redis.steps import Step
from shim.streams.redis.wire import Wire

logger = logging.getLogger(__name__)

T = TypeVar("T")

LEFT: Final = "this node has left"

EACH_S = 0.01
"""What each step of a pipeline may take, beside `RedisOptions.timeout_s` for the first."""

MOST_WAITING = 20_000
"""Steps that may wait for Redis; more are refused at once."""

ASK_AGAIN_S = 0.02
"""While a slot is on its way from one server to another."""


class Batches:
    """Steps about one partition in the order in which they are asked for: there is one pipeline under way at a time,
    and what is asked for meanwhile is the next. `later_ms`: what is added to the server's time."""

    def __init__(
        self, servers: Servers, keys: Keys, options: RedisOptions, later_ms: Callable[[], int], counts: RedisCounts
    ) -> None:
        self.counts = counts
        self._servers = servers
        self._keys = keys
        self._timeout_s = options.timeout_s
        self._lease_ms = int(options.lease_s * 1000)
        self._later_ms = later_ms
        self._wire: Wire | None = None
        self._moving_since: float | None = None
        self._life_known = False
        self._life = ""
        self._answered_at = -math.inf
        self._before: Answered | None = None
        """On the connection before this one; None: there was none, or its life was compared with the one of this."""
        self.on_life: Callable[[str], None] = lambda _life: None
        """Told in which life the partition is, before anything else is asked of a server."""
        self._waiting: deque[Asked] = deque()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, step: Step[T]) -> T:
        """Raises what the step does, or BrokerUnavailable."""
        return await self.ask(step)

    def ask(self, step: Step[T]) -> asyncio.Future[T]:
        """What `run` waits for; for whoever wants to know also when nobody waits any more. Raises BrokerUnavailable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._append(step, future)
        return future

    def post(self, step: Step[Any]) -> None:
        """For what nobody waits for. That Redis was away is said in the log; who compares positions makes it good."""
        try:
            self._append(step, None)
        except BrokerUnavailable as error:
            logger.warning("%s was not asked for: %s", step.script.name, error)

    async def close(self) -> None:
        """After what is waiting; nothing is done after that."""
        self._closed = True
        if self._running is not None:
            await asyncio.wait({self._running})
        await self._drop()

    def _append(self, step: Step[Any], future: asyncio.Future[Any] | None) -> None:
        if self._closed:
            raise BrokerUnavailable(LEFT)
        if len(self._waiting) >= MOST_WAITING:
            raise BrokerUnavailable(f"{MOST_WAITING} calls wait for it")
        self._waiting.append((step, future))
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._leave(Pipeline(self._waiting, self._keys, self._later_ms(), self.counts))
        finally:
            self._running = None

    async def _leave(self, pipeline: Pipeline) -> None:
        is_new = True
        try:
            wire = await self._connected()
            is_new = False
            try:
                async with asyncio.timeout(self._timeout_s + pipeline.count * EACH_S):
                    await pipeline.leave(wire)
            finally:
                self._answered_at = max(self._answered_at, pipeline.answered_at)
        except AWAY as error:
            await self._drop()
            self.counts.unanswered(time.monotonic())
            away = BrokerUnavailable(why_away(error, is_new=is_new))
            away.__cause__ = error
            pipeline.fail(away)
        except BaseException:
            await self._drop()
            pipeline.fail(BrokerUnavailable("this node could not ask"))
            raise
        else:
            await self._elsewhere(pipeline)

    async def _elsewhere(self, pipeline: Pipeline) -> None:
        """What was not done is asked for once more, before all others, for as long as Redis may take to answer."""
        if pipeline.why is None:
            self._moving_since = None
            return
        if self._moving_since is None:
            self._moving_since = time.monotonic()
        if isinstance(pipeline.why, MovedError):
            await self._drop()
        if time.monotonic() - self._moving_since > self._timeout_s:
            self._moving_since = None
            pipeline.fail(BrokerUnavailable("the slot is being moved"))
            return
        self._waiting.extendleft(reversed(pipeline.again))
        await asyncio.sleep(ASK_AGAIN_S)

    async def _connected(self) -> Wire:
        """With all scripts known to the server."""
        if self._wire is None or not self._wire.is_open:
            async with asyncio.timeout(self._timeout_s):
                await self._drop()
                self._wire = Wire(await self._servers.connect(self._keys.slot))
                await load_scripts(self._wire)
                self._life_known = False
                self._before = Answered(self._life, self._answered_at) if self._life else None
        if not self._life_known:
            async with asyncio.timeout(self._timeout_s):
                self._life = await life_of(self._wire, self._keys, self._lease_ms, self._before)
            self._life_known, self._before = True, None
            self.on_life(self._life)
        return self._wire

    def forget_life(self) -> None:
        """It is asked for again."""
        self._life_known = False

    async def _drop(self) -> None:
        if self._wire is not None:
            wire, self._wire = self._wire, None
            await wire.close()

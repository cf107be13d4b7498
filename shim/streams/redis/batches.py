"""One connection to Redis, on which steps that are asked for in the same turn of the loop leave together."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.failures import why_away
from shim.streams.redis.keys import Keys
from shim.streams.redis.lives import Answered, life_of
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.scripts import load_scripts
from shim.streams.redis.servers import AWAY, Servers
from shim.streams.redis.steps import Step, packed

logger = logging.getLogger(__name__)

T = TypeVar("T")

Asked = tuple[Step[Any], asyncio.Future[Any] | None]
"""A step and whoever waits for its answer; None: nobody does."""

LEFT: Final = "this node has left"

MOST_AT_ONCE = 256
"""Steps of one pipeline."""

MOST_BYTES_AT_ONCE = 1_048_576
"""Of the arguments of one pipeline, about."""

EACH_S = 0.01
"""What each step of a pipeline may take, beside `RedisOptions.timeout_s` for the first."""

MOST_WAITING = 20_000
"""Steps that may wait for Redis; more are refused at once."""

ASK_AGAIN_S = 0.02
"""While a slot is on its way from one server to another."""

_ELSEWHERE = (AskError, TryAgainError)
"""Nothing was done, since the keys are at another server, or on their way: MOVED, ASK, TRYAGAIN."""

_NOT_IT = (NoScriptError, ReadOnlyError, ClusterDownError)
"""Nothing was done, and nothing will be: it is not, or not any more, the server that it was."""


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
        self._connection: Any = None
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
        if self._connection is not None:
            await self._connection.disconnect()

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
                await self._pipeline(self._next())
        finally:
            self._running = None

    def _next(self) -> list[Asked]:
        batch: list[Asked] = []
        size = 0
        while self._waiting and len(batch) < MOST_AT_ONCE and size < MOST_BYTES_AT_ONCE:
            step, future = self._waiting.popleft()
            batch.append((step, future))
            size += sum(len(one) for one in step.arguments if not isinstance(one, int))
        return batch

    async def _pipeline(self, batch: list[Asked]) -> None:
        answered = 0
        again: list[Asked] = []
        why: Exception | None = None
        is_new = True
        try:
            connection = await self._connected()
            is_new = False
            began = time.monotonic()
            offset = self._later_ms()
            commands = packed(step.command(offset, self._keys) for step, _future in batch)
            await connection.send_packed_command(commands, check_health=False)
            async with asyncio.timeout(self._timeout_s + len(batch) * EACH_S):
                for step, future in batch:
                    answer = await _answer(connection)
                    answered += 1
                    self._answered_at = time.monotonic()
                    if isinstance(answer, _ELSEWHERE):
                        why = answer
                        again.append((step, future))
                    else:
                        self.counts.failures["refused"] += isinstance(answer, ResponseError)
                        _settle(step, future, answer)
            self.counts.answered(len(batch) - len(again), time.monotonic() - began, time.monotonic())
        except AWAY as error:
            await self._drop()
            self.counts.unanswered(time.monotonic())
            away = BrokerUnavailable(why_away(error, is_new=is_new))
            away.__cause__ = error
            _fail([*again, *batch[answered:]], away)
        except BaseException:
            await self._drop()
            _fail([*again, *batch[answered:]], BrokerUnavailable("this node could not ask"))
            raise
        else:
            await self._elsewhere(again, why)

    async def _elsewhere(self, again: list[Asked], why: Exception | None) -> None:
        """These are asked for once more, before all others, for as long as Redis may take to answer."""
        if why is None:
            self._moving_since = None
            return
        if self._moving_since is None:
            self._moving_since = time.monotonic()
        if isinstance(why, MovedError):
            await self._drop()
        if time.monotonic() - self._moving_since > self._timeout_s:
            self._moving_since = None
            _fail(again, BrokerUnavailable("the slot is being moved"))
            return
        self._waiting.extendleft(reversed(again))
        await asyncio.sleep(ASK_AGAIN_S)

    async def _connected(self) -> Any:  # noqa: ANN401 - a connection of the redis package, partly untyped
        """With all scripts known to the server."""
        if self._connection is None or not self._connection.is_connected:
            async with asyncio.timeout(self._timeout_s):
                self._connection = await self._servers.connect(self._keys.slot)
                await load_scripts(self._connection)
                self._life_known = False
                self._before = Answered(self._life, self._answered_at) if self._life else None
        if not self._life_known:
            async with asyncio.timeout(self._timeout_s):
                self._life = await life_of(self._connection, self._keys, self._lease_ms, self._before)
            self._life_known, self._before = True, None
            self.on_life(self._life)
        return self._connection

    def forget_life(self) -> None:
        """It is asked for again."""
        self._life_known = False

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect(nowait=True)


async def _answer(connection: Any) -> Any:  # noqa: ANN401 - whatever a script returns
    """An answer, or the ResponseError that Redis gave instead. Raises RedisError or OSError."""
    try:
        return await connection.read_response(timeout=math.inf)  # the pipeline has a limit of time as a whole
    except _NOT_IT:
        raise  # the next connection finds out who it is, and loads the scripts
    except ResponseError as error:
        return error


def _fail(batch: list[Asked], why: BrokerUnavailable) -> None:
    for step, future in batch:
        if future is None:
            logger.warning("%s was not done: %s", step.script.name, why)
        elif not future.done():
            future.set_exception(why)


def _settle(step: Step[Any], future: asyncio.Future[Any] | None, answer: Any) -> None:  # noqa: ANN401
    failure: Exception | None = None
    value = None
    try:
        if isinstance(answer, ResponseError):
            raise BrokerUnavailable(f"{step.script.name}: {answer}")  # noqa: TRY301 - it goes where the others go
        value = step.read(answer)
    except Exception as error:  # noqa: BLE001 - whoever asked hears it
        failure = error
    if future is None:
        if failure is not None:
            logger.error("%s failed: %s", step.script.name, failure, exc_info=failure)
    elif not future.done():
        if failure is None:
            future.set_result(value)
        else:
            future.set_exception(failure)

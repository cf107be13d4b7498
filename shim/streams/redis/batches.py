"""One connection to Redis, on which steps that are asked for in the same turn of the loop leave together."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.scripts import SCRIPTS
from shim.streams.redis.steps import Step, packed

logger = logging.getLogger(__name__)

T = TypeVar("T")

MOST_AT_ONCE = 256
"""Steps of one pipeline."""

MOST_BYTES_AT_ONCE = 1_048_576
"""Of the arguments of one pipeline, about."""

EACH_S = 0.01
"""What each step of a pipeline may take, beside `RedisOptions.timeout_s` for the first."""

MOST_WAITING = 20_000
"""Steps that may wait for Redis; more are refused at once."""

_FAILURES = (RedisError, OSError, TimeoutError)

Failed = Callable[[Exception], None]


def new_connection(options: RedisOptions) -> Any:  # noqa: ANN401 - a connection of the redis package, partly untyped
    """Nothing is sent twice: whether a push was taken that got no answer, nobody knows but its sender."""
    pool: Any = ConnectionPool.from_url(
        options.url,
        protocol=2,
        socket_timeout=options.timeout_s,
        socket_connect_timeout=options.timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
    )
    return pool.make_connection()


class Batches:
    """Steps in the order in which they are asked for: there is one pipeline under way at a time, and what is asked for
    meanwhile is the next. `later_ms`: what is added to the server's time."""

    def __init__(self, options: RedisOptions, later_ms: Callable[[], int], counts: RedisCounts) -> None:
        self.counts = counts
        self._options = options
        self._later_ms = later_ms
        self._connection = new_connection(options)
        self._waiting: deque[tuple[Step[Any], asyncio.Future[Any] | None]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def run(self, step: Step[T]) -> T:
        """Raises what the step does, or BrokerUnavailable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._append(step, future)
        return await future

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
        await self._connection.disconnect()

    def _append(self, step: Step[Any], future: asyncio.Future[Any] | None) -> None:
        if self._closed:
            raise BrokerUnavailable("this node has left")
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

    def _next(self) -> list[tuple[Step[Any], asyncio.Future[Any] | None]]:
        batch: list[tuple[Step[Any], asyncio.Future[Any] | None]] = []
        size = 0
        while self._waiting and len(batch) < MOST_AT_ONCE and size < MOST_BYTES_AT_ONCE:
            step, future = self._waiting.popleft()
            batch.append((step, future))
            size += sum(len(one) for one in step.arguments if not isinstance(one, int))
        return batch

    async def _pipeline(self, batch: list[tuple[Step[Any], asyncio.Future[Any] | None]]) -> None:
        answered = 0
        try:
            connection = await self._connected()
            began = time.monotonic()
            offset, prefix = self._later_ms(), self._options.prefix
            commands = packed(step.command(offset, prefix) for step, _future in batch)
            await connection.send_packed_command(commands, check_health=False)
            async with asyncio.timeout(self._options.timeout_s + len(batch) * EACH_S):
                for step, future in batch:
                    answer = await _answer(connection)
                    answered += 1
                    if isinstance(answer, ResponseError):
                        self.counts.failures["refused"] += 1
                    _settle(step, future, answer)
            self.counts.answered(len(batch), time.monotonic() - began, time.monotonic())
        except _FAILURES as error:
            await self._connection.disconnect(nowait=True)
            self.counts.unanswered(time.monotonic())
            away = BrokerUnavailable(type(error).__name__)
            away.__cause__ = error
            _fail(batch[answered:], away)
        except BaseException:
            await self._connection.disconnect(nowait=True)
            _fail(batch[answered:], BrokerUnavailable("this node could not ask"))
            raise

    async def _connected(self) -> Any:  # noqa: ANN401
        """With all scripts known to the server."""
        connection = self._connection
        if not connection.is_connected:
            await connection.connect()
            await load_scripts(connection)
        return connection


async def load_scripts(connection: Any) -> None:  # noqa: ANN401
    """Raises RedisError."""
    loads = [("SCRIPT", "LOAD", script.whole) for script in SCRIPTS]
    await connection.send_packed_command(connection.pack_commands(loads), check_health=False)
    for _script in SCRIPTS:
        await connection.read_response()


async def _answer(connection: Any) -> Any:  # noqa: ANN401 - whatever a script returns
    """An answer, or the ResponseError that Redis gave instead."""
    try:
        return await connection.read_response(timeout=math.inf)  # the pipeline has a limit of time as a whole
    except NoScriptError:
        await connection.disconnect(nowait=True)  # the next one loads them
        raise
    except ResponseError as error:
        return error


def _fail(batch: list[tuple[Step[Any], asyncio.Future[Any] | None]], why: BrokerUnavailable) -> None:
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

"""Steps that leave together, and what becomes of each."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from typing import Any

from redis.exceptions import (
    AskError,
    ClusterDownError,
    NoScriptError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.keys import Keys
from shim.streams.redis.steps import Step, packed
from shim.streams.redis.wire import Wire

logger = logging.getLogger(__name__)

Asked = tuple[Step[Any], asyncio.Future[Any] | None]
"""A step and whoever waits for its answer; None: nobody does."""

MOST_AT_ONCE = 256
"""Steps of one pipeline."""

MOST_BYTES_AT_ONCE = 1_048_576
"""Of the commands of one pipeline, about."""

_ELSEWHERE = (AskError, TryAgainError)
"""Nothing was done, since the keys are at another server, or on their way: MOVED, ASK, TRYAGAIN."""

_NOT_IT = (NoScriptError, ReadOnlyError, ClusterDownError)
"""Nothing was done, and nothing will be: it is not, or not any more, the server that it was."""


class Pipeline:
    """As many of those that are waiting as may leave together. `offset_ms`: what is added to the server's time."""

    def __init__(self, waiting: deque[Asked], keys: Keys, offset_ms: int, counts: RedisCounts) -> None:
        self.again: list[Asked] = []
        """Nothing was done for these, and will be at another server, or later."""
        self.why: Exception | None = None
        """They are to be asked for again."""
        self.answered_at = -math.inf
        """When the latest answer came, by the monotonic clock."""
        self._counts = counts
        self._began = 0.0
        self._left: deque[Asked] = deque()
        parts: list[bytes] = []
        size = 0
        while waiting and len(parts) < MOST_AT_ONCE and size < MOST_BYTES_AT_ONCE:
            one = waiting.popleft()
            self._left.append(one)
            parts.append(packed(one[0].command(offset_ms, keys)))
            size += len(parts[-1])
        self._commands = b"".join(parts)
        self.count = len(parts)

    async def leave(self, wire: Wire) -> None:
        """Until all are answered. Raises what `Wire.ask` does, and the error of a server that will do nothing: the next
        connection finds out who it is, and loads the scripts."""
        self._began = time.monotonic()
        await wire.ask(self._commands, self.count, self._answered)

    def _answered(self, answer: Any) -> None:  # noqa: ANN401 - whatever a script returns
        if isinstance(answer, ResponseError):
            self._refused(answer)
            return
        step, future = self._left.popleft()
        self._counted()
        try:
            value = step.read(answer)
        except Exception as error:  # noqa: BLE001 - whoever asked hears it
            _hear(step, future, error)
        else:
            if future is not None and not future.done():
                future.set_result(value)

    def _refused(self, error: ResponseError) -> None:
        if isinstance(error, _NOT_IT):
            raise error
        step, future = one = self._left.popleft()
        is_elsewhere = isinstance(error, _ELSEWHERE)
        if is_elsewhere:
            self.why = error
            self.again.append(one)
        self._counted()
        if not is_elsewhere:
            self._counts.failures["refused"] += 1
            _hear(step, future, BrokerUnavailable(f"{step.script.name}: {error}"))

    def _counted(self) -> None:
        """Before whoever asked hears of it."""
        self.answered_at = now = time.monotonic()
        if not self._left:
            self._counts.answered(self.count - len(self.again), now - self._began, now)

    def fail(self, why: BrokerUnavailable) -> None:
        """For all that have no answer, or would have been asked for again."""
        for step, future in (*self.again, *self._left):
            if future is None:
                logger.warning("%s was not done: %s", step.script.name, why)
            elif not future.done():
                future.set_exception(why)


def _hear(step: Step[Any], future: asyncio.Future[Any] | None, failure: Exception) -> None:
    if future is None:
        logger.error("%s failed: %s", step.script.name, failure, exc_info=failure)
    elif not future.done():
        future.set_exception(failure)

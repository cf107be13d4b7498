"""The same steps for worker threads: each waits for its answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.retry import Retry

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.scripts import SCRIPTS
from shim.streams.redis.steps import Step

T = TypeVar("T")


class Blocking:
    """A pool of connections, one for each thread that waits. On an event loop a step blocks it for one round trip, at
    most `timeout_s`."""

    def __init__(self, options: RedisOptions, later_ms: Callable[[], int], counts: RedisCounts) -> None:
        self._options = options
        self._counts = counts
        self._later_ms = later_ms
        self._client: Any = redis.Redis.from_url(
            options.url,
            protocol=2,
            socket_timeout=options.timeout_s,
            socket_connect_timeout=options.timeout_s,
            retry=Retry(NoBackoff(), 0),
            retry_on_error=[],
        )

    def run(self, step: Step[T]) -> T:
        """Raises what the step does, or BrokerUnavailable."""
        command = step.command(self._later_ms(), self._options.prefix)
        began = time.monotonic()
        try:
            try:
                answer = self._client.execute_command(*command)
            except NoScriptError:
                for script in SCRIPTS:
                    self._client.script_load(script.whole)
                answer = self._client.execute_command(*command)
        except ResponseError as error:
            self._counts.failures["refused"] += 1
            raise BrokerUnavailable(type(error).__name__) from error
        except (RedisError, OSError) as error:
            self._counts.unanswered(time.monotonic())
            raise BrokerUnavailable(type(error).__name__) from error
        self._counts.answered(1, time.monotonic() - began, time.monotonic())
        return step.read(answer)

    def close(self) -> None:
        self._client.close()

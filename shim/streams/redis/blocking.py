"""The same steps for worker threads: a thread of their own talks to Redis, and each waits for its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis.batches import LEFT, Batches
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.keys import Keys
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.servers import servers_of

T = TypeVar("T")


class Blocking:
    """The thread begins with the first call. On an event loop a call blocks that, for one round trip."""

    def __init__(
        self, options: RedisOptions, keys: tuple[Keys, ...], later_ms: Callable[[], int], counts: RedisCounts
    ) -> None:
        self._options = options
        self._counts = counts
        self._keys = keys
        self._later_ms = later_ms
        self._beginning = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._partitions: tuple[Batches, ...] = ()
        self._closed = False

    async def partitions(self) -> tuple[Batches, ...]:
        """On its loop."""
        return self._partitions

    def run(self, asked: Coroutine[Any, Any, T]) -> T:
        """Raises what it does, or BrokerUnavailable."""
        with self._beginning:
            if self._closed:
                asked.close()
                raise BrokerUnavailable(LEFT)
            if self._loop is None:
                self._loop = self._begin()
            answer = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return answer.result()
        except CancelledError:
            raise BrokerUnavailable(LEFT) from None

    def close(self) -> None:
        with self._beginning:
            self._closed = True
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _begin(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        begun = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(loop, begun), name="redis", daemon=True)
        self._thread.start()
        begun.wait()
        return loop

    def _serve(self, loop: asyncio.AbstractEventLoop, begun: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        servers = servers_of(self._options)
        self._partitions = tuple(
            Batches(servers, keys, self._options, self._later_ms, self._counts) for keys in self._keys
        )
        loop.call_soon(begun.set)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(asyncio.gather(*(one.close() for one in self._partitions)))
            loop.run_until_complete(servers.close())
            loop.run_until_complete(_end_all(loop))
            loop.close()


async def _end_all(loop: asyncio.AbstractEventLoop) -> None:
    """Whoever still waits for an answer is told that there will be none."""
    others = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

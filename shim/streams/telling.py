"""The ends that the application is told of, each by a task: a slow one holds up neither others nor the sweep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from shim.streams.broker import MemoryBroker
from shim.streams.records import Closed

logger = logging.getLogger(__name__)

MOST_DISCONNECTS_AT_ONCE = 16
"""Ends that the application is told of at the same time; the others wait their turn."""

MOST_DISCONNECTS_AT_THE_END = 256
"""The same, when the service ends and nothing else is to be done."""

OnDisconnect = Callable[[Closed], Awaitable[None]]


class Telling:
    """Of what ended in the memory of this process."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MOST_DISCONNECTS_AT_ONCE)

    def begin(self, on_disconnect: OnDisconnect) -> None:
        """For all that ended since the last call."""
        for closed in self._broker.ended():
            task = asyncio.create_task(self._tell(on_disconnect, closed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, on_disconnect: OnDisconnect, most_s: float) -> None:
        """All that is left. After this time it is given up."""
        self._slots = asyncio.Semaphore(MOST_DISCONNECTS_AT_THE_END)
        self.begin(on_disconnect)
        if self._tasks:
            _told, untold = await asyncio.wait(self._tasks, timeout=most_s)
            await give_up(untold)

    async def _tell(self, on_disconnect: OnDisconnect, closed: Closed) -> None:
        try:
            async with self._slots:
                await tell(on_disconnect, closed)
        finally:
            self._broker.forget(closed.connection_id)


async def tell(on_disconnect: OnDisconnect, closed: Closed) -> None:
    """One that raises is logged."""
    try:
        await on_disconnect(closed)
    except Exception:
        logger.exception("telling the application of the end of connection %s failed", closed.connection_id)


async def give_up(telling: Collection[asyncio.Task[None]]) -> None:
    """What is still being told is cancelled, and said in the log."""
    for task in telling:
        task.cancel()
    if telling:
        logger.error("the application was not told of the end of %d connections in time", len(telling))
        await asyncio.wait(telling)

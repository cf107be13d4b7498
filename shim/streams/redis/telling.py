"""The ends that this node tells: each is told by whoever took it, and by nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from shim.streams.records import Closed
from shim.streams.redis import scripts_of_ends as ending
from shim.streams.redis.annotations import attributes_of
from shim.streams.redis.membership import Membership
from shim.streams.redis.operations import Operations
from shim.streams.redis.steps import Step, text

logger = logging.getLogger(__name__)

LOST_MS: Final = 900_000
"""After which an end that was begun to be told, and was not finished, counts as lost with its node."""

OnDisconnect = Callable[[Closed], Awaitable[None]]


class Telling:
    """At most `most` at a time. `more`: called when there is room for others."""

    def __init__(self, member: Membership, operations: Operations, most: int, more: Callable[[], None]) -> None:
        self._member = member
        self._operations = operations
        self._most = most
        self._more = more
        self.tasks: set[asyncio.Task[None]] = set()

    async def begin(self, on_disconnect: OnDisconnect) -> int:
        """Takes ends as far as there is room, and starts to tell them; returns how many. Raises BrokerUnavailable."""
        room = self._most - len(self.tasks)
        if room <= 0:
            return 0
        step = Step(ending.BEGIN_TELLING, None, (self._member.node.id, room, LOST_MS), _read)
        begun, lost = await self._member.batches.run(step)
        self._member.batches.counts.untold += len(lost)
        for connection_id in lost:
            logger.error("the node that was to tell the end of connection %s did not finish it", connection_id)
        for closed in begun:
            task = asyncio.create_task(self._tell(on_disconnect, closed))
            self.tasks.add(task)
            task.add_done_callback(self._done)
        return len(begun)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self._more()

    async def _tell(self, on_disconnect: OnDisconnect, closed: Closed) -> None:
        try:
            await on_disconnect(closed)
        except Exception:
            logger.exception("telling the application of the end of connection %s failed", closed.connection_id)
        self._member.batches.counts.told += 1
        key = self._operations.key(closed.connection_id)
        self._member.batches.post(Step(ending.TOLD, key, (closed.connection_id,), int))

    async def give_up(self) -> None:
        """What is still being told is cancelled. Other nodes will say that it was not finished."""
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            logger.error("the application was not told of the end of %d connections in time", len(self.tasks))
            await asyncio.wait(self.tasks)


def _read(answer: list[Any]) -> tuple[list[Closed], list[str]]:
    begun, lost = answer
    ends = [
        Closed(text(found), int(code), text(reason), attributes_of(kept), text(state))
        for found, code, reason, kept, state in begun
    ]
    return ends, [text(one) for one in lost]

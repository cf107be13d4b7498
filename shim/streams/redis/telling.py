"""The ends that this node tells: each is told by whoever took it, and by nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from shim.streams.errors import BrokerUnavailable
from shim.streams.records import Closed
from shim.streams.redis import scripts_of_ends as ending
from shim.streams.redis.annotations import attributes_of
from shim.streams.redis.membership import Membership
from shim.streams.redis.steps import Step, text
from shim.streams.telling import OnDisconnect, tell

logger = logging.getLogger(__name__)

LOST_MS: Final = 900_000
"""After which an end that was begun to be told, and was not finished, counts as lost with its node."""


class Telling:
    """At most `most` at a time, of all partitions. `more`: called when there is room for others."""

    def __init__(self, members: Sequence[Membership], most: int, more: Callable[[], None]) -> None:
        self._members = members
        self.most = most
        self._more = more
        self.tasks: set[asyncio.Task[None]] = set()
        self._unanswered: dict[Membership, set[str]] = {}
        """Ends that may have been taken: Redis did not answer, or not yet. No other node tells those that were."""

    async def begin(self, on_disconnect: OnDisconnect) -> int:
        """Takes ends as far as there is room, and starts to tell them; returns how many. Raises BrokerUnavailable when
        one partition can't be asked, after those that can."""
        begun = 0
        away: BrokerUnavailable | None = None
        for member in self._members:
            room = self.most - len(self.tasks)
            if room <= 0:
                break
            try:
                begun += await self._begin(member, room, on_disconnect)
            except BrokerUnavailable as error:
                away = error
        if away is not None:
            raise away
        return begun

    async def _begin(self, member: Membership, room: int, on_disconnect: OnDisconnect) -> int:
        ids, lost = await member.batches.run(Step(ending.UNTOLD, (), (room,), _ids))
        member.batches.counts.untold += len(lost)
        for connection_id in lost:
            logger.error("the node that was to tell the end of connection %s did not finish it", connection_id)
        unanswered = self._unanswered.setdefault(member, set())
        unanswered.update(ids)
        asked = list(unanswered)
        steps = {
            one: Step(ending.BEGIN_TELLING, (one,), (LOST_MS, member.node.id), partial(_closed, one)) for one in asked
        }
        answers = await asyncio.gather(*map(member.batches.run, steps.values()), return_exceptions=True)
        failure: BaseException | None = None
        for connection_id, answer in zip(steps, answers, strict=True):
            if isinstance(answer, BaseException):
                failure = answer
                continue
            unanswered.discard(connection_id)
            if answer is not None:
                task = asyncio.create_task(self._tell(member, on_disconnect, answer))
                self.tasks.add(task)
                task.add_done_callback(self._done)
        if failure is not None:
            raise failure
        return len(asked)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self._more()

    async def _tell(self, member: Membership, on_disconnect: OnDisconnect, closed: Closed) -> None:
        await tell(on_disconnect, closed)
        member.batches.counts.told += 1
        member.batches.post(Step(ending.TOLD, (closed.connection_id,), (), int))


def _ids(answer: list[Any]) -> tuple[list[str], list[str]]:
    ends, lost = ([text(one) for one in some] for some in answer)
    return ends, lost


def _closed(connection_id: str, answer: list[Any] | None) -> Closed | None:
    """None: another node tells it."""
    if answer is None:
        return None
    code, reason, kept, state = answer
    return Closed(connection_id, int(code), text(reason), attributes_of(kept), text(state))

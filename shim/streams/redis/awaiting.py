"""The methods of `Streams` for code on an event loop, over Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from shim.streams.attachment import Attachment
from shim.streams.awaiting import Awaiting
from shim.streams.connection import Event, Message
from shim.streams.errors import BrokerUnavailable, ConnectionGone, SlowReader
from shim.streams.records import ConnectionInfo, Opened, Snapshot
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.annotations import ids_of, is_indexed_whole
from shim.streams.redis.attachment import RedisAttachment
from shim.streams.redis.broker import ASK_AGAIN_S
from shim.streams.redis.hosted import Own
from shim.streams.redis.operations import SNAPSHOTS_AT_ONCE, Operations
from shim.streams.redis.steps import Step, text
from shim.streams.service import BOTH_GIVEN
from shim.streams.subscription import Subscription, Woken

if TYPE_CHECKING:
    from shim.streams.redis.membership import Membership
    from shim.streams.redis.streams import RedisStreams

logger = logging.getLogger(__name__)

T = TypeVar("T")


class RedisAwaiting(Awaiting):
    """All of them raise BrokerUnavailable too."""

    def __init__(
        self, streams: RedisStreams, operations: Operations, member: Callable[[], Awaitable[Membership]]
    ) -> None:
        super().__init__(streams)
        self._limits = streams.limits
        self._operations = operations
        self._member = member

    async def open(
        self,
        connection_id: str | None = None,
        *,
        attributes: dict[str, Any] | None = None,
        resume_window_s: float | None = None,
        state: str = "",
    ) -> Opened:
        opened = await self._run(self._operations.open(connection_id, resume_window_s, state))
        if attributes:
            await self.annotate(opened.connection_id, **attributes)
        return opened

    async def activate(self, connection_id: str) -> None:
        await self._run(self._operations.activate(connection_id))

    async def abandon(self, connection_id: str) -> None:
        try:
            await self._run(self._operations.abandon(connection_id))
        except BrokerUnavailable as error:
            logger.warning("a connection that was refused goes with its time: %s", error)

    async def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        member = await self._member()
        node = member.node
        message = Message(data, 0.0, binary=binary)
        arguments = self._operations.send_arguments(connection_id, node.id, message)

        def read(answer: list[Any]) -> int | tuple[int, str]:
            if answer[0] == b"gone":
                raise ConnectionGone(connection_id)
            if answer[0] == b"slow":
                return int(answer[1]), text(answer[2])
            seq, after, host, at, total = answer[1:]
            if text(host) == node.id:
                message.at = int(at) / 1000
                node.streams.sent(connection_id, Own(int(seq), int(after), int(total), message))
            return int(seq)

        step = Step(sending.SEND, self._operations.key(connection_id), arguments, read)
        sent = await member.batches.run(step)
        if isinstance(sent, int):
            return sent
        unread_bytes, host = sent
        if host != node.id:
            await asyncio.sleep(ASK_AGAIN_S)  # it was asked how far its client is
        elif not node.streams.no_room(connection_id):
            raise SlowReader(connection_id, unread_bytes, self._limits.replay_bytes)
        sent = await member.batches.run(step)
        if isinstance(sent, int):
            return sent
        raise SlowReader(connection_id, sent[0], self._limits.replay_bytes)

    async def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None = None,
        *,
        group: Mapping[str, Any] | None = None,
    ) -> int:
        if connection_ids is not None and group is not None:
            raise ValueError(BOTH_GIVEN)
        if group is not None and not is_indexed_whole(group):
            found = await self._run(self._operations.find(group))
            connection_ids, group = ids_of(found), None
        return await self._run(self._operations.broadcast(data, connection_ids, group))

    async def close(self, connection_id: str, code: int = 1000, reason: str = "") -> bool:
        member = await self._member()
        closed = await member.batches.run(self._operations.close(connection_id, code, reason))
        if closed:
            member.node.streams.on_ended()
        return closed

    async def close_all(self, code: int, reason: str) -> int:
        return sum([await self.close(one.connection_id, code, reason) for one in await self.snapshots()])

    async def expire(self) -> int:
        return await (await self._member()).expire()

    async def connection_of(self, session: str) -> str:
        return await self._run(self._operations.connection_of(session))

    async def touch(self, connection_id: str) -> None:
        await self._run(self._operations.touch(connection_id))

    async def claim(self, connection_id: str, key: str, answer: str) -> str:
        return await self._run(self._operations.claim(connection_id, key, answer))

    async def info(self, connection_id: str) -> ConnectionInfo:
        return await self._run(self._operations.info(connection_id))

    async def state(self, connection_id: str) -> str:
        return await self._run(self._operations.state(connection_id))

    async def snapshots(self) -> list[Snapshot]:
        found: list[Snapshot] = []
        while True:
            some = await self._run(self._operations.snapshots(len(found)))
            found += some
            if len(some) < SNAPSHOTS_AT_ONCE:
                return found

    async def kept(self, connection_id: str) -> list[Event]:
        return await self._run(self._operations.kept(connection_id))

    async def annotate(self, connection_id: str, **attributes: Any) -> None:  # noqa: ANN401 - whatever is kept
        await self._run(self._operations.annotate(connection_id, attributes))

    async def attributes(self, connection_id: str) -> dict[str, Any]:
        return await self._run(self._operations.attributes(connection_id))

    async def find(self, **attributes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever is kept
        return await self._run(self._operations.find(attributes))

    async def forget(self, connection_id: str) -> None:
        await self._run(self._operations.forget(connection_id))

    async def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        woken = Woken()
        return Subscription(await self.attach(connection_id, last_event_id, woken), woken)

    async def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        node = (await self._member()).node
        return RedisAttachment(node, await node.attach(connection_id, cursor(last_event_id), wake))

    async def _run(self, step: Step[T]) -> T:
        return await (await self._member()).batches.run(step)


def cursor(last_event_id: str | None) -> tuple[str, int, int]:
    """Epoch, message and broadcast of an id (`<epoch>.<broadcast>-<seq>`); no epoch at all for one that is not ours."""
    place, _dash, seq = (last_event_id or "").rpartition("-")
    epoch, _dot, broadcast = place.partition(".")
    if not _is_number(seq) or not (_is_number(broadcast) or not broadcast):
        return "", 0, 0
    return epoch, int(seq), int(broadcast or -1)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 15

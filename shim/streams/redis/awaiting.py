"""The methods of `Streams` for code on an event loop, over Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from shim.streams.attachment import Attachment
from shim.streams.awaiting import Awaiting
from shim.streams.claims import Claimed
from shim.streams.connection import Event, Message
from shim.streams.errors import BrokerUnavailable, ConnectionGone, SlowReader
from shim.streams.records import ConnectionInfo, Opened, Snapshot
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.attachment import RedisAttachment
from shim.streams.redis.calls import ASK_AGAIN_S, Calls
from shim.streams.redis.leaving import leave_one_by_one
from shim.streams.redis.operations import Operations
from shim.streams.redis.own import Own
from shim.streams.redis.places import cursor
from shim.streams.redis.steps import Step, text
from shim.streams.service import BOTH_GIVEN
from shim.streams.subscription import Subscription, Woken

if TYPE_CHECKING:
    from shim.streams.redis.membership import Membership
    from shim.streams.redis.node import Node
    from shim.streams.redis.streams import RedisStreams

logger = logging.getLogger(__name__)


class RedisAwaiting(Awaiting):
    """All of them raise BrokerUnavailable too. `member`: of the partition of a connection. `nodes`: this one's, if it
    has begun."""

    def __init__(
        self,
        streams: RedisStreams,
        operations: Operations,
        calls: Calls,
        member: Callable[[str], Awaitable[Membership]],
        members: Callable[[], Awaitable[Sequence[Membership]]],
        nodes: Callable[[], Sequence[Node]],
    ) -> None:
        super().__init__(streams)
        self._limits = streams.limits
        self._operations = operations
        self._calls = calls
        self._member = member
        self._members = members
        self._nodes = nodes
        self._unsaid: dict[tuple[str, ...], Callable[[], Awaitable[None]]] = {}
        """What Redis does not know yet, and whether it does is not known."""

    async def open(
        self,
        connection_id: str | None = None,
        *,
        attributes: dict[str, Any] | None = None,
        resume_window_s: float | None = None,
        state: str = "",
    ) -> Opened:
        return await self._calls.open(connection_id, attributes, resume_window_s, state)

    async def activate(self, connection_id: str) -> None:
        await self._calls.activate(connection_id)

    async def abandon(self, connection_id: str) -> None:
        await self._say((connection_id,), partial(self._calls.abandon, connection_id))

    async def end_pending(self, connection_id: str) -> None:
        await self._say((connection_id,), partial(self._calls.end_pending, connection_id))

    async def send(self, connection_id: str, data: str | bytes, *, binary: bool = False, invocation: str = "") -> int:
        member = await self._member(connection_id)
        node = member.node
        message = Message(data, 0.0, binary=binary)
        arguments = self._operations.send_arguments(node.id, message, invocation)

        def read(answer: list[Any]) -> int | tuple[int, str]:
            if answer[0] == b"gone":
                raise ConnectionGone(connection_id)
            if answer[0] == b"again":
                return 0
            if answer[0] == b"slow":
                return int(answer[1]), text(answer[2])
            _ok, seq, after, host, at, total, epoch, life = answer
            if text(host) == node.id:
                message.at = int(at) / 1000
                own = Own(int(seq), int(after), int(total), message)
                node.streams.sent(connection_id, own, (text(epoch), text(life)))
            return int(seq)

        step = Step(sending.SEND, (connection_id,), arguments, read)
        sent = await member.batches.ask(step)
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
        invocation: str = "",
    ) -> int:
        if connection_ids is not None and group is not None:
            raise ValueError(BOTH_GIVEN)
        return await self._calls.broadcast(data, connection_ids, group, invocation)

    async def close(self, connection_id: str, code: int = 1000, reason: str = "") -> bool:
        member = await self._member(connection_id)
        closed = await self._calls.close(connection_id, code, reason)
        if closed:
            member.node.streams.on_ended()
        return closed

    async def close_all(self, code: int, reason: str) -> int:
        return sum([await self.close(one.connection_id, code, reason) for one in await self.snapshots()])

    async def _say(self, name: tuple[str, ...], what: Callable[[], Awaitable[None]]) -> None:
        """What became of a pending connection, or of a claim; again when Redis is back, if it is away."""
        self._unsaid[name] = what
        try:
            await what()
        except BrokerUnavailable:
            return
        self._unsaid.pop(name, None)

    async def _say_again(self) -> None:
        await asyncio.gather(*(self._say(name, what) for name, what in list(self._unsaid.items())))

    async def expire(self) -> int:
        """As `Awaiting.expire`, in all partitions that can be reached. Raises BrokerUnavailable when not all can."""
        answers = await asyncio.gather(*(one.expire() for one in await self._members()), return_exceptions=True)
        await self._say_again()
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        if failures:
            raise failures[0]
        return sum(answer for answer in answers if isinstance(answer, int))

    async def connection_of(self, session: str) -> str:
        return await self._calls.connection_of(session)

    async def touch(self, connection_id: str) -> None:
        await self._calls.touch(connection_id)

    async def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        try:
            return await self._calls.claim(connection_id, key, text)
        except (BrokerUnavailable, asyncio.CancelledError):  # it may have been carried out, and nobody knows
            self._unsaid[connection_id, key, text] = partial(self._calls.give_back_claim, connection_id, key, text)
            raise

    async def end_claim(self, connection_id: str, key: str, text: str, ended: str | None = None) -> None:
        """Never raises: it is said again when Redis is back."""
        end = text if ended is None else ended
        what = partial(self._calls.end_claim, connection_id, key, text, end)
        await self._say((connection_id, key, text), what)

    async def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        """Never raises: it is said again when Redis is back."""
        what = partial(self._calls.give_back_claim, connection_id, key, text)
        await self._say((connection_id, key, text), what)

    async def info(self, connection_id: str) -> ConnectionInfo:
        return await self._calls.info(connection_id)

    async def state(self, connection_id: str) -> str:
        return await self._calls.state(connection_id)

    async def leave(self) -> None:
        """As `Awaiting.leave`, over `StreamLimits.drain_spread_ms`."""
        await leave_one_by_one(self._nodes(), self._limits.drain_spread_ms / 1000)

    async def snapshots(self) -> list[Snapshot]:
        return await self._calls.snapshots()

    async def kept(self, connection_id: str) -> list[Event]:
        return await self._calls.kept(connection_id)

    async def annotate(self, connection_id: str, **attributes: Any) -> None:  # noqa: ANN401 - whatever is kept
        await self._calls.annotate(connection_id, attributes)

    async def attributes(self, connection_id: str) -> dict[str, Any]:
        return await self._calls.attributes(connection_id)

    async def find(self, **attributes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever is kept
        return await self._calls.find(attributes)

    async def forget(self, connection_id: str) -> None:
        await self._calls.forget(connection_id)

    async def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        woken = Woken()
        return Subscription(await self.attach(connection_id, last_event_id, woken), woken)

    async def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        node = (await self._member(connection_id)).node
        return RedisAttachment(node, await node.attach(connection_id, cursor(last_event_id), wake))

"""What `Streams` does, as steps about one partition or about all: the same for event loops and for worker threads."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from shim.streams.claims import Claimed
from shim.streams.connection import Event, Message
from shim.streams.errors import ConnectionGone, SlowReader, TooManyConnections
from shim.streams.limits import StreamLimits
from shim.streams.records import ConnectionInfo, Opened, Snapshot
from shim.streams.redis import claims
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.annotations import ids_of, is_indexed_whole
from shim.streams.redis.batches import Batches
from shim.streams.redis.keys import partition_of
from shim.streams.redis.operations import AT_ONCE, Operations, digest
from shim.streams.redis.population import Population
from shim.streams.redis.steps import Step

T = TypeVar("T")

ASK_AGAIN_S = 0.05
"""After which a push that found no room looks again: its node was asked how far the client is."""


class Calls:
    """Each raises what `Streams` says, or BrokerUnavailable. `partitions`: of the running loop."""

    def __init__(
        self,
        limits: StreamLimits,
        operations: Operations,
        population: Population,
        partitions: Callable[[], Awaitable[Sequence[Batches]]],
    ) -> None:
        self._limits = limits
        self._operations = operations
        self._population = population
        self._partitions = partitions

    async def open(
        self,
        connection_id: str | None,
        attributes: dict[str, Any] | None,
        resume_window_s: float | None,
        state: str,
    ) -> Opened:
        def step() -> Step[Opened]:
            return self._operations.open(connection_id, resume_window_s, state, self._population.elsewhere)

        await self._partitions()  # then this process is a node, and says which
        try:
            opened = await self._run(step())
        except TooManyConnections:
            if not self._population.is_spread:
                raise
            counts = await self._everywhere(self._operations.population)
            self._population.counted(counts)
            opened = await self._run(step())
        self._population.opened(opened.connection_id)
        if attributes:
            await self.annotate(opened.connection_id, attributes)
        return opened

    async def activate(self, connection_id: str) -> None:
        await self._run(self._operations.activate(connection_id))

    async def abandon(self, connection_id: str) -> None:
        await self._run(self._operations.abandon(connection_id))

    async def end_pending(self, connection_id: str) -> None:
        await self._run(self._operations.end_pending(connection_id))

    async def send(self, connection_id: str, data: str | bytes, *, binary: bool) -> int:
        """As of no node."""
        arguments = self._operations.send_arguments("", Message(data, 0.0, binary=binary), "")
        step = Step(sending.SEND, (connection_id,), arguments, list)
        for left in (1, 0):
            state, *found = await self._run(step)
            if state == b"ok":
                return int(found[0])
            if state == b"gone":
                raise ConnectionGone(connection_id)
            if left:
                await asyncio.sleep(ASK_AGAIN_S)
        raise SlowReader(connection_id, int(found[0]), self._limits.replay_bytes)

    async def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None,
        group: Mapping[str, Any] | None,
        invocation: str = "",
    ) -> int:
        """Of several partitions each takes it or does not; who asked hears of the first that did not."""
        if group is not None and not is_indexed_whole(group):
            connection_ids = ids_of(await self.find(group))
        if connection_ids is None:
            return sum(await self._everywhere(lambda: self._operations.broadcast(data, None, group, invocation)))
        partitions = await self._partitions()
        recipients: defaultdict[int, list[str]] = defaultdict(list)
        for one in connection_ids:
            recipients[partition_of(one, len(partitions))].append(one)
        steps = {place: self._operations.broadcast(data, some, None, invocation) for place, some in recipients.items()}
        return sum(await _all(partitions[place].run(step) for place, step in steps.items()))

    async def close(self, connection_id: str, code: int, reason: str) -> bool:
        return await self._run(self._operations.close(connection_id, code, reason))

    async def connection_of(self, session: str) -> str:
        partitions, hashed = await self._partitions(), digest(session)
        return await partitions[partition_of(hashed, len(partitions))].run(self._operations.connection_of(hashed))

    async def touch(self, connection_id: str) -> None:
        await self._run(self._operations.touch(connection_id))

    async def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        await self._partitions()  # then this process is a node, and says which
        most = self._limits.idempotency_keys
        return await self._run(claims.claim(connection_id, key, text, self._operations.node_id, most))

    async def end_claim(self, connection_id: str, key: str, text: str, ended: str) -> None:
        await self._run(claims.end_claim(connection_id, key, text, ended))

    async def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        await self._run(claims.give_back_claim(connection_id, key, text, self._limits.idempotency_keys))

    async def info(self, connection_id: str) -> ConnectionInfo:
        return await self._run(self._operations.info(connection_id))

    async def state(self, connection_id: str) -> str:
        return await self._run(self._operations.state(connection_id))

    async def snapshots(self) -> list[Snapshot]:
        found = await _all(self._snapshots(batches) for batches in await self._partitions())
        return sorted((one for some in found for one in some), key=lambda one: one.opened_at)

    async def kept(self, connection_id: str) -> list[Event]:
        return await self._run(self._operations.kept(connection_id))

    async def annotate(self, connection_id: str, attributes: dict[str, Any]) -> None:
        await self._run(self._operations.annotate(connection_id, attributes))

    async def attributes(self, connection_id: str) -> dict[str, Any]:
        return await self._run(self._operations.attributes(connection_id))

    async def find(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = await _all(self._find(batches, wanted) for batches in await self._partitions())
        return [kept for _place, kept in sorted((one for some in found for one in some), key=lambda one: one[0])]

    async def forget(self, connection_id: str) -> None:
        await self._run(self._operations.forget(connection_id))

    async def _run(self, step: Step[T]) -> T:
        """About one connection."""
        partitions = await self._partitions()
        return await partitions[partition_of(step.ids[0], len(partitions))].run(step)

    async def _everywhere(self, step: Callable[[], Step[T]]) -> list[T]:
        return await _all(batches.run(step()) for batches in await self._partitions())

    async def _snapshots(self, batches: Batches) -> list[Snapshot]:
        found: list[Snapshot] = []
        start = 0
        while ids := await batches.run(self._operations.open_ids(start)):
            some = await batches.run(self._operations.snapshots(ids))
            found += some
            start += len(ids)
        return found

    async def _find(self, batches: Batches, wanted: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
        maybe = await batches.run(self._operations.find(wanted))
        found: list[tuple[int, dict[str, Any]]] = []
        for start in range(0, len(maybe), AT_ONCE):
            some = await batches.run(self._operations.matching(wanted, maybe[start : start + AT_ONCE]))
            found += some
        return found


async def _all(asked: Iterable[Awaitable[T]]) -> list[T]:
    """All of them are asked and answered before the first failure is raised."""
    answers = await asyncio.gather(*asked, return_exceptions=True)
    found: list[T] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        found.append(answer)
    return found

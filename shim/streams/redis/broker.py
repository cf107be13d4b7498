"""The blocking methods, for worker threads: as `MemoryBroker` has them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from shim.streams.connection import Event, Message
from shim.streams.errors import BrokerUnavailable, ConnectionGone, SlowReader
from shim.streams.limits import StreamLimits
from shim.streams.records import ConnectionInfo, Opened, Snapshot
from shim.streams.redis import scripts_of_messages as sending
from shim.streams.redis.annotations import ids_of, is_indexed_whole
from shim.streams.redis.blocking import Blocking
from shim.streams.redis.operations import SNAPSHOTS_AT_ONCE, Operations
from shim.streams.redis.steps import Step

T = TypeVar("T")

ASK_AGAIN_S = 0.05
"""After which a push that found no room looks again: its node was asked how far the client is."""


class RedisBroker:
    """Each method waits for Redis. Raises what `Streams` says, or BrokerUnavailable."""

    def __init__(self, limits: StreamLimits, operations: Operations, blocking: Blocking) -> None:
        self.limits = limits
        self._operations = operations
        self._blocking = blocking

    def open(
        self, connection_id: str | None, attributes: dict[str, Any], resume_window_s: float | None, state: str = ""
    ) -> Opened:
        opened = self._run(self._operations.open(connection_id, resume_window_s, state))
        if attributes:
            self.annotate(opened.connection_id, attributes)
        return opened

    def activate(self, connection_id: str) -> None:
        self._run(self._operations.activate(connection_id))

    def abandon(self, connection_id: str) -> None:
        self._run(self._operations.abandon(connection_id))

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        message = Message(data, 0.0, binary=binary)
        arguments = self._operations.send_arguments(connection_id, "", message)
        step = Step(sending.SEND, self._operations.key(connection_id), arguments, list)
        for left in (1, 0):
            state, *found = self._run(step)
            if state == b"ok":
                return int(found[0])
            if state == b"gone":
                raise ConnectionGone(connection_id)
            if left:
                time.sleep(ASK_AGAIN_S)
        raise SlowReader(connection_id, int(found[0]), self.limits.replay_bytes)

    def broadcast(
        self, data: str | bytes, connection_ids: Iterable[str] | None, group: Mapping[str, Any] | None
    ) -> int:
        if group is not None and not is_indexed_whole(group):
            connection_ids, group = ids_of(self.find(group)), None
        return self._run(self._operations.broadcast(data, connection_ids, group))

    def close(self, connection_id: str, code: int, reason: str) -> bool:
        return self._run(self._operations.close(connection_id, code, reason))

    def connection_of(self, session: str) -> str:
        return self._run(self._operations.connection_of(session))

    def touch(self, connection_id: str) -> None:
        self._run(self._operations.touch(connection_id))

    def claim(self, connection_id: str, key: str, answer: str) -> str:
        return self._run(self._operations.claim(connection_id, key, answer))

    def info(self, connection_id: str) -> ConnectionInfo:
        return self._run(self._operations.info(connection_id))

    def state(self, connection_id: str) -> str:
        return self._run(self._operations.state(connection_id))

    def snapshots(self) -> list[Snapshot]:
        found: list[Snapshot] = []
        while True:
            some = self._run(self._operations.snapshots(len(found)))
            found += some
            if len(some) < SNAPSHOTS_AT_ONCE:
                return found

    def open_ids(self) -> list[str]:
        return [one.connection_id for one in self.snapshots()]

    def kept(self, connection_id: str) -> list[Event]:
        return self._run(self._operations.kept(connection_id))

    def annotate(self, connection_id: str, attributes: dict[str, Any]) -> None:
        self._run(self._operations.annotate(connection_id, attributes))

    def attributes(self, connection_id: str) -> dict[str, Any]:
        return self._run(self._operations.attributes(connection_id))

    def find(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._run(self._operations.find(wanted))

    def forget(self, connection_id: str) -> None:
        try:
            self._run(self._operations.forget(connection_id))
        except BrokerUnavailable:
            return  # it expires

    def _run(self, step: Step[T]) -> T:
        return self._blocking.run(step)

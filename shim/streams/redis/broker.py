"""The blocking methods, for worker threads: as `MemoryBroker` has them."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, TypeVar

from shim.streams.claims import Claimed
from shim.streams.connection import Event
from shim.streams.errors import BrokerUnavailable
from shim.streams.limits import StreamLimits
from shim.streams.records import ConnectionInfo, Opened, Snapshot
from shim.streams.redis.blocking import Blocking
from shim.streams.redis.calls import Calls

T = TypeVar("T")


class RedisBroker:
    """Each method waits for Redis. Raises what `Streams` says, or BrokerUnavailable. `calls`: on the loop of
    `blocking`."""

    def __init__(self, limits: StreamLimits, calls: Calls, blocking: Blocking) -> None:
        self.limits = limits
        self._calls = calls
        self._blocking = blocking

    def open(
        self, connection_id: str | None, attributes: dict[str, Any], resume_window_s: float | None, state: str = ""
    ) -> Opened:
        return self._run(self._calls.open(connection_id, attributes, resume_window_s, state))

    def activate(self, connection_id: str) -> None:
        self._run(self._calls.activate(connection_id))

    def abandon(self, connection_id: str) -> None:
        self._run(self._calls.abandon(connection_id))

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        return self._run(self._calls.send(connection_id, data, binary=binary))

    def broadcast(
        self, data: str | bytes, connection_ids: Iterable[str] | None, group: Mapping[str, Any] | None
    ) -> int:
        return self._run(self._calls.broadcast(data, connection_ids, group))

    def close(self, connection_id: str, code: int, reason: str) -> bool:
        return self._run(self._calls.close(connection_id, code, reason))

    def connection_of(self, session: str) -> str:
        return self._run(self._calls.connection_of(session))

    def touch(self, connection_id: str) -> None:
        self._run(self._calls.touch(connection_id))

    def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        return self._run(self._calls.claim(connection_id, key, text))

    def end_claim(self, connection_id: str, key: str, text: str, ended: str) -> None:
        self._run(self._calls.end_claim(connection_id, key, text, ended))

    def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        self._run(self._calls.give_back_claim(connection_id, key, text))

    def info(self, connection_id: str) -> ConnectionInfo:
        return self._run(self._calls.info(connection_id))

    def state(self, connection_id: str) -> str:
        return self._run(self._calls.state(connection_id))

    def snapshots(self) -> list[Snapshot]:
        return self._run(self._calls.snapshots())

    def open_ids(self) -> list[str]:
        return [one.connection_id for one in self.snapshots()]

    def kept(self, connection_id: str) -> list[Event]:
        return self._run(self._calls.kept(connection_id))

    def annotate(self, connection_id: str, attributes: dict[str, Any]) -> None:
        self._run(self._calls.annotate(connection_id, attributes))

    def attributes(self, connection_id: str) -> dict[str, Any]:
        return self._run(self._calls.attributes(connection_id))

    def find(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._run(self._calls.find(wanted))

    def forget(self, connection_id: str) -> None:
        try:
            self._run(self._calls.forget(connection_id))
        except BrokerUnavailable:
            return  # it expires

    def _run(self, asked: Coroutine[Any, Any, T]) -> T:
        return self._blocking.run(asked)

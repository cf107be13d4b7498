"""What `Streams` does, for code on an event loop: where connections are not in this process, it must not block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shim.streams.attachment import Attachment
from shim.streams.records import NOT_ACCEPTED, ConnectionInfo, Opened, Snapshot

if TYPE_CHECKING:
    from shim.streams.claims import Claimed
    from shim.streams.connection import Event
    from shim.streams.service import Streams
    from shim.streams.subscription import Subscription


class Awaiting:
    """The methods of `Streams` by the same names, each to be awaited; they raise the same.

    In memory there is nothing to wait for: none of them gives way to another task.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def open(
        self,
        connection_id: str | None = None,
        *,
        attributes: dict[str, Any] | None = None,
        resume_window_s: float | None = None,
        state: str = "",
    ) -> Opened:
        return self._streams.open(connection_id, attributes=attributes, resume_window_s=resume_window_s, state=state)

    async def activate(self, connection_id: str) -> None:
        self._streams.activate(connection_id)

    async def abandon(self, connection_id: str) -> None:
        self._streams.abandon(connection_id)

    async def end_pending(self, connection_id: str) -> None:
        """`$connect` succeeded, and `activate` had no answer: the connection ends, accepted or not, and `$disconnect`
        follows."""
        self._streams.close(connection_id, *NOT_ACCEPTED)

    async def send(self, connection_id: str, data: str | bytes, *, binary: bool = False, invocation: str = "") -> int:
        """`invocation`: names this call among those that other processes may be asked for. One that was carried out
        before, at any of them, is not again: 0. A process that is alone leaves repeats to whoever calls it."""
        return self._streams.send(connection_id, data, binary=binary)

    async def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None = None,
        *,
        group: Mapping[str, Any] | None = None,
        invocation: str = "",
    ) -> int:
        """`invocation`: as for `send`."""
        return self._streams.broadcast(data, connection_ids, group=group)

    async def close(self, connection_id: str, code: int = 1000, reason: str = "") -> bool:
        return self._streams.close(connection_id, code, reason)

    async def close_all(self, code: int, reason: str) -> int:
        return self._streams.close_all(code, reason)

    async def expire(self) -> int:
        """Closes the connections whose time is over, and forgets what was kept long enough; returns how many were
        closed. `Streams.run` sees to it."""
        return self._streams.expire()

    async def connection_of(self, session: str) -> str:
        return self._streams.connection_of(session)

    async def touch(self, connection_id: str) -> None:
        self._streams.touch(connection_id)

    async def claim(self, connection_id: str, key: str, text: str) -> Claimed:
        return self._streams.claim(connection_id, key, text)

    async def end_claim(self, connection_id: str, key: str, text: str, ended: str | None = None) -> None:
        self._streams.end_claim(connection_id, key, text, ended)

    async def give_back_claim(self, connection_id: str, key: str, text: str) -> None:
        self._streams.give_back_claim(connection_id, key, text)

    async def info(self, connection_id: str) -> ConnectionInfo:
        return self._streams.info(connection_id)

    async def state(self, connection_id: str) -> str:
        return self._streams.state(connection_id)

    async def leave(self) -> None:
        self._streams.leave()

    async def snapshots(self) -> list[Snapshot]:
        return self._streams.snapshots()

    async def kept(self, connection_id: str) -> list[Event]:
        return self._streams.kept(connection_id)

    async def annotate(self, connection_id: str, **attributes: Any) -> None:  # noqa: ANN401 - whatever is kept
        self._streams.annotate(connection_id, **attributes)

    async def attributes(self, connection_id: str) -> dict[str, Any]:
        return self._streams.attributes(connection_id)

    async def find(self, **attributes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever is kept
        return self._streams.find(**attributes)

    async def forget(self, connection_id: str) -> None:
        self._streams.forget(connection_id)

    async def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        return self._streams.subscribe(connection_id, last_event_id)

    async def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        return self._streams.attach(connection_id, last_event_id, wake)

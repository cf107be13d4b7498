"""A service whose clients are recorded: everything passes through, and is told to the recorder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from shim.dualrun.record.recorder import RecordedClient, TrafficRecorder
from shim.gateway.definition import ApiDefinition
from shim.observing import Disconnected, Happening, Observer, PushCounts
from shim.service import Accepted, AwaitingConnections, ConnectRefused, Handshake, Service
from shim.streams import CONNECTION_ID, Opened, StreamLimits, Streams, StreamsError, Subscription
from shim.streams.attachment import Attachment

_connecting: ContextVar[RecordedClient | None] = ContextVar("connecting", default=None)
"""The client whose `connect` is running."""


class RecordedStreams(Streams):
    """Streams of which a recorder, once there is one, hears in the order in which messages are numbered."""

    def __init__(self, limits: StreamLimits | None = None) -> None:
        super().__init__(limits)
        self.recorder: TrafficRecorder | None = None
        self._order = threading.Lock()

    def open(
        self,
        connection_id: str | None = None,
        *,
        attributes: dict[str, Any] | None = None,
        resume_window_s: float | None = None,
        state: str = "",
    ) -> Opened:
        opened = super().open(connection_id, attributes=attributes, resume_window_s=resume_window_s, state=state)
        client = _connecting.get()
        if self.recorder is not None and client is not None:
            self.recorder.pending(opened.connection_id, client)
        return opened

    def activate(self, connection_id: str) -> None:
        if self.recorder is not None:
            self.recorder.opened(connection_id)
        super().activate(connection_id)

    def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
        if self.recorder is None:
            return super().send(connection_id, data, binary=binary)
        with self._order:
            seq = super().send(connection_id, data, binary=binary)
            self.recorder.received(connection_id, data, event_id=str(seq))
        return seq

    def broadcast(
        self,
        data: str | bytes,
        connection_ids: Iterable[str] | None = None,
        *,
        group: Mapping[str, Any] | None = None,
    ) -> int:
        """One by one while it is recorded, so that it is known who was sent it."""
        if self.recorder is None:
            return super().broadcast(data, connection_ids, group=group)
        if group is not None:
            connection_ids = self.members(group)
        ids = [shown.connection_id for shown in self.snapshots()] if connection_ids is None else connection_ids
        sent = 0
        for connection_id in ids:
            with suppress(StreamsError):
                self.send(connection_id, data)
                sent += 1
        return sent

    def members(self, group: Mapping[str, Any]) -> list[str]:
        """Ids of a group, as it is now."""
        return [one[CONNECTION_ID] for one in self.find(**group)]

    def close(self, connection_id: str, code: int = 1000, reason: str = "") -> bool:
        closed = super().close(connection_id, code, reason)
        if closed and self.recorder is not None:
            self.recorder.closed(connection_id, code, reason)
        return closed

    def subscribe(self, connection_id: str, last_event_id: str | None = None) -> Subscription:
        self._tell_of_resume(connection_id, last_event_id)
        return super().subscribe(connection_id, last_event_id)

    def attach(self, connection_id: str, last_event_id: str | None, wake: Callable[[], None]) -> Attachment:
        self._tell_of_resume(connection_id, last_event_id)
        return super().attach(connection_id, last_event_id, wake)

    def _tell_of_resume(self, connection_id: str, last_event_id: str | None) -> None:
        if last_event_id is not None and self.recorder is not None:
            self.recorder.resumed(connection_id)


class RecordedService:
    """Implements `Service` over another one, whose streams are `RecordedStreams`."""

    def __init__(self, service: Service, recorder: TrafficRecorder) -> None:
        self.api: ApiDefinition = service.api
        self.streams: Streams = service.streams
        self.observers: list[Observer] = service.observers
        self.pushes: PushCounts = service.pushes
        self.awaiting: AwaitingConnections = service.awaiting
        self._service = service
        self._recorder = recorder
        self.observers.append(self._ended)

    @property
    def accepting(self) -> bool:
        return self._service.accepting

    @accepting.setter
    def accepting(self, accepting: bool) -> None:
        self._service.accepting = accepting

    @property
    def messages_running(self) -> int:
        return self._service.messages_running

    @messages_running.setter
    def messages_running(self, running: int) -> None:
        self._service.messages_running = running

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        client = self._recorder.connecting(handshake)
        token = _connecting.set(client)
        try:
            return await self._service.connect(handshake, resume_window_s=resume_window_s)
        except ConnectRefused as refused:
            self._recorder.refused(client, refused.status, refused.body())
            raise
        finally:
            _connecting.reset(token)

    async def prepare(self, connection_id: str) -> None:
        await self._service.prepare(connection_id)

    async def message(
        self, connection_id: str, body: str | bytes, message_id: str, *, deliver: bool = True
    ) -> str | None:
        self._recorder.sent(connection_id, body)
        reply = await self._service.message(connection_id, body, message_id, deliver=deliver)
        if reply is not None and not deliver:
            self._recorder.received(connection_id, reply, by_post=True)
        return reply

    @property
    def wait(self) -> bool:
        return self._service.wait

    def post(self, connection_id: str, data: bytes) -> None:
        self._service.post(connection_id, data)

    def get(self, connection_id: str) -> dict[str, Any]:
        return self._service.get(connection_id)

    def delete(self, connection_id: str) -> None:
        self._service.delete(connection_id)

    async def run(self) -> None:
        await self._service.run()

    def _ended(self, happening: Happening) -> None:
        """Those too whose time was over, which nobody closed."""
        if isinstance(happening, Disconnected):
            self._recorder.closed(happening.connection_id, happening.code, happening.reason)


def recorded(service: Service, recorder: TrafficRecorder) -> RecordedService:
    """The same service, whose `RecordedStreams` tell the recorder too from now on."""
    assert isinstance(service.streams, RecordedStreams)
    service.streams.recorder = recorder
    return RecordedService(service, recorder)

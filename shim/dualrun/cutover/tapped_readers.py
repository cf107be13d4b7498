"""What is handed to a client: the frames of a WebSocket, or the bytes of an event stream, read as the client will."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from shim.dualrun.errors import EventTooLarge
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.observing import Face
from shim.streams import Event, Gap, Subscription
from shim.streams.attachment import Attachment
from shim.streams.broker import MemoryBroker
from shim.streams.subscription import Woken

Delivered = Callable[[str, int, str, bool], None]
"""Connection, sequence number, text, and whether this very stream has carried it before."""


class StreamReader:
    """One event stream to one connection, from its first byte."""

    def __init__(self, connection_id: str, payload_bytes: int, delivered: Delivered) -> None:
        self._connection_id = connection_id
        self._delivered = delivered
        self._events = EventStreamReader(max_event_bytes=8 * payload_bytes + 4_194_304)
        self._last = 0

    def feed(self, data: bytes) -> None:
        try:
            events = self._events.feed(data)
        except EventTooLarge:
            return  # what is not seen will be missed, and an exception here would end the stream
        for event in events:
            text, seq = _text(event), event.id.rpartition("-")[2]
            if text is not None and seq.isascii() and seq.isdigit():
                self._delivered(self._connection_id, int(seq), text, int(seq) <= self._last)
                self._last = max(self._last, int(seq))


class TappedSubscription(Subscription):
    """A WebSocket takes events, a stream their bytes."""

    def __init__(
        self, broker: MemoryBroker, connection_id: str, last_event_id: str | None, face: Face, delivered: Delivered
    ) -> None:
        woken = Woken()
        super().__init__(Attachment(broker, connection_id, last_event_id, woken), woken)
        self._connection_id = connection_id
        self._delivered = delivered if face == "websocket" else None
        self._reader = StreamReader(connection_id, broker.limits.payload_bytes, delivered)

    async def __anext__(self) -> Event | Gap:
        taken = await super().__anext__()
        if self._delivered is not None and isinstance(taken, Event):
            self._delivered(self._connection_id, taken.seq, taken.message.data.decode("utf-8", "replace"), False)
        return taken

    def encode(self, taken: Event | Gap) -> bytes:
        data = super().encode(taken)
        self._reader.feed(data)
        return data


class TappedAttachment(Attachment):
    """A stream that a server writes itself."""

    __slots__ = ("_reader",)

    def __init__(
        self,
        broker: MemoryBroker,
        connection_id: str,
        last_event_id: str | None,
        wake: Callable[[], None],
        delivered: Delivered,
    ) -> None:
        super().__init__(broker, connection_id, last_event_id, wake)
        self._reader = StreamReader(connection_id, broker.limits.payload_bytes, delivered)

    def take_encoded(self) -> bytes | None:
        data = super().take_encoded()
        if data:
            self._reader.feed(data)
        return data


def _text(event: StreamEvent) -> str | None:
    """What the client library gives to the page; None for an event of the protocol itself."""
    try:
        match event.type:
            case "message":
                return event.data
            case "escaped":
                return str(json.loads(event.data))
            case "binary":
                return base64.b64decode(event.data, validate=True).decode("utf-8", "replace")
    except ValueError:
        return f"({event.type} that can't be read)"
    return None

"""Records what all clients of a shim send and receive, without holding anything up: a thread redacts and writes."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import IO, Final

from shim.dualrun.record.canonical import Channel, Direction, Event, Kind, handshake_text, readable
from shim.dualrun.record.handshakes import application_headers
from shim.dualrun.record.header import Header
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.writer import RecordingWriter
from shim.service import Handshake

logger = logging.getLogger(__name__)

MAX_WAITING_BYTES: Final = 64 * 1024 * 1024
"""Text that waits to be written; what comes while there is more is counted, not recorded."""

END_S: Final = 10.0
"""Seconds that what waits has to be written when the shim ends."""

_OF_THE_SERVER: Final = frozenset({1001, 1003, 1008, 1009, 1011})
"""Close codes with a reason that the shim itself gives; a browser gives none."""


@dataclass(slots=True)
class RecordedClient:
    """One connection, from its handshake on."""

    name: str
    channel: Channel
    counts: Counter[str] = field(default_factory=Counter)


class TrafficRecorder:
    """`file` is closed at the end. `max_bytes`: of what is written now. All methods may be called from any thread."""

    def __init__(self, file: IO[bytes], header: Header, redactor: Redactor, *, max_bytes: int) -> None:
        self._file = file
        self._header = header
        self._redactor = redactor
        self._writer = RecordingWriter(file, header, max_bytes=max_bytes)
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Event | None] = SimpleQueue()
        self._waiting = self._dropped = self._number = 0
        self._clients: dict[str, RecordedClient] = {}
        self._broken = False
        self._thread = threading.Thread(target=self._write_all, name="traffic recorder", daemon=True)
        self._thread.start()

    def connecting(self, handshake: Handshake) -> RecordedClient:
        """A client that asks for a connection, before anybody has decided."""
        text = handshake_text(application_headers(handshake.headers), handshake.query)
        with self._lock:
            self._number += 1
            client = RecordedClient(f"client-{self._number}", "socket" if handshake.face == "websocket" else "stream")
            self._put(client, "sent", "connect", text)
        return client

    def pending(self, connection_id: str, client: RecordedClient) -> None:
        """It has an id, and is not accepted yet."""
        with self._lock:
            self._clients[connection_id] = client

    def opened(self, connection_id: str) -> None:
        with self._lock:
            client = self._clients.get(connection_id)
            if client is not None:
                self._put(client, "received", "open", "", 101 if client.channel == "socket" else 200)

    def refused(self, client: RecordedClient, status: int, body: str) -> None:
        with self._lock:
            self._put(client, "received", "refused", body, status)
            self._clients = {key: known for key, known in self._clients.items() if known is not client}

    def sent(self, connection_id: str, body: str | bytes) -> None:
        self._told(connection_id, "sent", "msg", body)

    def received(self, connection_id: str, data: str | bytes, *, event_id: str = "", by_post: bool = False) -> None:
        """`by_post`: as the answer to a POST, not on the stream."""
        self._told(connection_id, "received", "msg", data, event_id=event_id, by_post=by_post)

    def resumed(self, connection_id: str) -> None:
        self._told(connection_id, "sent", "resume", "")

    def closed(self, connection_id: str, code: int, reason: str) -> None:
        """Once for each connection; who closed it shows in the code and reason."""
        with self._lock:
            client = self._clients.pop(connection_id, None)
            if client is None:
                return
            by_server = (code in _OF_THE_SERVER and bool(reason)) or reason == "Connection Closed Normally"
            self._put(client, "received" if by_server else "sent", "close", reason if by_server else "", code)

    def close(self) -> None:
        """Writes what waits and the last line."""
        self._queue.put(None)
        self._thread.join(END_S)
        if self._thread.is_alive():
            logger.error("the recording was not written to its end within %g s", END_S)

    def _told(
        self,
        connection_id: str,
        direction: Direction,
        kind: Kind,
        data: str | bytes,
        *,
        event_id: str = "",
        by_post: bool = False,
    ) -> None:
        with self._lock:
            client = self._clients.get(connection_id)
            if client is not None:
                text = data if isinstance(data, str) else readable(data)
                self._put(client, direction, kind, text, event_id=event_id, by_post=by_post)

    def _put(
        self,
        client: RecordedClient,
        direction: Direction,
        kind: Kind,
        text: str,
        status: int | None = None,
        *,
        event_id: str = "",
        by_post: bool = False,
    ) -> None:
        """Holding the lock, so that numbers and times are in the order of the file."""
        n = client.counts[direction]
        client.counts[direction] += 1
        if self._broken or self._waiting > MAX_WAITING_BYTES:
            self._dropped += 1
            return
        self._waiting += len(text)
        self._queue.put(
            Event(
                run=self._header.run,
                path=self._header.path,
                session=self._header.started_at,
                step=0,
                client=client.name,
                n=n,
                kind=kind,
                channel="post" if by_post or (direction == "sent" and client.channel == "stream") else client.channel,
                status=status,
                text=text,
                at=time.time(),
                direction=direction,
                id=event_id,
                mono=time.monotonic(),
            )
        )

    def _write_all(self) -> None:
        was_full = False
        while (event := self._queue.get()) is not None:
            with self._lock:
                self._waiting -= len(event.text)
            hidden = self._hidden(event)
            try:
                if hidden is not None:
                    self._writer.write(hidden)
                if self._queue.empty():
                    self._file.flush()
            except OSError:
                logger.exception("the recording ends here")
                self._broken = True
                break
            if self._writer.is_full and not was_full:
                was_full = True
                logger.warning("the recording has its largest size; what comes now is not recorded")
        self._end()

    def _hidden(self, event: Event) -> Event | None:
        """None for what can't be hidden: it is not written, and counted."""
        try:
            return self._redactor.event(event)
        except Exception as error:  # noqa: BLE001 - of any text of a client; the thread goes on for all others
            with self._lock:
                self._dropped += 1
            # Without the error's own words, which may have the text in them.
            logger.error("an event of %s is not recorded: %s while hiding it", event.client, type(error).__name__)  # noqa: TRY400
            return None

    def _end(self) -> None:
        try:
            with self._file:
                self._writer.lost += self._dropped
                self._writer.end()
        except OSError:
            logger.exception("the recording has no last line")

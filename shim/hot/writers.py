"""Streams that are written to their sockets without a task of their own."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from shim.hot.requests import Push
from shim.peers import give_up_on_dead_peers
from shim.streams import BrokerUnavailable, ConnectionGone
from shim.streams.attachment import Attachment
from shim.streams.response import SEND_TIMEOUT_S, StreamRequest, jittered_rotation_s
from shim.streams.wire import HEARTBEAT

LAST_CHUNK = b"0\r\n\r\n"
"""Ends a chunked body: https://www.rfc-editor.org/rfc/rfc9112#section-7.1"""


class StreamWriters:
    """The writers of one event loop. What they have to write is written once a pass of the loop, so that messages
    which arrive together leave in one write for each stream."""

    def __init__(self, loop: asyncio.AbstractEventLoop, heartbeat_s: float) -> None:
        self.loop = loop
        self._thread = threading.get_ident()
        self._waiting: deque[StreamWriter] = deque()
        self._scheduled = False
        self._writers: set[StreamWriter] = set()
        self._turn_s = heartbeat_s / 2
        self._beat: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._writers)

    def add(self, writer: StreamWriter) -> None:
        self._writers.add(writer)
        if self._beat is None:
            self._beat = self.loop.call_later(self._turn_s, self._turn)

    def discard(self, writer: StreamWriter) -> None:
        self._writers.discard(writer)

    def mark(self, writer: StreamWriter) -> None:
        """This writer has something to write. From any thread."""
        self._waiting.append(writer)
        if self._scheduled:
            return
        self._scheduled = True
        if threading.get_ident() == self._thread:
            self.loop.call_soon(self._flush)
        elif not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._flush)

    def at_once(self, send: Callable[[Push], bytes | None], push: Push) -> bytes | None:
        """What `send` returns, after what it sent was written: for one message a later pass would gather nothing."""
        pending, self._scheduled = self._scheduled, True
        try:
            return send(push)
        finally:
            self._scheduled = pending
            self._flush()

    def _flush(self) -> None:
        self._scheduled = False  # before looking: whoever marks after that schedules again
        waiting = self._waiting
        while waiting:
            waiting.popleft().flush()

    def _turn(self) -> None:
        """A silent stream gets a comment within `heartbeat_s`; one whose peer takes nothing ends."""
        now = self.loop.time()
        try:
            for writer in list(self._writers):
                writer.turn(now)
        finally:
            self._beat = self.loop.call_later(self._turn_s, self._turn) if self._writers else None


class StreamWriter:
    """One stream on one socket, in chunked encoding, from its headers to its last chunk. Nothing is written before
    `begin`."""

    __slots__ = ("_asked", "_attachment", "_marked", "_paused_since", "_rotation", "_silent", "_transport", "_writers")

    def __init__(self, writers: StreamWriters, asked: StreamRequest, transport: asyncio.Transport) -> None:
        self._writers = writers
        self._asked = asked
        self._transport = transport
        self._marked = False
        self._silent = False
        self._paused_since: float | None = None
        self._attachment: Attachment | None = None
        self._rotation: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """The first bytes; the last ones when the connection, or its client, went in the meantime."""
        asked, writers = self._asked, self._writers
        if self._transport.is_closing():
            asked.untold()
            return
        try:
            attachment = await asked.streams.awaiting.attach(asked.connection_id, asked.last_event_id, self.wake)
        except (ConnectionGone, BrokerUnavailable):  # whoever resumes is told which
            self.end()
            return
        if self._transport.is_closing():
            asked.untold()
            attachment.end()
            return
        self._attachment = attachment
        writers.add(self)
        give_up_on_dead_peers(self._transport)
        self._write(asked.opening(attachment.first_id))
        rotation_s = jittered_rotation_s(asked.streams.limits)
        if rotation_s:
            self._rotation = writers.loop.call_later(rotation_s, self.end)
        self.wake()

    def wake(self) -> None:
        """There may be something to write. From any thread."""
        if not self._marked:
            self._marked = True
            self._writers.mark(self)

    def flush(self) -> None:
        """Writes what the connection has, as far as the peer takes it."""
        self._marked = False  # before looking: whoever wakes after that marks again
        attachment, transport = self._attachment, self._transport
        while attachment is not None and self._paused_since is None and not transport.is_closing():
            closed = attachment.closed  # before taking, so that what was sent before the close is not missed
            data = attachment.take_encoded()
            if data is None:
                self.end()
            elif data:
                self._write(data)
                if not closed and attachment.drained:
                    return
            elif closed:
                self._write(self._asked.closing(attachment.close_code, attachment.close_reason))
                self.end()
            else:
                return

    def pause(self) -> None:
        """The socket's buffer is full."""
        self._paused_since = self._writers.loop.time()

    def resume(self) -> None:
        """The peer has read."""
        self._paused_since = None
        self.wake()

    def turn(self, now: float) -> None:
        """A heartbeat, if nothing was written since the last turn."""
        if self._paused_since is not None:
            if now - self._paused_since > SEND_TIMEOUT_S:
                self._transport.abort()
        elif self._silent and not self._transport.is_closing():
            self._write(HEARTBEAT)
        self._silent = True

    def end(self) -> None:
        """Ends the stream between two events; its connection may be resumed."""
        if not self._transport.is_closing():
            self._transport.write(LAST_CHUNK)
            self._transport.close()

    def lost(self) -> None:
        """The socket is gone."""
        if self._rotation is not None:
            self._rotation.cancel()
        self._writers.discard(self)
        if self._attachment is not None:
            self._attachment.end()

    def _write(self, data: bytes) -> None:
        self._silent = False
        self._transport.write(b"%x\r\n%b\r\n" % (len(data), data))

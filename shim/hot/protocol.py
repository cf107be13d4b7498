"""uvicorn's HTTP protocol, with the hot requests answered before its parser sees them.

It relies on parts of uvicorn's `HttpToolsProtocol` that are not its public face: `tests/shim/hot/test_uvicorn.py`
names them, and fails when they change.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shim.hot.pushes import PushDesk
from shim.hot.requests import Head, Push, read_push
from shim.hot.under_way import PushUnderWay
from shim.hot.writers import StreamWriter, StreamWriters
from shim.streams.response import TAKE_OVER, StreamRequest

SLOWEST_REQUEST_S: Final = 30.0
"""Seconds until the first byte of a connection, and from the first to the last byte of a request. uvicorn itself would
wait for ever."""

MOST_HEAD_BYTES: Final = 65_536
"""Of a request's line and headers, or of its trailers, about."""

MOST_REQUEST_BYTES: Final = 4_194_304
"""Of a whole request, about. Faces take much less; what they discard before they refuse has to end too."""

MOST_PIPELINED: Final = 16
"""Requests that may wait behind one. uvicorn itself would keep any number."""


class TooManyPipelined(Exception):
    """Raised into the parser, which ends the connection with a 400."""


class HotProtocol(HttpToolsProtocol):
    """One socket. What is declared first belongs to the class that `server.py` makes of it."""

    desk: PushDesk
    writers: StreamWriters
    most_body_bytes: int
    body_s: float
    """Seconds for the body of a push."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **options)
        self._writer: StreamWriter | None = None
        self._parsing = False
        self._begun = b""
        self._wanted = 0
        self._under_way: PushUnderWay | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._last_push = 0.0
        self._in_head = True
        self._bytes = self._bytes_without_body = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._too_late_in(SLOWEST_REQUEST_S)

    def data_received(self, data: bytes) -> None:
        if self._writer is not None or self.transport.is_closing():
            self.transport.close()  # nothing may follow on a stream, so nothing of it is read as a request
            return
        if self._under_way is not None:
            self._under_way.more(data)
            return
        if self._begun:
            data = self._begun + data
            if len(data) < self._wanted:
                self._begun = data
                return
            self._begun = b""
            self._in_time()
        if not self._parsing and self._is_idle():
            push = read_push(data, self.desk.prefix, self.most_body_bytes)
            if isinstance(push, Head):
                self._unset_keepalive_if_required()
                self._begun, self._wanted = data, push.total
                self._too_late_in(min(self.body_s, SLOWEST_REQUEST_S))
                return
            if push is not None and self.desk.waits:
                self._in_time()
                self._under_way = PushUnderWay(self.desk, push, self.transport, partial(self._waited_for, data))
                return
            answer = None if push is None else self._answer(push)
            if answer is not None:
                self._pushed(answer)
                return
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        """By uvicorn and the application."""
        self._bytes += len(data)
        self._bytes_without_body += len(data)
        super().data_received(data)
        if not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._look_after()

    def _look_after(self) -> None:
        """Ends what uvicorn would let go on without an end."""
        if self._parsing and self._bytes_without_body > MOST_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._parsing and self._bytes > MOST_REQUEST_BYTES:
            self.transport.abort()
        elif self._deadline is None and self.timeout_keep_alive_task is None and self._is_idle():
            self._too_late_in(SLOWEST_REQUEST_S)

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _waited_for(self, data: bytes, answer: bytes | None, behind: bytes) -> None:
        """See `PushUnderWay`; `data`: the request."""
        last = self._under_way is not None and self._under_way.last
        self._under_way = None
        if answer is None:
            self._parse(data)
        else:
            self._pushed(answer)
        if last:
            self.shutdown()
        elif behind and not self.transport.is_closing():
            self.data_received(behind)

    def _answer(self, push: Push) -> bytes | None:
        if len(push.path) == len(self.desk.prefix):  # to all: those that arrive together leave together
            return self.desk.answer(push)
        return self.writers.at_once(self.desk.answer, push)

    def _pushed(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.server_state.total_requests += 1
        self._last_push = self.loop.time()
        self._in_time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def timeout_keep_alive_handler(self) -> None:
        """One timer serves many pushes: when it goes off early, it is set again for the rest."""
        rest = self._last_push + self.timeout_keep_alive - self.loop.time()
        if rest > 0 and not self.transport.is_closing():
            self.timeout_keep_alive_task = self.loop.call_later(rest, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            raise TooManyPipelined
        self._parsing = self._in_head = True
        self._bytes = self._bytes_without_body = 0
        self._too_late_in(SLOWEST_REQUEST_S)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._in_head = False
        if self.cycle is not None and self.parser.get_http_version() == "1.1":
            self.scope["extensions"] = {TAKE_OVER: partial(self._take_over, self.cycle)}  # type: ignore[dict-item]

    def on_body(self, body: bytes) -> None:
        self._bytes_without_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._parsing = False
        self._in_time()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._in_time()
        headers = dict(self.headers)
        if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
            self._refuse(b"400 Bad Request")  # a handshake has no body, and nobody would read this one
        else:
            super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        if self._writer is not None:
            self._writer.lost()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        if self._writer is not None:
            self._writer.pause()
        else:
            super().pause_writing()

    def resume_writing(self) -> None:
        if self._writer is not None:
            self._writer.resume()
        else:
            super().resume_writing()

    def shutdown(self) -> None:
        """Streams end when the service closes their connections, with the words for it. A push is answered first."""
        if self._under_way is not None:
            self._under_way.last = True
        elif self._writer is None:
            super().shutdown()

    async def _take_over(self, cycle: RequestResponseCycle, asked: StreamRequest) -> None:
        """The headers are written; from here on this socket is a stream's, and the request is forgotten."""
        cycle.response_complete = True
        cycle.scope.pop("extensions", None)  # which hold the cycle: without them it goes at once
        self._in_time()
        self.server_state.total_requests += 1
        self._unset_keepalive_if_required()
        self._writer = writer = StreamWriter(self.writers, asked, self.transport)
        followed = bool(self.pipeline)
        self.scope = self.headers = self.cycle = self.flow = self.parser = self.pipeline = None  # type: ignore[assignment]
        await writer.begin()
        if followed:
            writer.end()  # a request stands behind it, and would wait for ever

    def on_response_complete(self) -> None:
        self.cycle.scope.pop("extensions", None)
        super().on_response_complete()

    def _too_late_in(self, seconds: float) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        if self._parsing or self._begun:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        """Closes, and says why where that can't be taken for the answer to another request."""
        unanswered = self._is_idle() if self._in_head or self.cycle is None else not self.cycle.response_started
        if unanswered and not self.pipeline and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        self.transport.close()

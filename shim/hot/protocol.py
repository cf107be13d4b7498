"""uvicorn's HTTP protocol, with the hot requests answered before its parser sees them.

It relies on parts of uvicorn's `HttpToolsProtocol` that are not its public face: `tests/shim/hot/test_uvicorn.py`
names them, and fails when they change.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shim.hot.pushes import PushDesk
from shim.hot.requests import Head, Push, read_push
from shim.hot.writers import StreamWriter, StreamWriters, take_over
from shim.streams.response import TAKE_OVER, StreamRequest

SLOWEST_REQUEST_S: Final = 30.0
"""Seconds from the first to the last byte of a request. uvicorn itself would wait for ever."""


class HotProtocol(HttpToolsProtocol):
    """One socket. `desk`, `writers` and `most_body_bytes` belong to the class that `server.py` makes of it."""

    desk: PushDesk
    writers: StreamWriters
    most_body_bytes: int

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **options)
        self._writer: StreamWriter | None = None
        self._parsing = False
        self._begun = b""
        self._wanted = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._last_push = 0.0

    def data_received(self, data: bytes) -> None:
        if self._writer is not None:
            self.transport.close()  # nothing may follow on a stream, so nothing of it is read as a request
            return
        if self._begun:
            data = self._begun + data
            if len(data) < self._wanted:
                self._begun = data
                return
            self._begun = b""
            self._in_time()
        if not self._parsing and (self.cycle is None or self.cycle.response_complete):
            push = read_push(data, self.desk.prefix, self.most_body_bytes)
            if isinstance(push, Head):
                self._begun, self._wanted = data, push.total
                self._too_late_in(SLOWEST_REQUEST_S)
                return
            answer = None if push is None else self._answer(push)
            if answer is not None:
                self._pushed(answer)
                return
        super().data_received(data)

    def _answer(self, push: Push) -> bytes | None:
        if len(push.path) == len(self.desk.prefix):  # to all: those that arrive together leave together
            return self.desk.answer(push)
        return self.writers.at_once(self.desk.answer, push)

    def _pushed(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.server_state.total_requests += 1
        self._last_push = self.loop.time()
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
        self._parsing = True
        self._too_late_in(SLOWEST_REQUEST_S)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() == "1.1":
            self.scope["extensions"] = {TAKE_OVER: self._take_over}  # type: ignore[dict-item]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._parsing = False
        self._in_time()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._in_time()
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
        """Streams end when the service closes their connections, with the words for it."""
        if self._writer is None:
            super().shutdown()

    def _take_over(self, asked: StreamRequest) -> None:
        """The headers are written; from here on this socket is a stream's, and the request is forgotten."""
        self.cycle.response_complete = True
        self.server_state.total_requests += 1
        self._unset_keepalive_if_required()
        self._writer = take_over(self.writers, asked, self.transport)
        self.scope = self.headers = self.cycle = self.flow = self.parser = self.pipeline = None  # type: ignore[assignment]

    def _too_late_in(self, seconds: float) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

"""A server that pushes, and does wrong what it is told to: what the load generator must not let pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import socket
from socketserver import StreamRequestHandler, ThreadingTCPServer

Deliver = Callable[[list[socket], int, bytes], None]
"""Gets all streams, the index of the one that is meant (-1: all), and the payload."""


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(payload: bytes) -> bytes:
    return chunk(b"id: 1\ndata: " + payload + b"\n\n")


def rightly(streams: list[socket], index: int, payload: bytes) -> None:
    for stream in streams if index < 0 else [streams[index]]:
        stream.sendall(event(payload))


class _Server(ThreadingTCPServer):
    block_on_close = True
    request_queue_size = 64

    def __init__(self, deliver: Deliver, status: bytes, greeting: bytes, idle_s: float | None) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.deliver, self.status, self.greeting, self.idle_s = deliver, status, greeting, idle_s
        self.streams: dict[int, socket] = {}
        self.turn = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """A generator that is through resets its connections."""


class _Connection(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while first := self.rfile.readline():
            method, path, _ = first.split()
            index, length = int(path[1:]), 0
            while (line := self.rfile.readline()) not in {b"\r\n", b""}:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if method == b"GET":
                self._open(index)
            else:
                self._push(index, self.rfile.read(length))
                if self.server.idle_s is not None:
                    time.sleep(self.server.idle_s)
                    return

    def _open(self, index: int) -> None:
        self.server.streams[index] = self.connection
        self.connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        if self.server.greeting:
            self.connection.sendall(chunk(self.server.greeting % index))

    def _push(self, index: int, body: bytes) -> None:
        with self.server.turn:
            self.server.deliver([stream for _, stream in sorted(self.server.streams.items())], index, body)
        self.connection.sendall(b"HTTP/1.1 " + self.server.status + b"\r\ncontent-length: 2\r\n\r\nok")


@contextmanager
def pushing_server(
    deliver: Deliver = rightly, *, status: bytes = b"200 OK", greeting: bytes = b"", idle_s: float | None = None
) -> Iterator[int]:
    """Yields the port. `GET /<index>` opens stream `index`, `POST /<index>` pushes to it, `POST /-1` to all.

    `idle_s`: how long it keeps a connection after a push; None: as long as its client does.

    Its clients must be gone before it ends.
    """
    with _Server(deliver, status, greeting, idle_s) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(10)
            for stream in server.streams.values():
                _end(stream)


def _end(stream: socket) -> None:
    with suppress(OSError):  # the generator was first
        stream.shutdown(2)

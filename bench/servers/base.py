"""What the harness asks of a server under test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Started:
    """`pid`: of the process at the root of the server's. Streams are opened on `port`, pushes sent to `push_port`.
    `redis_pid`: of the Redis that it uses; None: it uses none."""

    pid: int
    port: int
    push_port: int
    redis_pid: int | None = None


class Server(ABC):
    """Starts a server, and words its requests. Requests are whole: head, empty line, body."""

    name: str
    says: str
    """What it is, in a line of the report."""
    tells_ids = False
    """Whether each stream is told its id in an `open` event. Otherwise the client chooses it."""
    websocket = False
    opens_at_once = 64
    """Streams that are opened at the same time."""
    most_streams: int | None = None
    """With more it isn't measured; None: no bound."""

    @abstractmethod
    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        """Runs it on one core. What it writes goes into `folder`."""
        yield Started(0, 0, 0)

    @abstractmethod
    def open_request(self, at: Started, connection_id: str) -> bytes: ...

    @abstractmethod
    def push(self, at: Started, connection_id: str, body: bytes) -> bytes: ...

    @abstractmethod
    def broadcast(self, at: Started, body: bytes) -> bytes | None:
        """None: it has no broadcast."""

    def missing(self) -> str | None:
        """Why it can't be measured on this machine; None when it can."""
        return None


def get_stream(path: str, port: int, headers: str = "") -> bytes:
    """`headers`: further ones, each with its line's end."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n{headers}\r\n".encode()


def post(path: str, port: int, body: bytes, headers: str = "") -> bytes:
    """The least that a client sends. Peers that check no signature are not made to read one. `headers`: as above."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n"
    )
    return head.encode() + body

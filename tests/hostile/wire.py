"""Bytes to a port, and what comes back: read without a library that would mend it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PATIENCE_S = 5.0
SENTINEL = b"GET /healthz HTTP/1.1\r\nHost: sentinel\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """Names of headers in lower case; repeated ones are joined with commas."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """One TCP connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._left = b""
        self._heads = False

    def send(self, data: bytes) -> None:
        """As much as the peer takes; one that has closed takes nothing."""
        self._heads = self._heads or data.startswith(b"HEAD ")
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def answer(self) -> Answer | None:
        """None: the peer has closed. A body that is chunked is given up to its first chunk."""
        while b"\r\n\r\n" not in self._left:
            if not self._more():
                assert self._left == b"", f"half an answer: {self._left[:200]!r}"
                return None
        head, _, self._left = self._left.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        status = int(first.split(" ")[1])
        if self._heads or status in {204, 304}:
            return Answer(status, headers, b"")
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(int(headers["content-length"])))
        if "transfer-encoding" in headers:
            return Answer(status, headers, self.chunk())
        return Answer(status, headers, b"")

    def closed(self) -> bool:
        """Whether the peer closes without another word."""
        return self._left == b"" and not self._more()

    def in_step(self) -> bool:
        """Whether the next answer is that to our next request: nothing of what went before was left over."""
        self._heads = False
        self.send(SENTINEL)
        answer = self.answer()
        return answer is not None and (answer.status, answer.body) == (200, b'{"status":"ok"}') and self._left == b""

    def chunk(self) -> bytes:
        while b"\r\n" not in self._left:
            assert self._more()
        size, _, self._left = self._left.partition(b"\r\n")
        return self._exactly(int(size, 16) + 2)[:-2]

    def _exactly(self, size: int) -> bytes:
        while len(self._left) < size:
            assert self._more(), "the body breaks off"
        body, self._left = self._left[:size], self._left[size:]
        return body

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            return False
        self._left += data
        return bool(data)


@contextmanager
def wire(port: int, patience_s: float = PATIENCE_S) -> Iterator[Wire]:
    with socket.create_connection(("127.0.0.1", port), patience_s) as connection:
        yield Wire(connection)


def request(target: str = "/prod", method: str = "GET", body: bytes | None = None, **headers: str) -> bytes:
    """Names of headers with underscores for hyphens."""
    lines = [f"{method} {target} HTTP/1.1", "Host: api.example.org"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")

"""The one form of request that is answered without the application.

It is what SDKs send: `POST /…/@connections/{id}`, HTTP/1.1, each header once, and a plain Content-Length. It is read by
the same parser that reads everything else, so no request is read in two ways; whatever is unusual about one leaves it
to uvicorn and the application.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import httptools

_PATH: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%@=/+:"
_UNUSUAL: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", b"proxy-connection"})


class Push(NamedTuple):
    """A whole request. `headers` have lower-case names."""

    path: bytes
    headers: dict[bytes, bytes]
    body: bytes


class Head(NamedTuple):
    """A request whose body is still on its way: `total` bytes belong to it in all."""

    total: int


class _Reader:
    """What the parser tells of one request."""

    __slots__ = ("begun", "body", "count", "headers", "messages", "url")

    def __init__(self) -> None:
        self.begun = self.count = self.messages = 0
        self.url = self.body = b""
        self.headers: dict[bytes, bytes] = {}

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.count += 1
        self.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.messages += 1


def read_push(data: bytes, prefix: bytes, most_body_bytes: int) -> Push | Head | None:
    """The request that `data` is, when its path begins with `prefix`; None: it is none of ours."""
    if not data.startswith(prefix, 5) or not data.startswith(b"POST "):
        return None
    reader = _Reader()
    parser = httptools.HttpRequestParser(reader)
    try:
        parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    headers = reader.headers
    if (
        reader.begun != 1
        or reader.count != len(headers)
        or not _UNUSUAL.isdisjoint(headers)
        or headers.get(b"connection", b"keep-alive").lower() != b"keep-alive"
        or b"host" not in headers
        or reader.url.translate(None, _PATH)
        or parser.get_http_version() != "1.1"
    ):
        return None
    length = headers.get(b"content-length", b"")
    if len(length) > 6 or not length.isdigit() or int(length) > most_body_bytes:
        return None
    if reader.messages:
        return Push(reader.url, headers, reader.body)
    end = data.find(b"\r\n\r\n")
    return None if end < 0 else Head(end + 4 + int(length))

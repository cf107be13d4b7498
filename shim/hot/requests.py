"""The one form of request that is read without the full parser.

It is what SDKs send: `POST /…/@connections/{id}`, HTTP/1.1, printable ASCII, each header once, one space after its
colon, and a plain Content-Length. Everything else is left to the full parser, so that no request is read in two ways.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MOST_HEAD_BYTES: Final = 4_096
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_PATH: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%@=/+:"
_DIGITS: Final = b"0123456789"
_NAMES: Final = (
    "Accept",
    "Accept-Encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "Authorization",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Host",
    "User-Agent",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
)
_KNOWN: Final = {name.encode(): name.lower().encode() for name in (*_NAMES, *map(str.lower, _NAMES))}
"""Names as SDKs write them, and in lower case; any other spelling, or name, is unusual."""


class Push(NamedTuple):
    """A whole request. `headers` have lower-case names."""

    path: bytes
    headers: dict[bytes, bytes]
    body: bytes


class Head(NamedTuple):
    """A request whose body is still on its way: `total` bytes belong to it in all."""

    total: int


def read_push(data: bytes, prefix: bytes, most_body_bytes: int) -> Push | Head | None:
    """The request that `data` is, when its path begins with `prefix`; None: ask the full parser."""
    end = data.find(b"\r\n\r\n", 0, MOST_HEAD_BYTES)
    if end < 0 or not data.startswith(prefix, 5) or not data.startswith(b"POST "):
        return None
    head = data[:end]
    lines = head.split(b"\r\n")
    path = lines[0][5:-9]
    if (
        lines[0][-9:] != b" HTTP/1.1"
        or path.translate(None, _PATH)
        or head.translate(None, _PRINTABLE) != b"\r\n" * (len(lines) - 1)
    ):
        return None
    headers = _headers(lines)
    size = -1 if headers is None else _size(headers)
    if headers is None or not 0 <= size <= most_body_bytes:
        return None
    body = data[end + 4 :]
    if len(body) < size:
        return Head(end + 4 + size)
    return Push(path, headers, body) if len(body) == size else None


def _headers(lines: list[bytes]) -> dict[bytes, bytes] | None:
    """None when one is unknown, comes twice, or has other spaces than one after its colon."""
    headers: dict[bytes, bytes] = {}
    for line in lines[1:]:
        name, _colon, value = line.partition(b": ")
        known = _KNOWN.get(name)
        if known is None or value[:1] == b" " or value[-1:] == b" ":
            return None
        headers[known] = value
    return headers if len(headers) == len(lines) - 1 else None


def _size(headers: dict[bytes, bytes]) -> int:
    """Content-Length; -1 when it, Host or Connection is not the usual."""
    length = headers.get(b"content-length", b"")
    if not 1 <= len(length) <= 6 or length.translate(None, _DIGITS) or (length[:1] == b"0" and length != b"0"):
        return -1
    if b"host" not in headers or headers.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return -1
    return int(length)

"""Messages as bytes of an event stream, and nothing lost on the way.

An event stream is UTF-8 text in which CR, LF and CRLF all end a line, so it can carry neither a CR nor
arbitrary bytes: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
Text without a CR travels as it is, in an unnamed event; text with one as a JSON string in an event named
`escaped`; bytes that are not UTF-8 as base64 in an event named `binary`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

HEARTBEAT = b":\n\n"
"""A comment: proxies see traffic, parsers see nothing."""


def encode_body(data: bytes) -> bytes:
    """The lines of a message's event but its id, which alone differs between the connections that it is sent to."""
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return encode_binary(data)
    if b"\r" in data:
        return b"event: escaped\ndata: %b\n\n" % json.dumps(data.decode("utf-8")).encode("ascii")
    if b"\n" in data:
        data = data.replace(b"\n", b"\ndata: ")
    return b"data: %b\n\n" % data


def encode_binary(data: bytes) -> bytes:
    """As `encode_body`, for bytes that are no text even if they could be."""
    return b"event: binary\ndata: %b\n\n" % base64.b64encode(data)


def encode_message(epoch: str, seq: int, body: bytes) -> bytes:
    """The event `<epoch>-<seq>` with these lines, which `encode_body` gave. `epoch` is ours: hexadecimal digits,
    and where broadcasts are counted apart a dot and the number of one."""
    return b"id: %b-%d\n%b" % (epoch.encode("ascii"), seq, body)


def encode_control(event: str, values: Mapping[str, Any], *, event_id: str | None = None) -> bytes:
    """An event of the protocol itself: `open`, `gap` or `close`."""
    named = "" if event_id is None else f"id: {event_id}\n"
    return f"event: {event}\n{named}data: {json.dumps(values)}\n\n".encode()


def encode_retry(retry_ms: int) -> bytes:
    """How long a client waits before it comes back: a line of the event that follows, or alone with an empty one."""
    return b"retry: %d\n" % retry_ms

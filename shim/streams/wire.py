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


def encode_message(event_id: str, payload: str | bytes) -> bytes:
    """The event that carries one message. `event_id` must be free of CR, LF and NUL; ours are `<epoch>-<seq>`."""
    try:
        text = payload if isinstance(payload, str) else payload.decode("utf-8")
    except UnicodeDecodeError as error:
        return _event(event_id, "binary", base64.b64encode(error.object).decode("ascii"))
    if "\r" in text:
        return _event(event_id, "escaped", json.dumps(text))
    return _event(event_id, None, text)


def encode_control(
    event: str, values: Mapping[str, Any], *, event_id: str | None = None, retry_ms: int | None = None
) -> bytes:
    """An event of the protocol itself: `open`, `gap` or `close`."""
    retry = b"" if retry_ms is None else b"retry: %d\n" % retry_ms
    return retry + _event(event_id, event, json.dumps(values))


def _event(event_id: str | None, event: str | None, data: str) -> bytes:
    lines = []
    if event is not None:
        lines.append(f"event: {event}")
    if event_id is not None:
        lines.append(f"id: {event_id}")
    lines.extend(f"data: {line}" for line in data.split("\n"))
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")

"""What clients say with their requests, read the same way by whoever serves the streams."""

from __future__ import annotations

import json

from starlette.requests import Request

from shim.streams.records import sendable_reason

LONGEST_KEY = 255
"""Characters of an `Idempotency-Key`."""

NO_CODE = (1005, "Client-side close frame status not set")
"""What a WebSocket that was closed without a status gives: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1"""


def last_event_id(request: Request) -> str | None:
    """From the header, or from the query as polyfills of EventSource send it; None when the client names none."""
    query = request.query_params
    return request.headers.get("last-event-id") or query.get("last_event_id") or query.get("lastEventId")


def epoch_of(event_id: str) -> str:
    """Of an event's id, `<epoch>-<seq>`, or `<epoch>.<broadcast>-<seq>` where broadcasts are counted apart."""
    return event_id.rpartition("-")[0].partition(".")[0]


def close_words(body: bytes) -> tuple[int, str]:
    """Code and reason with which a client closes, as JSON; `NO_CODE` for anything that isn't, or may not be, one."""
    try:
        words = json.loads(body)
        code = int(words["code"])
        reason = sendable_reason(str(words.get("reason", "")))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return NO_CODE
    return (code, reason) if code in {1000, 1001, 1009} or 3000 <= code <= 4999 else NO_CODE

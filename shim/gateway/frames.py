"""Frames that API Gateway itself sends to a client."""

from __future__ import annotations

import json

FORBIDDEN = "Forbidden"
"""No route matches, and there is no `$default`."""

INTERNAL_SERVER_ERROR = "Internal server error"
"""The integration failed or answered with something that is not a response."""

ENDPOINT_REQUEST_TIMED_OUT = "Endpoint request timed out"
"""The integration took longer than 29 s."""


BAD_REQUEST_BODY = "Bad request body"
"""The message does not fit the model of its route."""

TOO_MANY_REQUESTS = "Too Many Requests"
"""The message was throttled. AWS documents the status 429, but not the text of the frame."""


def error_frame(message: str, connection_id: str, request_id: str) -> str:
    """The text that a client receives when its message could not be handled; the connection stays open."""
    return json.dumps(
        {"message": message, "connectionId": connection_id, "requestId": request_id}, separators=(",", ":")
    )

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

SERVICE_UNAVAILABLE = "Service Unavailable"
"""No more connections are taken: the service is ending."""


def error_frame(message: str, connection_id: str, request_id: str) -> str:
    """The text that a client receives when its message could not be handled; the connection stays open.

    Spaced as API Gateway spaces it: clients may compare whole frames.
    """
    told, connection, request = json.dumps(message), json.dumps(connection_id), json.dumps(request_id)
    return f'{{"message": {told}, "connectionId":{connection}, "requestId":{request}}}'

"""What a request to open a connection says, in the form that the authorizer and `$connect` are shown."""

from __future__ import annotations

import secrets
import time

from starlette.requests import HTTPConnection

from shim.service import Handshake

RESUME_QUERY = frozenset({"last_event_id", "lastEventId"})
"""Query parameters of the protocol itself; the application never sees them."""

SESSION_HEADER = "Stream-Session"
"""Carries the session secret; the application never sees it."""


def read_handshake(connection: HTTPConnection) -> Handshake:
    """Headers in their order, with those that API Gateway adds."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in connection.scope["headers"]]
    source_ip = connection.client.host if connection.client else "127.0.0.1"
    secure = connection.url.scheme in {"https", "wss"}
    added = [
        ("X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"),
        ("X-Forwarded-For", source_ip),
        ("X-Forwarded-Port", str(connection.url.port or (443 if secure else 80))),
        ("X-Forwarded-Proto", "https" if secure else "http"),
    ]
    own = {name.lower() for name, _value in added} | {SESSION_HEADER.lower()}
    return Handshake(
        headers=[(name, value) for name, value in headers if name.lower() not in own] + added,
        query=[(name, value) for name, value in connection.query_params.multi_items() if name not in RESUME_QUERY],
        source_ip=source_ip,
        user_agent=connection.headers.get("user-agent"),
    )

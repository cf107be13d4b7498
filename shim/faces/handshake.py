"""What a request to open a connection says, in the form that the authorizer and `$connect` are shown.

On an event stream they are shown what a WebSocket handshake of the same client would have had.
"""

from __future__ import annotations

import base64
import secrets
import time
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection

from shim.faces.cookies import NAME_PARAMETER, without_session_cookies
from shim.faces.options import FaceOptions
from shim.faces.proxies import Peer, read_peer
from shim.faces.refusal import Refusal
from shim.faces.ticket_store import Captured
from shim.gateway.events import Pairs
from shim.gateway.limits import GatewayLimits
from shim.observing import Face
from shim.service import Accepted, Handshake

RESUME_QUERY = frozenset({"last_event_id", "lastEventId"})
"""Query parameters of the protocol itself; the application never sees them."""

SESSION_HEADER = "Stream-Session"
"""Carries the session secret; the application never sees it."""

PROTOCOL_HEADER = "Stream-Protocol"
"""The subprotocols that a client on an event stream offers; the application sees them as Sec-WebSocket-Protocol."""

DOMAIN_EXTENSION = "shim.domain_name"
"""Key of `scope["extensions"]` under which whoever maps custom domains says which one was used."""

_WRITTEN_BY_US = frozenset(
    {
        *("connection", "upgrade", "content-length", "x-amzn-trace-id"),
        *("x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"),
    }
)
_NOT_OF_A_WEBSOCKET = frozenset(
    {
        *("accept", "last-event-id", "stream-session", "stream-protocol", "idempotency-key", "prefer", "referer"),
        *("content-type", "content-encoding", "transfer-encoding", "te", "trailer", "keep-alive", "proxy-connection"),
    }
)
_NOT_OF_A_WEBSOCKET_BEGIN = ("sec-websocket-", "sec-fetch-")


def read_handshake(
    connection: HTTPConnection, options: FaceOptions, *, face: Face, captured: Captured | None = None
) -> Handshake:
    """Headers in their order, with those that API Gateway adds. `captured`: what a ticket stands for."""
    peer = read_peer(connection, options)
    headers: Pairs = header_pairs(connection)
    query: Pairs = query_pairs(connection)
    if captured is not None:
        headers, query = captured.merged(headers, query)
    if face == "sse":
        headers = _as_on_websocket(headers, peer)
    kept = [(name, value) for name, value in headers if name.lower() not in _WRITTEN_BY_US]
    if options.cookies:
        kept = without_session_cookies(kept)
    hidden = RESUME_QUERY | {NAME_PARAMETER} if options.cookies else RESUME_QUERY
    extensions = connection.scope.get("extensions") or {}
    return Handshake(
        headers=[*kept, *_added(peer)],
        query=[(name, value) for name, value in query if face == "websocket" or name not in hidden],
        source_ip=peer.source_ip,
        user_agent=next((value for name, value in kept if name.lower() == "user-agent"), None),
        face=face,
        domain_name=extensions.get(DOMAIN_EXTENSION),
    )


def header_pairs(connection: HTTPConnection) -> list[tuple[str, str]]:
    """As they came; HTTP/1.1 servers give the names in lower case."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in connection.scope["headers"]]


def query_pairs(connection: HTTPConnection) -> list[tuple[str, str]]:
    """Decoded; a parameter without a value has an empty one."""
    return parse_qsl(connection.scope["query_string"].decode("latin-1"), keep_blank_values=True)


def refuse_long_url(connection: HTTPConnection, limits: GatewayLimits) -> None:
    """Raises Refusal: 414."""
    scope = connection.scope
    path = scope.get("raw_path") or scope["path"].encode()
    if len(path) + 1 + len(scope["query_string"]) > limits.url_characters:
        raise Refusal(414, f"the address of a connection has at most {limits.url_characters} characters")


def chosen_subprotocol(handshake: Handshake, accepted: Accepted) -> str | None:
    """What `$connect` chose, if the client had offered it: a client fails the handshake on any other."""
    offers = [value for name, value in handshake.headers if name.lower() == "sec-websocket-protocol"]
    offered = {offer.strip() for offer in ",".join(offers).split(",")}
    return accepted.subprotocol if accepted.subprotocol in offered else None


def _as_on_websocket(headers: Pairs, peer: Peer) -> list[tuple[str, str]]:
    given = {name.lower(): value for name, value in headers}
    kept = [(name, value) for name, value in headers if _is_of_a_websocket(name.lower())]
    if "origin" not in given and given.get("sec-fetch-site") == "same-origin":
        own = peer.origin(given.get("host"))
        if own is not None:  # browsers name it in every WebSocket handshake, and not in a GET of the same origin
            kept.append(("Origin", own))
    kept.append(("Sec-WebSocket-Version", "13"))
    kept.append(("Sec-WebSocket-Key", base64.b64encode(secrets.token_bytes(16)).decode("ascii")))
    if PROTOCOL_HEADER.lower() in given:
        kept.append(("Sec-WebSocket-Protocol", given[PROTOCOL_HEADER.lower()]))
    return kept


def _is_of_a_websocket(name: str) -> bool:
    return name not in _NOT_OF_A_WEBSOCKET and not name.startswith(_NOT_OF_A_WEBSOCKET_BEGIN)


def _added(peer: Peer) -> list[tuple[str, str]]:
    """What API Gateway says itself, whatever the client said."""
    return [
        ("Connection", "upgrade"),
        ("Upgrade", "websocket"),
        ("content-length", "0"),
        ("X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"),
        ("X-Forwarded-For", peer.source_ip),
        ("X-Forwarded-Port", str(peer.port)),
        ("X-Forwarded-Proto", peer.scheme),
    ]

"""Protocols that are defined over WebSocket, and have no other form here: GraphQL, MQTT, STOMP, OCPP and others.

https://www.iana.org/assignments/websocket/websocket.xml
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Refusal
from migrator.scan.refusals.seen import CODE, PAGES, Seen
from migrator.scan.sieve import sought

_NAMED: Final = r"graphql-(?:transport-)?ws|mqtt(?:v3\.1)?|v1[0-2]\.stomp|wamp\.2\.\w+|ocpp\d[\d.]*|amqp|xmpp"
_CHOSEN: Final = re.compile(
    rf"(?i)sec-websocket-protocol[\"'\]]*\s*[:=,)\]][^\n]{{0,80}}[\"'`]({_NAMED})[\"'`]"
    rf"|[\"'`]({_NAMED})[\"'`][^\n]{{0,200}}\n?[^\n]{{0,200}}sec-websocket-protocol"
)
_LIBRARY: Final = re.compile(
    r"[\"'](aws-lambda-graphql|subscriptionless|graphql-lambda-subscriptions|@graphql-yoga/\w*lambda\w*)[\"']"
)
_OFFERED: Final = re.compile(
    rf"new\s+WebSocket\(\s*[^,()]{{1,120}},\s*\[?\s*[\"'`]({_NAMED})[\"'`]"
    r"|[\"'](graphql-ws|subscriptions-transport-ws|@stomp/stompjs|webstomp-client)[\"']"
    r"|mqtt\.connect\(\s*[\"'`](wss?):"
)
_WORDS: Final = sought(
    b"ocket-Protocol", b"ocket-protocol", b"graphql", b"subscriptionless", b"stomp", b"mqtt", b"ocpp", suffixes=PAGES
)


def subprotocols(seen: Seen) -> Iterator[Refusal]:
    decided = False
    for pattern in (_CHOSEN, _LIBRARY):
        for hit in seen.hits(pattern, _WORDS, CODE):
            if hit.is_comment or hit.location.path in seen.clients:
                continue
            name = next(group for group in hit.match.groups() if group)
            for api, _ in seen.near(hit.location.path):
                decided = True
                yield seen.refusal("subprotocol", "refuse", _reason(name), hit.location, api)
    for server in seen.inventory.servers:
        if server.protocol == "graphql":
            yield seen.refusal("subprotocol", "refuse", _reason("graphql-ws"), server.location, None)
    only = seen.only_api()
    if decided or only is None:
        return
    for hit in seen.hits(_OFFERED, _WORDS, PAGES):
        if not hit.is_comment:
            name = next(group for group in hit.match.groups() if group)
            what = "MQTT" if name.startswith("ws") else name
            reason = f"a client speaks {what} over WebSocket; if its server is this API, keep it: {_WHY}"
            yield seen.refusal("subprotocol", "warn", reason, hit.location, only)


_WHY: Final = "clients of the protocol know it only over WebSocket"


def _reason(name: str) -> str:
    instead = (
        "; GraphQL servers offer subscriptions over SSE themselves" if "graphql" in name or "subscript" in name else ""
    )
    return f"it speaks {name} over WebSocket, and {_WHY}{instead}"

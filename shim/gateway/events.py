"""The events that a Lambda function behind a WebSocket API receives.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
Keys stand in the order in which API Gateway sends them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Pairs = Sequence[tuple[str, str]]
Event = dict[str, Any]

NOT_FOR_INTEGRATIONS = frozenset({"connection", "upgrade", "content-length"})
"""Headers of the handshake that the authorizer sees and the `$connect` integration does not."""


@dataclass(frozen=True, slots=True)
class EventContext:
    """What all events of one connection have in common. `connected_at_ms` is milliseconds since the epoch."""

    api_id: str
    stage: str
    domain_name: str
    connection_id: str
    connected_at_ms: int
    source_ip: str
    user_agent: str | None = None
    authorizer: Mapping[str, Any] | None = None
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    profile: Literal["current", "legacy-nulls"] = "current"


def connect_event(context: EventContext, headers: Pairs, query: Pairs, request_id: str, now_ms: int) -> Event:
    """CONNECT: headers and query string of the handshake, no body. Query keys are absent without a query string."""
    kept = [(name, value) for name, value in headers if name.lower() not in NOT_FOR_INTEGRATIONS]
    event: Event = {"headers": _last(kept), "multiValueHeaders": _all(kept)}
    if query:
        event["queryStringParameters"] = dict(query)
        event["multiValueQueryStringParameters"] = _all(query, titled=False)
    if context.stage_variables:
        event["stageVariables"] = dict(context.stage_variables)
    event["requestContext"] = _request_context(context, "$connect", "CONNECT", request_id, now_ms)
    event["isBase64Encoded"] = False
    return event


def message_event(
    context: EventContext, route_key: str, body: str, request_id: str, message_id: str, now_ms: int
) -> Event:
    """MESSAGE: the text of the frame; neither headers nor query string."""
    event: Event = {}
    if context.stage_variables:
        event["stageVariables"] = dict(context.stage_variables)
    event["requestContext"] = _request_context(context, route_key, "MESSAGE", request_id, now_ms, message_id=message_id)
    event["body"] = body
    event["isBase64Encoded"] = False
    return event


def disconnect_event(context: EventContext, code: int, reason: str, request_id: str, now_ms: int) -> Event:
    """DISCONNECT: after the connection has ended, whoever ended it."""
    headers = {"Host": context.domain_name, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    event: Event = {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
    if context.stage_variables:
        event["stageVariables"] = dict(context.stage_variables)
    event["requestContext"] = _request_context(
        context, "$disconnect", "DISCONNECT", request_id, now_ms, disconnect=(code, reason)
    )
    event["isBase64Encoded"] = False
    return event


def authorizer_event(
    context: EventContext, method_arn: str, headers: Pairs, query: Pairs, request_id: str, now_ms: int
) -> Event:
    """REQUEST authorizer: everything of the handshake; empty maps are present.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    """
    return {
        "type": "REQUEST",
        "methodArn": method_arn,
        "headers": _last(headers),
        "multiValueHeaders": _all(headers),
        "queryStringParameters": dict(query),
        "multiValueQueryStringParameters": _all(query, titled=False),
        "stageVariables": dict(context.stage_variables),
        "requestContext": _request_context(context, "$connect", "CONNECT", request_id, now_ms),
    }


def _request_context(
    context: EventContext,
    route_key: str,
    event_type: str,
    request_id: str,
    now_ms: int,
    *,
    message_id: str | None = None,
    disconnect: tuple[int, str] | None = None,
) -> Event:
    values: Event = {"routeKey": route_key}
    if disconnect is not None:
        values["disconnectStatusCode"] = disconnect[0]
    if context.authorizer is not None:
        values["authorizer"] = dict(context.authorizer)
    if message_id is not None:
        values["messageId"] = message_id
    values["eventType"] = event_type
    values["extendedRequestId"] = request_id
    values["requestTime"] = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now_ms / 1000))
    values["messageDirection"] = "IN"
    if disconnect is not None:
        values["disconnectReason"] = disconnect[1]
    values["stage"] = context.stage
    values["connectedAt"] = context.connected_at_ms
    values["requestTimeEpoch"] = now_ms
    identity = {} if context.user_agent is None else {"userAgent": context.user_agent}
    values["identity"] = {**identity, "sourceIp": context.source_ip}
    values["requestId"] = request_id
    values["domainName"] = context.domain_name
    values["connectionId"] = context.connection_id
    values["apiId"] = context.api_id
    return values


def _title(name: str) -> str:
    """API Gateway hands header names on in title case: `Sec-WebSocket-Key`, `X-Forwarded-For`."""
    return "-".join("WebSocket" if part.lower() == "websocket" else part.capitalize() for part in name.split("-"))


def _last(pairs: Pairs) -> dict[str, str]:
    return {_title(name): value for name, value in pairs}


def _all(pairs: Pairs, *, titled: bool = True) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(_title(name) if titled else name, []).append(value)
    return collected

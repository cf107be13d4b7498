"""The events that a Lambda function behind a WebSocket API receives.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
Keys stand in the order in which API Gateway sends them. Every event is made anew: handlers may change theirs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shim.gateway.headers import event_headers

Pairs = Sequence[tuple[str, str]]
Event = dict[str, Any]

NOT_FOR_INTEGRATIONS = frozenset({"connection", "upgrade", "content-length"})
"""Headers of the handshake that the authorizer sees and the `$connect` integration does not."""

AUTHORIZER_SEES = (("Connection", "upgrade"), ("content-length", "0"), ("Upgrade", "websocket"))
"""What API Gateway shows an authorizer of a handshake, whatever the client sent."""

LEGACY_IDENTITY = (
    "cognitoIdentityPoolId",
    "cognitoIdentityId",
    "principalOrgId",
    "cognitoAuthenticationType",
    "userArn",
    "userAgent",
    "accountId",
    "caller",
    "sourceIp",
    "accessKey",
    "cognitoAuthenticationProvider",
    "user",
)
"""Keys of `identity` as they were until 2021; all but `sourceIp` and `userAgent` are null."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    """Strings, and `integrationLatency` as a number. None: the API has no authorizer."""
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    profile: Literal["current", "legacy-nulls"] = "current"
    """`legacy-nulls`: as events were until 2021, when `messageId`, `disconnectStatusCode` and `disconnectReason` were
    null where they did not apply, and `identity` had twelve keys."""


def connect_event(context: EventContext, headers: Pairs, query: Pairs, request_id: str, now_ms: int) -> Event:
    """CONNECT: headers and query string of the handshake, no body. Query keys are absent without a query string."""
    kept = [(name, value) for name, value in headers if name.lower() not in NOT_FOR_INTEGRATIONS]
    last, every = event_headers(kept)
    event: Event = {"headers": last, "multiValueHeaders": every}
    if query:
        event["queryStringParameters"] = dict(query)
        event["multiValueQueryStringParameters"] = _values(query)
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
    if context.profile == "legacy-nulls":
        del headers["X-Forwarded-For"]
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
    seen = [(name, value) for name, value in headers if name.lower() not in NOT_FOR_INTEGRATIONS]
    last, every = event_headers([*seen, *AUTHORIZER_SEES])
    return {
        "type": "REQUEST",
        "methodArn": method_arn,
        "headers": last,
        "multiValueHeaders": every,
        "queryStringParameters": dict(query),
        "multiValueQueryStringParameters": _values(query),
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
    disconnect: tuple[int, str] | tuple[None, None] = (None, None),
) -> Event:
    nulls = context.profile == "legacy-nulls"
    code, reason = disconnect
    values: Event = {"routeKey": route_key}
    if code is not None or nulls:
        values["disconnectStatusCode"] = code
    if context.authorizer is not None:
        values["authorizer"] = dict(context.authorizer)
    if message_id is not None or nulls:
        values["messageId"] = message_id
    values["eventType"] = event_type
    values["extendedRequestId"] = request_id
    values["requestTime"] = _request_time(now_ms)
    values["messageDirection"] = "IN"
    if reason is not None or nulls:
        values["disconnectReason"] = reason
    values["stage"] = context.stage
    values["connectedAt"] = context.connected_at_ms
    values["requestTimeEpoch"] = now_ms
    values["identity"] = _identity(context)
    values["requestId"] = request_id
    values["domainName"] = context.domain_name
    values["connectionId"] = context.connection_id
    values["apiId"] = context.api_id
    return values


def _identity(context: EventContext) -> Event:
    if context.profile == "legacy-nulls":
        known = {"sourceIp": context.source_ip, "userAgent": context.user_agent}
        return {key: known.get(key) for key in LEGACY_IDENTITY}
    agent = {} if context.user_agent is None else {"userAgent": context.user_agent}
    return {**agent, "sourceIp": context.source_ip}


def _request_time(now_ms: int) -> str:
    """`11/Nov/2024:11:35:24 +0000`. Not by strftime: its months follow the locale, which handlers may set."""
    at = time.gmtime(now_ms // 1000)
    month = _MONTHS[at.tm_mon - 1]
    return f"{at.tm_mday:02}/{month}/{at.tm_year:04}:{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} +0000"


def _values(pairs: Pairs) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(name, []).append(value)
    return collected

"""Who may connect: identity sources, and what the result of a REQUEST authorizer means.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shim.gateway.policies import PolicyMalformed, allows
from shim.gateway.stringify import value_text

__all__ = ["UNAUTHORIZED", "Allowed", "Refused", "allows", "decide", "identity_missing"]

UNAUTHORIZED = "Unauthorized"
"""The message of the error with which an authorizer refuses: 401. Any other error is a 500."""

HEADER = "route.request.header."
QUERY = "route.request.querystring."
STAGE_VARIABLE = "stageVariables."
CONTEXT = "context."

RESULT_BYTES = 8_192
"""The largest result of an authorizer, as JSON. Source: the quotas page of API Gateway."""

RESERVED = frozenset({"principalId", "integrationLatency"})
"""Members of `requestContext.authorizer` that API Gateway itself sets; the result's context can't."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """`context` is what later events carry as `requestContext.authorizer`: stringified values and `principalId`.

    API Gateway adds, as a number and last, `integrationLatency`: the milliseconds that the authorizer took.
    """

    context: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """The HTTP status with which the handshake is refused."""

    status: int
    message: str


_FORBIDDEN = Refused(403, "Forbidden")
_FAILED = Refused(500, "Internal server error")


def identity_missing(
    sources: Sequence[str],
    headers: Sequence[tuple[str, str]],
    query: Sequence[tuple[str, str]],
    stage_variables: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> bool:
    """Whether an identity source is absent or empty: the authorizer is then not called, and the answer is 401.

    Of a header or parameter that came several times the last value counts, as in the authorizer's event. `context` is
    that event's `requestContext`. A source of no known form counts as absent: what can't be checked, lets nobody in.
    """
    named = {name.lower(): value for name, value in headers}
    asked = dict(query)
    return any(not _identity(source, named, asked, stage_variables or {}, context or {}) for source in sources)


def decide(result: object, method_arn: str, *, limit_bytes: int = RESULT_BYTES) -> Allowed | Refused:
    """Evaluates what the authorizer returned. A Deny wins, and no matching Allow is a Deny: 403, as without a
    principal. What is no JSON object, too large or malformed is a 500. `limit_bytes` 0 turns that limit off.
    """
    output = _as_json(result, limit_bytes)
    if output is None:
        return _FAILED
    principal, context = output.get("principalId"), output.get("context")
    context = {} if context is None else context
    if principal is None or principal == "":
        return _FORBIDDEN
    if not _is_flat(context) or isinstance(principal, dict | list):
        return _FAILED
    try:
        allowed = allows(output.get("policyDocument"), method_arn)
    except PolicyMalformed:
        return _FAILED
    told = {key: value_text(value) for key, value in context.items() if key not in RESERVED}
    return Allowed({**told, "principalId": value_text(principal)}) if allowed else _FORBIDDEN


def _identity(
    source: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    stage_variables: Mapping[str, str],
    context: Mapping[str, Any],
) -> object:
    if source.startswith(HEADER):
        return headers.get(source.removeprefix(HEADER).lower())
    if source.startswith(QUERY):
        return query.get(source.removeprefix(QUERY))
    if source.startswith(STAGE_VARIABLE):
        return stage_variables.get(source.removeprefix(STAGE_VARIABLE))
    if not source.startswith(CONTEXT):
        return None
    value: Any = context
    for name in source.removeprefix(CONTEXT).split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if value is None else value_text(value)


def _is_flat(context: object) -> bool:
    return isinstance(context, dict) and not any(isinstance(value, dict | list) for value in context.values())


def _as_json(result: object, limit_bytes: int) -> dict[str, Any] | None:
    """The result as API Gateway gets it from Lambda, where it was JSON; None when it can't be, or is no object."""
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        if limit_bytes and len(text.encode()) > limit_bytes:
            return None
        output = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    return output if isinstance(output, dict) else None

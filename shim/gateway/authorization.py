"""What the result of a REQUEST authorizer means.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNAUTHORIZED = "Unauthorized"
"""The message of the error with which an authorizer refuses: 401. Any other error is a 500."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """`context` is what later events carry as `requestContext.authorizer`: `principalId` and stringified values."""

    context: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """The HTTP status with which the handshake is refused."""

    status: int
    message: str


def identity_missing(
    sources: Sequence[str], headers: Sequence[tuple[str, str]], query: Sequence[tuple[str, str]]
) -> bool:
    """Whether an identity source is absent or empty: the authorizer is then not called, and the answer is 401."""
    by_header = {name.lower(): value for name, value in headers}
    by_query = dict(query)
    for source in sources:
        kind, _dot, name = source.rpartition(".")
        if kind == "route.request.header" and not by_header.get(name.lower()):
            return True
        if kind == "route.request.querystring" and not by_query.get(name):
            return True
    return False


def decide(result: object, method_arn: str) -> Allowed | Refused:
    """Evaluates what the authorizer returned: a Deny wins, no matching Allow is a Deny, no principal is a 403."""
    if not isinstance(result, Mapping):
        return Refused(500, "Internal server error")
    principal = result.get("principalId")
    if not isinstance(principal, str) or not principal:
        return Refused(403, "Forbidden")
    context = result.get("context") or {}
    if not isinstance(context, Mapping) or any(isinstance(value, Mapping | list | tuple) for value in context.values()):
        return Refused(500, "Internal server error")
    document = result.get("policyDocument")
    if not isinstance(document, Mapping) or not allows(document, method_arn):
        return Refused(403, "Forbidden")
    return Allowed({"principalId": principal, **{str(key): _text(value) for key, value in context.items()}})


def allows(document: Mapping[str, Any], method_arn: str) -> bool:
    """Whether a policy allows `execute-api:Invoke` on the ARN. An explicit Deny wins over any Allow."""
    effects = {
        str(statement.get("Effect"))
        for statement in _list(document.get("Statement"))
        if isinstance(statement, Mapping) and _applies(statement, method_arn)
    }
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], method_arn: str) -> bool:
    actions = [str(action).lower() for action in _list(statement.get("Action"))]
    resources = [str(resource) for resource in _list(statement.get("Resource"))]
    return any(_matches(action, "execute-api:invoke") for action in actions) and any(
        _matches(resource, method_arn) for resource in resources
    )


def _matches(pattern: str, value: str) -> bool:
    """IAM wildcards: `*` any characters, `?` one."""
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(escaped, value, re.DOTALL) is not None


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)

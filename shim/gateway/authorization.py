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


HEADER = "route.request.header."
QUERY = "route.request.querystring."


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
    """Whether an identity source is absent or empty: the authorizer is then not called, and the answer is 401.

    A source that is neither a header nor a query parameter counts as absent: what can't be checked, lets nobody in.
    """
    present = {f"{HEADER}{name}".lower() for name, value in headers if value}
    present |= {f"{QUERY}{name}" for name, value in query if value}
    return any((source.lower() if source.startswith(HEADER) else source) not in present for source in sources)


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
    """Whether a policy allows `execute-api:Invoke` on the ARN. An explicit Deny wins over any Allow.

    Conditions are not evaluated: an Allow with one allows nothing, a Deny with one denies.
    """
    effects = {
        str(statement.get("Effect"))
        for statement in _list(document.get("Statement"))
        if isinstance(statement, Mapping) and _applies(statement, method_arn)
    }
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], method_arn: str) -> bool:
    if statement.get("Condition") and statement.get("Effect") == "Allow":
        return False
    return _covers(statement, "Action", "execute-api:invoke", lower=True) and _covers(statement, "Resource", method_arn)


def _covers(statement: Mapping[str, Any], element: str, value: str, *, lower: bool = False) -> bool:
    """`Action` or `Resource`, or its opposite `NotAction` or `NotResource`."""
    named, excluded = (_list(statement.get(name)) for name in (element, f"Not{element}"))
    patterns = [str(pattern).lower() if lower else str(pattern) for pattern in named or excluded]
    matched = any(_matches(pattern, value) for pattern in patterns)
    return matched if named else bool(excluded) and not matched


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

"""Request parameters: what of a message, its connection and its stage goes into a header, the query string or the path.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from shim.gateway.vtl.jsonpath import PathInvalid, parse_path
from shim.integrations.call import IntegrationFailed
from shim.integrations.errors import Unusable
from shim.integrations.sources import Sources

_TARGET: Final = re.compile(r"integration\.request\.(header|querystring|path)\.([A-Za-z0-9._$-]+)")
_SOURCE: Final = re.compile(
    r"""'(?P<static>.*)'
      | (?:route|method)\.request\.(?P<many>multivalue)?(?P<pairs>header|querystring)\.(?P<name>[A-Za-z0-9._$-]+)
      | (?:route|method)\.request\.body(?:\.(?P<path>.+))?
      | context\.(?P<context>[A-Za-z][A-Za-z0-9._-]*)
      | stageVariables\.(?P<stage>[A-Za-z0-9_]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTEXT: Final = re.compile(
    r"""connectionId|connectedAt|domainName|eventType|messageId|messageDirection|routeKey|requestId|extendedRequestId|apiId
      |requestTime|requestTimeEpoch|stage|status|disconnectStatusCode|disconnectReason|(?:authorizer|identity|error)\..+
    """,
    re.VERBOSE,
)
_OWN_HEADERS: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "expect"}
)
"""Headers that belong to the connection and not to the request."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(slots=True)
class Parameters:
    """Values by name; a name may have several in a query string."""

    headers: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    path: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Rule:
    place: Literal["header", "querystring", "path"]
    name: str
    source: re.Match[str]


def check_parameters(parameters: Mapping[str, str], stage_variables: Mapping[str, str]) -> None:
    """Raises Unusable."""
    for target, source in parameters.items():
        rule = _rule(target, source)
        if rule.place == "header" and rule.name.lower() in _OWN_HEADERS:
            raise Unusable(f"the header {rule.name} can't be set by {target!r}")
        stage = rule.source["stage"]
        if stage is not None and stage not in stage_variables:
            raise Unusable(f"{target!r} names the stage variable {stage}, which the stage has not")


def request_parameters(parameters: Mapping[str, str], sources: Sources) -> Parameters:
    """Those that have a value. Raises IntegrationFailed for a header that can't be sent."""
    result = Parameters()
    for target, source in parameters.items():
        rule = _rule(target, source)
        values = _values(rule.source, sources)
        if not values:
            continue
        if rule.place == "querystring":
            result.query += [(rule.name, value) for value in values]
        elif rule.place == "path":
            result.path[rule.name] = values[-1]
        else:
            result.headers[rule.name] = header_value(rule.name, ",".join(values))
    return result


def header_value(name: str, value: str) -> str:
    """Raises IntegrationFailed for a value that would begin another header."""
    if _CONTROL.search(value):
        raise IntegrationFailed(f"the value for the header {name} has control characters")
    return value


@lru_cache(1_024)
def _rule(target: str, source: str) -> _Rule:
    """Raises Unusable."""
    to, of = _TARGET.fullmatch(target), _SOURCE.fullmatch(source)
    if to is None:
        raise Unusable(
            f"{target!r} is no request parameter: it begins with integration.request.header, .querystring or .path"
        )
    if of is None:
        raise Unusable(f"{source!r}, the value of {target!r}, is no source of request parameters")
    if of["context"] is not None and not _CONTEXT.fullmatch(of["context"]):
        raise Unusable(f"{source!r}, the value of {target!r}, is no context variable of WebSocket APIs")
    try:
        parse_path(of["path"] or "$")
    except PathInvalid as error:
        raise Unusable(f"the value of {target!r}: {error}") from error
    place = to[1]
    return _Rule("header" if place == "header" else "path" if place == "path" else "querystring", to[2], of)


def _values(source: re.Match[str], sources: Sources) -> Sequence[str]:
    found: str | None
    if source["static"] is not None:
        found = source["static"]
    elif source["pairs"] is not None:
        values = _named(source["pairs"], source["name"], sources)
        return values if source["many"] else values[-1:]
    elif source["context"] is not None:
        found = sources.context_value(source["context"])
    elif source["stage"] is not None:
        found = sources.stage_variables.get(source["stage"])
    elif source["path"] is None:
        found = sources.call.body
    else:
        found = sources.body_value(source["path"])
    return [] if found is None else [found]


def _named(place: str, name: str, sources: Sources) -> list[str]:
    if place == "querystring":
        return [value for key, value in sources.call.query if key == name]
    return [value for key, value in sources.call.headers if key.lower() == name.lower()]

"""Selection expressions of integrations: which template, and which integration response, is taken.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from shim.gateway.definition import IntegrationResponse
from shim.gateway.vtl.jsonpath import PathInvalid, parse_path
from shim.integrations.errors import Unusable
from shim.integrations.sources import Response, Sources

DEFAULT: Final = "$default"
_CONTENT_TYPE: Final = "application/json"
"""The type that messages are taken to have. Templates are often keyed by it where no expression selects one."""

_SUBJECT_CHARACTERS: Final = 4_096
"""How much of an error message is matched with the patterns of integration responses."""

_VARIABLE: Final = re.compile(r"\\\$|\$\{([^}]*)\}|\$([A-Za-z][A-Za-z0-9_.\[\]-]*)")
_PLACE: Final = re.compile(
    r"""(?P<body>(?:request|integration\.response)\.body)(?:\.(?P<path>.+))?
      | integration\.response\.(?:(?P<status>statuscode) | (?:multivalue)?header\.(?P<header>[A-Za-z0-9._$-]+))
      | context\.(?P<context>[A-Za-z0-9._-]+)
      | stageVariables\.(?P<stage>[A-Za-z0-9_]+)
    """,
    re.VERBOSE,
)


def check_expression(expression: str) -> None:
    """Raises Unusable."""
    for found in _VARIABLE.finditer(expression if expression != DEFAULT else ""):
        if found[0] == "\\$":
            continue
        place = _PLACE.fullmatch(found[1] or found[2] or "")
        if place is None:
            raise Unusable(f"{found[0]!r} in {expression!r} is no variable of selection expressions")
        try:
            parse_path(place["path"] or "$")
        except PathInvalid as error:
            raise Unusable(str(error)) from error


def evaluate(expression: str, sources: Sources, response: Response | None = None) -> str:
    """The expression with each variable replaced, once, by its value as text; by nothing when there is none."""
    if expression == DEFAULT:
        return expression
    return _VARIABLE.sub(
        lambda found: "$" if found[0] == "\\$" else _value(found[1] or found[2], sources, response) or "", expression
    )


def select_template(
    templates: Mapping[str, str], expression: str | None, sources: Sources, response: Response | None = None
) -> str | None:
    """The template whose key the expression gives. Without an expression the one for `$default`, else for JSON."""
    if expression is None:
        return templates.get(DEFAULT, templates.get(_CONTENT_TYPE))
    return templates.get(evaluate(expression, sources, response))


def select_response(responses: Mapping[str, IntegrationResponse], subject: str) -> IntegrationResponse | None:
    """The first whose `/pattern/` matches the whole subject, else `$default`.

    `subject`: the HTTP status, or the error message of a function.
    """
    for key, response in responses.items():
        if key != DEFAULT and compile_key(key).fullmatch(subject[:_SUBJECT_CHARACTERS]):
            return response
    return responses.get(DEFAULT)


@lru_cache(512)
def compile_key(key: str) -> re.Pattern[str]:
    """The pattern of an integration response key. Raises Unusable."""
    if len(key) < 3 or key[0] != "/" or key[-1] != "/":
        raise Unusable(f"the integration response key {key!r} is neither $default nor a /pattern/")
    try:
        return re.compile(key[1:-1])
    except re.error as error:
        raise Unusable(f"the integration response key {key!r} is no regular expression: {error}") from error


def _value(name: str, sources: Sources, response: Response | None) -> str | None:
    place = _PLACE.fullmatch(name)
    if place is None:
        return None
    if place["body"]:
        return sources.body_value(place["path"] or "$", None if place["body"] == "request.body" else response)
    if place["context"]:
        return sources.context_value(place["context"])
    if place["stage"]:
        return sources.stage_variables.get(place["stage"])
    if response is None:
        return None
    return str(response.status) if place["status"] else response.headers.get(place["header"].lower())

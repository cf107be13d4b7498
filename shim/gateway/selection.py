"""Which route a message takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

DEFAULT_ROUTE = "$default"
CONNECT_ROUTE = "$connect"
DISCONNECT_ROUTE = "$disconnect"

_VARIABLE = re.compile(r"\\\$|\$\{request\.body\.([^}]+)\}|\$request\.body\.([A-Za-z0-9_.\[\]-]+)")


def select_route(expression: str, body: str, routes: Collection[str]) -> str | None:
    """The route key for a message; None when none matches and there is no `$default`.

    A body that is not JSON goes to `$default`. `$connect` and `$disconnect` can't be reached by a message.
    """
    try:
        key = evaluate(expression, json.loads(body))
    except (ValueError, RecursionError):
        return _default(routes)
    if key in routes and not key.startswith("$"):
        return key
    return _default(routes)


def evaluate(expression: str, body: object) -> str:
    """The expression with each `$request.body.path` or `${request.body.path}` replaced, once, by its value as text.

    A path that is not there gives the empty string; `\\$` gives a dollar sign.
    """

    def value(match: re.Match[str]) -> str:
        path = match.group(1) or match.group(2)
        return "$" if path is None else _text(_look_up(body, path))

    return _VARIABLE.sub(value, expression)


def _default(routes: Collection[str]) -> str | None:
    return DEFAULT_ROUTE if DEFAULT_ROUTE in routes else None


def _look_up(value: object, path: str) -> object:
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _text(value: object) -> str:
    """AWS prints an array as `[item1, item2]`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_text(item)}" for key, item in value.items()) + "}"
    return str(value)

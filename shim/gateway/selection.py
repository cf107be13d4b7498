"""Selection expressions, and which route a message takes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from shim.gateway.jsonpath import MISSING, Path, find, read_path
from shim.gateway.stringify import value_text

DEFAULT_ROUTE = "$default"
CONNECT_ROUTE = "$connect"
DISCONNECT_ROUTE = "$disconnect"

_START = re.compile(r"\\\$|\$(?P<brace>\{)?(?P<root>request|context|stageVariables|integration)\b")
_HEADERS = {
    ("request", "header"),
    ("integration", "response", "header"),
    ("integration", "response", "multivalueheader"),
}


class ExpressionUnusable(ValueError):
    """Raised by `check_expression`: `rest` is the part, from `at` on, that isn't understood."""

    def __init__(self, expression: str, at: int) -> None:
        self.expression, self.at, self.rest = expression, at, expression[at:]
        super().__init__(expression, at)

    def __str__(self) -> str:
        return (
            f"the expression {self.expression!r} can't be read from character {self.at} on: {self.rest!r}; "
            "a variable is a path of .name, ['name'], [0] or [*], and may stand in ${…}"
        )


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Static text and variables in turn. `broken_at`: where the first variable that can't be read begins."""

    parts: tuple[str | Path, ...]
    broken_at: int | None = None


def select_route(expression: str, body: str, routes: Collection[str]) -> str | None:
    """The route key for a message; None when none matches and there is no `$default`.

    A body that is not JSON goes to `$default`, and so does one nested deeper than the interpreter reads, or with a
    number of more than 4,300 digits. No message reaches a key that begins with `$` by naming it.
    """
    try:
        document = read_json(body)
    except ValueError:
        return _default(routes)
    key = evaluate(expression, {"request": {"body": document}})
    if key in routes and not key.startswith("$"):
        return key
    return _default(routes)


def evaluate(expression: str, variables: dict[str, Any]) -> str:
    """The expression with each variable replaced, once, by its value as text; static text stays.

    `variables`: what `$request.body.a`, `$request.header.x`, `$request.querystring.x`, `$context.x`,
    `$stageVariables.x`, `$integration.response.statuscode` and so on are looked up in, as nested dictionaries of these
    names. Names of headers are lower case there. A path that is not there gives the empty string; `\\$` gives a dollar
    sign.
    """
    compiled = _compile(expression)
    return "".join([part if isinstance(part, str) else _look_up(variables, part) for part in compiled.parts])


def check_expression(expression: str) -> None:
    """Raises ExpressionUnusable where a variable begins that `evaluate` would take for static text."""
    broken_at = _compile(expression).broken_at
    if broken_at is not None:
        raise ExpressionUnusable(expression, broken_at)


def read_json(text: str) -> object:
    """A JSON text; of members with the same name the last counts. Raises ValueError for anything else: also for
    `NaN`, and for what is nested too deep to read."""
    try:
        return _JSON.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_JSON = json.JSONDecoder(parse_constant=_no_json)


def _look_up(variables: dict[str, Any], path: Path) -> str:
    value = find(variables, path)
    return "" if value is MISSING else value_text(value)


@lru_cache(1024)
def _compile(expression: str) -> _Compiled:
    parts: list[str | Path] = []
    broken_at = None
    done = 0
    for match in _START.finditer(expression):
        if match.start() < done:
            continue  # inside the quotes of a variable
        if match["root"] is None:
            parts += [expression[done : match.start()], "$"]
            done = match.end()
            continue
        steps, end = read_path(expression, match.end())
        braced = match["brace"] is not None
        whole = expression.startswith("}", end) if braced else not expression.startswith(("[", ".."), end)
        if not steps or not whole:
            broken_at = match.start() if broken_at is None else broken_at
            continue
        parts += [expression[done : match.start()], _variable(match["root"], steps)]
        done = end + braced
    parts.append(expression[done:])
    return _Compiled(tuple(part for part in parts if part), broken_at)


def _variable(root: str, steps: Path) -> Path:
    path: Path = (root, *steps)
    for depth in (2, 3):
        name = path[depth] if len(path) > depth else None
        if path[:depth] in _HEADERS and isinstance(name, str):
            return (*path[:depth], name.lower(), *path[depth + 1 :])
    return path


def _default(routes: Collection[str]) -> str | None:
    return DEFAULT_ROUTE if DEFAULT_ROUTE in routes else None

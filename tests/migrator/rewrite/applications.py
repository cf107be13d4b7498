"""Applications of a few lines, and what must hold for every rewrite of one."""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from migrator.inventory.model import Api, Authorizer, Handler, Inventory, Route, Store, Trigger
from migrator.inventory.record import Location
from migrator.rewrite.detector import remaining
from migrator.rewrite.python import PythonResult, rewrite_python

HERE = Location(path="serverless.yml")
AUTHORIZER = Authorizer(name="authorizer", type="REQUEST", handler=None, location=HERE)
CONNECTIONS = Store(id="Connections", variable="TABLE", keys=("connectionId",), holds_connections=True)


def handler(place: str, *routes: str, kind: Any = "route", **more: Any) -> Handler:
    """'path:function' with what triggers it."""
    path, _colon, function = place.partition(":")
    return Handler(
        id=place,
        path=path,
        module=path.removesuffix(".py").replace("/", "."),
        function=function,
        language="python" if path.endswith(".py") else "javascript",
        triggers=tuple(Trigger(kind=kind, source=route) for route in routes),
        **more,
    )


def inventory(
    routes: Mapping[str, str] | None = None,
    *,
    stores: tuple[Store, ...] = (),
    expression: str = "$request.body.action",
    authorizer: Authorizer | None = AUTHORIZER,
    handlers: tuple[Handler, ...] = (),
    answers: tuple[str, ...] = (),
    **more: Any,
) -> Inventory:
    """`routes`: route key -> 'path:function'; `answers`: keys with a route response."""
    routes = routes or {}
    by_place: dict[str, list[str]] = {}
    for key, place in routes.items():
        by_place.setdefault(place, []).append(key)
    api = Api(
        id="Api",
        name="api",
        route_selection_expression=expression,
        authorizer=authorizer,
        routes=tuple(
            Route(key=key, handler=place, route_response=key in answers, location=HERE) for key, place in routes.items()
        ),
        location=HERE,
    )
    own = tuple(handler(place, *keys) for place, keys in by_place.items())
    return Inventory(application="app", apis=(api,), handlers=(*own, *handlers), stores=stores, **more)


def run(files: Mapping[str, str], known: Inventory) -> PythonResult:
    return rewrite_python(files, known, known.apis[0])


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_tabs(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda match: "\t" * (len(match[0]) // 4), text, flags=re.MULTILINE)


VARIANTS: tuple[Callable[[str], str], ...] = (str, with_crlf, with_tabs)


def assert_rewrites(
    before: str,
    after: str,
    known: Inventory | None = None,
    *,
    more: Mapping[str, str] | None = None,
    path: str = "app.py",
) -> None:
    """The one file `before` becomes `after`: also with other line ends and indents, once and for all, and nothing of
    the WebSocket API stays behind. `more`: other files, that stay as they are."""
    known = known or inventory()
    ast.parse(after)
    for variant in VARIANTS:
        files = {path: variant(before), **{name: variant(text) for name, text in (more or {}).items()}}
        result = run(files, known)
        assert result.texts.keys() == {path}
        assert result.texts[path] == variant(after)
        assert run({**files, **result.texts}, known).texts == {}, "a second run changes it again"
        native: dict[str, set[str]] = {}
        for endpoint in result.endpoints:
            native.setdefault(endpoint.path, set()).add(endpoint.function)
        assert remaining({**files, **result.texts}, native, {}) == []


def assert_left_alone(before: str, known: Inventory | None = None, *, more: Mapping[str, str] | None = None) -> None:
    """Nothing changes, in any variant."""
    for variant in VARIANTS:
        files = {"app.py": variant(before), **{name: variant(text) for name, text in (more or {}).items()}}
        assert run(files, known or inventory()).texts == {}

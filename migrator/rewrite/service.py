"""The generated service: what its templates are told about routes, models and the authorizer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Api, Inventory, Route
from migrator.rewrite.edit import RouteLevel
from migrator.rewrite.handler_code import Code, slug
from migrator.rewrite.outside import outside_pushers
from migrator.rewrite.python.model_names import model_names
from migrator.rewrite.python.native_body import is_attribute
from migrator.rewrite.python.native_endpoint import Endpoint

RESERVED_PATHS: Final = frozenset(
    {"/stream", "/healthz", "/readyz", "/metrics", "/web", "/docs", "/redoc", "/openapi.json"}
)
"""Addresses of the service itself."""


@dataclass(frozen=True)
class ModelView:
    name: str
    summary: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class EndpointView:
    """A route with an address of its own."""

    key: str
    path: str
    function: str
    """Its name in routes.py."""
    streams: bool = False
    """Whether a POST there can have the messages to its caller as its answer."""


@dataclass(frozen=True)
class AuthorizerView:
    """`available`: whether there is a Python function to ask; else nobody gets in, for `reason`."""

    name: str
    available: bool
    native: bool = False
    """Whether it takes a caller and returns an identity."""
    reason: str = ""
    function: str = ""
    standard: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    identity_sources: str = "()"


@dataclass(frozen=True)
class ServiceView:
    """Everything for `templates/application/sse_service`."""

    values: dict[str, object]
    endpoints: tuple[EndpointView, ...]
    keys: dict[str, tuple[str, ...]]
    """Keys that a native endpoint reads from its message, by route."""
    mounts: bool
    """Whether some handler still takes events."""
    refuses: bool
    """Whether some route has no handler."""
    loading: bool
    """Whether some handler has its own code root."""


def service_view(
    inventory: Inventory,
    api: Api,
    levels: list[RouteLevel],
    endpoints: list[Endpoint],
    web: str | None,
    *,
    native_authorizer: bool = False,
) -> ServiceView:
    """`web`: folder of the static web client, if there is one. `native_authorizer`: whether it takes no event."""
    names = model_names(api)
    native = {endpoint.key: endpoint for endpoint in endpoints}
    code = Code()
    code.taken |= set(names.values())
    routes = _Routes(inventory, code, native, levels)
    for route in api.routes:
        routes.add(route)
    code.imports.add("from sse_service.caller import Caller, current_caller")
    code.imports.add("from sse_service.streams import Closed")
    code.imports.add("from sse_service.measuring import own_address")
    code.imports.add("from sse_service.under_way import messages as under_way")
    by_model = {endpoint.model: endpoint for endpoint in reversed(endpoints) if endpoint.model is not None}
    models = [_model(name, api, endpoint) for name, endpoint in reversed(by_model.items())]
    if models:
        code.imports.add(f"from sse_service.models import {', '.join(sorted(model.name for model in models))}")
    mounted = routes.mounted - {"not_migrated"}
    if mounted:
        code.imports.add(f"from sse_service.mounting import {', '.join(sorted(mounted))}")
    if "not_migrated" in routes.mounted:
        code.imports.add("from sse_service.not_migrated import not_migrated")
    answer_streams = [view.key for view in routes.endpoints if view.streams]
    if answer_streams:
        code.imports.add("from sse_service.answer_stream import STREAMED, AnswerStream")
    if code.paths:
        code.imports.add("from sse_service.unusable import require_one_of, unusable")
    authorizer, authorizer_code = _authorizer(inventory, api, native=native_authorizer)
    application = re.sub(r"[^\w .-]", "_", inventory.application)
    values: dict[str, object] = {
        "application": application,
        "application_words": application,
        "name": re.sub(r"[^a-z0-9]+", "-", application.lower()).strip("-") or "service",
        "api_id": api.id,
        "region": inventory.region,
        "stage": api.stage,
        "method_arn": f"arn:aws:execute-api:{inventory.region}:000000000000:{api.id}/{api.stage}/$connect",
        "authorizer": authorizer,
        "models": models,
        "standard_imports": sorted(code.standard),
        "imports": sorted(code.imports),
        "handlers": code.loaded(),
        "handler_paths": list(code.paths),
        "route_selection": api.route_selection_expression,
        "connect": routes.connect,
        "disconnect": routes.disconnect,
        "messages": routes.messages,
        "endpoints": routes.endpoints,
        "answer_streams": answer_streams,
        "web": web,
        "push": bool(outside_pushers(inventory)),
    }
    loading = code.roots or authorizer_code.roots
    keys = {endpoint.key: endpoint.keys for endpoint in endpoints}
    return ServiceView(values, tuple(routes.endpoints), keys, bool(mounted), "not_migrated" in routes.mounted, loading)


class _Routes:
    """The tables of routes.py, filled route by route."""

    def __init__(self, inventory: Inventory, code: Code, native: dict[str, Endpoint], levels: list[RouteLevel]) -> None:
        self._inventory, self._code, self._native = inventory, code, native
        self._levels = {level.key: level for level in levels}
        self.connect = self.disconnect = "None"
        self.messages: list[tuple[str, str]] = []
        self.endpoints: list[EndpointView] = []
        self.mounted: set[str] = set()

    def add(self, route: Route) -> None:
        handler = self._inventory.handler(route.handler)
        level = self._levels[route.key]
        if level.level is None:
            self._without(route, level.reason)
            return
        endpoint = self._native.get(route.key)
        if endpoint is not None:
            own = {"id": f"{endpoint.path}:{endpoint.function}", "function": endpoint.function}
            handler = handler.model_copy(update=own)
        function = self._code.function(handler, slug(route.key))
        if route.key == "$connect":
            self.connect = _connect(function, endpoint) if endpoint else self._mount("mounted_connect", route, function)
        elif route.key == "$disconnect":
            call = f"lambda caller, closed: {_call(function, endpoint)}" if endpoint else ""
            self.disconnect = call or self._mount("mounted_disconnect", route, function)
        elif endpoint is None:
            answers = ", answers=True" if route.route_response else ""
            self.messages.append((route.key, self._mount("mounted", route, function, answers)))
        else:
            self.messages.append((route.key, f"lambda caller, text: {_call(function, endpoint)}"))
            if not route.key.startswith("$"):
                self.endpoints.append(
                    EndpointView(route.key, _address(route.key, self.endpoints), function, endpoint.streams)
                )

    def _mount(self, how: str, route: Route, function: str, more: str = "") -> str:
        self.mounted.add(how)
        key = f", {json.dumps(route.key)}" if how == "mounted" else ""
        return f"{how}({json.dumps(slug(route.key))}, {function}{key}{more})"

    def _without(self, route: Route, reason: str) -> None:
        self.mounted.add("not_migrated")
        code = f"not_migrated({json.dumps(route.key)}, {json.dumps(reason)})"
        if route.key == "$connect":
            self.connect = code
        elif route.key == "$disconnect":
            self.disconnect = code
        else:
            self.messages.append((route.key, code))


def _connect(function: str, endpoint: Endpoint) -> str:
    return function if len(endpoint.parameters) == 1 else f"lambda caller: {_call(function, endpoint)}"


def _call(function: str, endpoint: Endpoint) -> str:
    given = {"caller": "caller", "model": f"{endpoint.model}.of(text)", "text": "text"}
    return f"{function}({', '.join(given[kind] for kind, _name in endpoint.parameters)})"


def _model(name: str, api: Api, endpoint: Endpoint) -> ModelView:
    route = next(route for route in api.routes if route.key == endpoint.key)
    known = {key.name: key for key in route.reads if not key.nested}
    lines: list[str] = []
    used: set[str] = set()
    for key in dict.fromkeys((*known, *endpoint.keys)):
        read = known.get(key)
        said = "Read without a default." if read is not None and read.required else "May be missing."
        examples = f", examples={list(read.literals)!r}" if read is not None and read.literals else ""
        if is_attribute(key):
            used.add(key)
            lines.append(f"    {key}: Any = Field(default=None, description={json.dumps(said)}{examples})")
        else:
            attribute = _free_attribute(key, used)
            alias = f"default=None, alias={json.dumps(key)}, description={json.dumps(said)}{examples}"
            lines.append(f"    {attribute}: Any = Field({alias})")
    where = "the keys that the handler reads" if lines else "the handler hands it on as a whole"
    return ModelView(name, f"A message of the route {_words(endpoint.key)}: {where}.", tuple(lines))


def _free_attribute(key: str, used: set[str]) -> str:
    name = f"key_{re.sub(r'[^A-Za-z0-9]+', '_', key).strip('_').lower() or 'name'}"
    while name in used:
        name += "_"
    used.add(name)
    return name


def _authorizer(inventory: Inventory, api: Api, *, native: bool) -> tuple[AuthorizerView | None, Code]:
    code = Code()
    if api.authorizer is None:
        return None, code
    name = _words(api.authorizer.name)
    if api.authorizer.handler is None:
        return AuthorizerView(name, available=False, reason="AWS_IAM has no counterpart here"), code
    handler = inventory.handler(api.authorizer.handler)
    if handler.language != "python" or handler.problem is not None:
        reason = handler.problem or f"the authorizer {handler.path} is {handler.language}"
        return AuthorizerView(name, available=False, reason=_words(reason)), code
    function = code.function(handler, "authorizer")
    code.imports.add("from sse_service.unusable import unusable")
    sources = "".join(f"{json.dumps(source)}, " for source in api.authorizer.identity_sources)
    view = AuthorizerView(
        name,
        available=True,
        native=native,
        function=function,
        standard=tuple(sorted(code.standard)),
        imports=tuple(sorted(code.imports)),
        handlers=tuple(code.loaded()),
        identity_sources=f"({sources})" if sources else "()",
    )
    return view, code


def _address(key: str, taken: list[EndpointView]) -> str:
    """The route key where it can stand in a path, else a form of it that can."""
    path = f"/{key}" if re.fullmatch(r"[A-Za-z0-9._~-]+", key) else f"/{slug(key)}"
    while path in RESERVED_PATHS or path in {view.path for view in taken}:
        path += "-message"
    return path


def _words(text: str) -> str:
    """Fit for a comment or docstring of generated code."""
    return re.sub(r"[\"\\]", "'", " ".join(text.split()))


def static_web(inventory: Inventory, files: list[str]) -> str | None:
    """The folder with the web page of a client; None when it would also hold code, or must be built first."""
    for client in inventory.clients:
        for folder in PurePosixPath(client.location.path).parents:
            prefix = f"{folder.as_posix()}/"
            inside = [path for path in files if path.startswith(prefix)]
            if folder.as_posix() == "." or not inside:
                continue
            private = [path for path in inside if path.endswith((".py", "/package.json"))]
            if f"{prefix}index.html" in inside and not private:
                return folder.as_posix()
    return None

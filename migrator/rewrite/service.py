"""The generated service: what its templates are told about routes, models and the authorizer."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from migrator.inventory.model import Api, Handler, Inventory, Route
from migrator.rewrite.edit import RouteLevel
from migrator.rewrite.python.model_names import model_names
from migrator.rewrite.python.native_body import is_attribute
from migrator.rewrite.python.native_endpoint import Endpoint


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


@dataclass(frozen=True)
class AuthorizerView:
    """`available`: whether there is a Python function to ask; else nobody gets in, for `reason`."""

    name: str
    available: bool
    reason: str = ""
    function: str = ""
    standard: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    identity_sources: str = "()"


@dataclass
class Code:
    """Imports and definitions that bring functions into a module."""

    standard: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    definitions: list[str] = field(default_factory=list)
    roots: bool = False
    names: dict[str, list[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(
        default_factory=lambda: {
            "APIRouter", "Answer", "Any", "CONNECT", "Callable", "Caller", "Closed", "DISCONNECT", "MESSAGES", "Path",
            "ROOT", "ROUTE_SELECTION", "Response", "authorize", "import_module", "load_function", "mounted",
            "mounted_connect", "mounted_disconnect", "router", "Message", "logger", "logging", "time",
        }
    )  # fmt: skip

    def function(self, handler: Handler, wanted: str) -> str:
        """Brings the handler in and returns its name here."""
        if handler.id in self._names:
            return self._names[handler.id]
        name = self._names[handler.id] = self._free(wanted)
        if handler.root not in {"", "."}:
            self.roots = True
            self.standard.add("from pathlib import Path")
            self.imports.add("from sse_service.loading import load_function")
            where = f"ROOT / {json.dumps(handler.root)}"
            call = f"load_function({where}, {json.dumps(handler.module)}, {json.dumps(handler.function)})"
            self.definitions.append(f"{name} = {call}")
        elif _is_plain(handler.module) and handler.function.isidentifier():
            alias = "" if name == handler.function else f" as {name}"
            self.names.setdefault(handler.module, []).append(f"{handler.function}{alias}")
        else:
            self.standard.add("from importlib import import_module")
            module = f"import_module({json.dumps(handler.module)})"
            self.definitions.append(f"{name} = getattr({module}, {json.dumps(handler.function)})")
        return name

    def imported(self) -> list[str]:
        """Theirs first, ours after them, each sorted."""
        theirs = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(self.names.items())]
        return [*theirs, *sorted(self.imports)]

    def defined(self) -> list[str]:
        root = ["ROOT = Path(__file__).resolve().parent.parent", ""] if self.roots else []
        return [*root, *self.definitions]

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name


@dataclass(frozen=True)
class ServiceView:
    """Everything for `templates/application/sse_service`."""

    values: dict[str, object]
    endpoints: tuple[EndpointView, ...]
    mounts: bool
    """Whether some handler still takes events."""
    refuses: bool
    """Whether some route has no handler."""
    loading: bool
    """Whether some handler has its own code root."""


def service_view(
    inventory: Inventory, api: Api, levels: list[RouteLevel], endpoints: list[Endpoint], web: str | None
) -> ServiceView:
    """`web`: folder of the static web client, if there is one."""
    names = model_names(api)
    native = {endpoint.key: endpoint for endpoint in endpoints}
    code = Code()
    code.taken |= set(names.values())
    routes = _Routes(inventory, code, native, levels)
    for route in api.routes:
        routes.add(route)
    code.imports.add("from sse_service.caller import Caller")
    code.imports.add("from sse_service.streams import Closed")
    models = [_model(names[key], api, endpoint) for key, endpoint in native.items() if endpoint.model is not None]
    if models:
        code.imports.add(f"from sse_service.models import {', '.join(sorted(model.name for model in models))}")
    mounted = routes.mounted - {"not_migrated"}
    if mounted:
        code.imports.add(f"from sse_service.mounting import {', '.join(sorted(mounted))}")
    if "not_migrated" in routes.mounted:
        code.imports.add("from sse_service.not_migrated import not_migrated")
    authorizer, authorizer_code = _authorizer(inventory, api)
    application = re.sub(r"[^\w .-]", "_", inventory.application)
    values: dict[str, object] = {
        "application": application,
        "application_words": application,
        "api_id": api.id,
        "stage": api.stage,
        "method_arn": f"arn:aws:execute-api:{inventory.region}:000000000000:{api.id}/{api.stage}/$connect",
        "authorizer": authorizer,
        "models": models,
        "standard_imports": sorted(code.standard),
        "imports": code.imported(),
        "definitions": code.defined(),
        "route_selection": api.route_selection_expression,
        "connect": routes.connect,
        "disconnect": routes.disconnect,
        "messages": routes.messages,
        "endpoints": routes.endpoints,
        "web": web,
    }
    loading = code.roots or authorizer_code.roots
    return ServiceView(values, tuple(routes.endpoints), bool(mounted), "not_migrated" in routes.mounted, loading)


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
        function = self._code.function(handler, _slug(route.key))
        endpoint = self._native.get(route.key)
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
                self.endpoints.append(EndpointView(route.key, _address(route.key, self.endpoints), function))

    def _mount(self, how: str, route: Route, function: str, more: str = "") -> str:
        self.mounted.add(how)
        key = f", {json.dumps(route.key)}" if how == "mounted" else ""
        return f"{how}({json.dumps(_slug(route.key))}, {function}{key}{more})"

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
    known = {key.name: key for key in route.reads}
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


def _authorizer(inventory: Inventory, api: Api) -> tuple[AuthorizerView | None, Code]:
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
    sources = "".join(f"{json.dumps(source)}, " for source in api.authorizer.identity_sources)
    view = AuthorizerView(
        name,
        available=True,
        function=function,
        standard=tuple(sorted(code.standard)),
        imports=tuple(code.imported()),
        definitions=tuple(code.defined()),
        identity_sources=f"({sources})" if sources else "()",
    )
    return view, code


def _slug(key: str) -> str:
    name = "_".join(re.findall(r"[A-Za-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key))).lower() or "route"
    return f"route_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _address(key: str, taken: list[EndpointView]) -> str:
    """The route key where it can stand in a path, else a form of it that can."""
    path = f"/{key}" if re.fullmatch(r"[A-Za-z0-9._~-]+", key) else f"/{_slug(key)}"
    reserved = {"/stream", "/healthz", "/web", "/docs", "/redoc", "/openapi.json", *(view.path for view in taken)}
    while path in reserved:
        path += "-message"
    return path


def _is_plain(module: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))


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

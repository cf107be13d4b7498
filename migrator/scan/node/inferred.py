"""Handlers and routes of scripts as the code suggests them, where no infrastructure that is read says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Trigger
from migrator.scan.declared import DeclaredApi, DeclaredRoute, Function, Service
from migrator.scan.files import Files
from migrator.scan.handlers import Handlers
from migrator.scan.node.guards import Guards, tested
from migrator.scan.node.modules import Module
from migrator.scan.node.program import NodeProgram
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node
from migrator.scan.node.values import is_sender
from migrator.scan.python.inferred import route_of_name
from migrator.scan.websocket_api import DEFAULT_EXPRESSION

_WORDS: Final = re.compile(
    r"requestContext[\s\S]*(?:connectionId|routeKey|eventType)|(?:connectionId|routeKey)[\s\S]*requestContext"
)
_EVENTS: Final = {"CONNECT": "$connect", "DISCONNECT": "$disconnect", "MESSAGE": "$default"}


def infer_scripts(
    files: Files, services: Sequence[Service], handlers: Handlers, program: NodeProgram, sent: Mapping[str, str]
) -> list[Service]:
    """The services, with one more for an API that scripts suggest; `sent`: route keys that clients send.

    For applications in which nothing else tells of routes."""
    service = Service(kind="code", name=files.root.name, path="scripts")
    api: DeclaredApi | None = None
    for module in program.modules.loaded:
        for name, node in _candidates(module, program):
            key = f"{module.path}:{name}"
            function = service.functions[key] = _function(module, name, node, key)
            api = api or DeclaredApi("inferred", files.root.name, DEFAULT_EXPRESSION, "dev", node.location)
            known = {route.key for route in api.routes}
            for route in _routes(module, name, node, program, sent):
                if route not in known:
                    api.routes.append(DeclaredRoute(route, key, route_response=False, location=node.location))
                    function.triggers.append(Trigger(kind="route", source=route))
    if api is None or not api.routes:
        return list(services)
    service.apis.append(api)
    handlers.declare([service])
    handlers.enter_scripts(program)
    service.problem(api.location, "no file that is read declares the routes: they are inferred from the scripts")
    return [*services, service]


def _candidates(module: Module, program: NodeProgram) -> Iterator[tuple[str, Node]]:
    """Exported functions that read the connection or the route of the event that they are called with."""
    if not _WORDS.search(module.tree.text):
        return
    for name in module.exports:
        node = program.exported_function(module, name)
        if node is not None and node.script.path == module.path and _speaks(node, program):
            yield name, node


def _speaks(node: Node, program: NodeProgram) -> bool:
    tracer, guards = Tracer(program.modules, [node]), Guards((), "")
    for inner in node.within("member_expression", "shorthand_property_identifier", "identifier"):
        values = tracer.trace(inner)
        if guards.subject(values) or any(map(is_sender, values)):
            return True
    return False


def _routes(module: Module, name: str, node: Node, program: NodeProgram, sent: Mapping[str, str]) -> list[str]:
    """What the code tells apart, else what the function, its file or its folder is called."""
    tracer = Tracer(program.modules, [node])
    told: dict[str, None] = {}
    for subject, literal in tested(node, Guards((), ""), tracer):
        if subject == "route":
            told[literal] = None
        elif subject == "event" and literal in _EVENTS:
            told[_EVENTS[literal]] = None
    if told:
        return list(told)
    path = PurePosixPath(module.path)
    names = (name, path.stem, path.parent.name)
    found = next((key for given in names if (key := route_of_name(given, sent)) is not None), None)
    return [found] if found is not None else []


def _function(module: Module, name: str, node: Node, key: str) -> Function:
    path = PurePosixPath(module.path)
    return Function(
        key=key, handler=f"{path.stem}.{name}", root=path.parent.as_posix(), runtime="nodejs", location=node.location
    )

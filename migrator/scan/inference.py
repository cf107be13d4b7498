"""Routes where no file that is read declares them: from the code, and said to be so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import Client, Trigger
from migrator.scan.declared import DeclaredApi, DeclaredAuthorizer, DeclaredRoute, Function, Service
from migrator.scan.files import Files
from migrator.scan.handlers import UNKNOWN, Handlers
from migrator.scan.provisioning import named_by_clients, provisioned
from migrator.scan.python.inferred import Candidate, candidates, named_exactly, routes_of, sends, speaks
from migrator.scan.python.model import Module
from migrator.scan.python.program import Program
from migrator.scan.sieve import sought
from migrator.scan.websocket_api import DEFAULT_EXPRESSION

_ELSEWHERE: Final = (
    (".py", "Pulumi", re.compile(rb"pulumi_aws[\s\S]*WEBSOCKET")),
    (".ts", "Pulumi", re.compile(rb"@pulumi/aws[\s\S]*WEBSOCKET")),
    (
        ".ts",
        "SST",
        re.compile(rb"sst\.aws\.ApiGatewayWebSocket|(?:sst/constructs|@serverless-stack)[\s\S]*WebSocketApi"),
    ),
)
_PYTHON: Final = sought(b"pulumi_aws")
_SCRIPT: Final = sought(
    b"@pulumi/aws", b"sst.aws.ApiGatewayWebSocket", b"sst/constructs", b"@serverless-stack", suffixes=(".ts",)
)
_WORDS: Final = ("requestContext", "request_context", "routeKey", "eventType", "connectionId", "connection_id")
_EXPRESSION: Final = re.compile(rb"[\"'](\$request\.body\.[\w.]+)[\"']")
_WRITTEN_IN: Final = (".tf", ".ts", ".py", ".yml", ".yaml")
_EXPRESSIONS: Final = sought(b"$request.body.", suffixes=_WRITTEN_IN)


def unread_infrastructure(files: Files) -> None:
    """Notes files that declare a WebSocket API in a way that isn't read."""
    by_tool: dict[str, list[str]] = defaultdict(list)
    for path in sorted([*files.mentioning(_PYTHON, ".py"), *files.mentioning(_SCRIPT, ".ts")]):
        for suffix, tool, sign in _ELSEWHERE:
            if path.endswith(suffix) and sign.search(_bytes(files, path)):
                by_tool[tool].append(path)
                break
    for tool, paths in by_tool.items():
        more = f" (and {len(paths) - 1} more files)" if len(paths) > 1 else ""
        files.noted(
            paths[0], f"declares the API with {tool}{more}, which isn't read; routes are inferred from the code"
        )


def infer(
    files: Files, services: list[Service], handlers: Handlers, program: Program, clients: Sequence[Client]
) -> list[Service]:
    """The services, with one more that holds what the code tells. Enters the handlers and connects the program."""
    program.connect()
    found = [item for item in candidates(program) if item.authorizer or _concerned(program, item)]
    if not found:
        return services
    expression = _expression(files)
    clients_say = [*(key for client in clients for key in client.sends), *named_by_clients(files, expression)]
    sent = dict.fromkeys(clients_say, "") | provisioned(files)
    found.sort(key=lambda candidate: not named_exactly(candidate))
    service = Service(kind="code", name=files.root.name, path="")
    for candidate in found:
        service.functions[_key(candidate)] = _function(candidate)
    handlers.declare([service])
    handlers.enter(program)
    program.connect()
    api = _api(files, services, found[0].function.module, expression)
    for candidate in found:
        _place(service, api, candidate, program, sent)
    handlers.trigger(service)
    if not api.routes:
        return [*services, service]
    service.apis.append(api)
    service.problem(
        service.functions[api.routes[0].function].location,
        "no serverless.yml or template that is read declares the routes: they are inferred from the code",
    )
    return [*services, service]


def _api(files: Files, services: list[Service], first: Module, expression: str) -> DeclaredApi:
    """An API that is declared without routes, taken out of its service; else one with the usual settings."""
    for service in services:
        if service.apis:
            known = service.apis.pop()
            return replace(known, routes=[])
    where = first.location(first.tree)
    return DeclaredApi("inferred", files.root.name, expression, "dev", where)


def _concerned(program: Program, candidate: Candidate) -> bool:
    text = candidate.function.module.text
    return any(word in text for word in _WORDS) or sends(program, candidate.function)


def _place(service: Service, api: DeclaredApi, candidate: Candidate, program: Program, sent: Mapping[str, str]) -> None:
    key = _key(candidate)
    function = service.functions[key]
    where = function.location
    if candidate.authorizer:
        name = PurePosixPath(candidate.function.module.path).parent.name or candidate.function.name
        function.triggers.append(Trigger(kind="authorizer", source=name))
        api.authorizer = DeclaredAuthorizer(name, "REQUEST", key, (), where)
        return
    if not speaks(program, candidate.function):
        function.triggers.append(Trigger(kind="call", source=UNKNOWN))
        return
    routes = [
        route for route in routes_of(program, candidate, sent) if route not in {known.key for known in api.routes}
    ]
    for route in routes:
        api.routes.append(DeclaredRoute(route, key, route_response=False, location=where))
        function.triggers.append(Trigger(kind="route", source=route))
    if not routes:
        service.problem(
            where, f"{candidate.function.qualname} looks like a handler, but nothing says which route it serves"
        )
        function.triggers.append(Trigger(kind="call", source=UNKNOWN))


def _function(candidate: Candidate) -> Function:
    module = candidate.function.module
    folder = PurePosixPath(module.path).parent.as_posix()
    name = f"{PurePosixPath(module.path).stem}.{candidate.function.name}"
    return Function(
        key=_key(candidate),
        handler=name,
        root=folder,
        runtime="python",
        location=module.location(candidate.function.node),
    )


def _key(candidate: Candidate) -> str:
    return f"{candidate.function.module.path}:{candidate.function.name}"


def _expression(files: Files) -> str:
    """The one route selection expression that any infrastructure file mentions, else the usual one."""
    texts = {
        match.decode()
        for path in files.mentioning(_EXPRESSIONS, *_WRITTEN_IN)
        for match in _EXPRESSION.findall(_bytes(files, path))
    }
    return texts.pop() if len(texts) == 1 else DEFAULT_EXPRESSION


def _bytes(files: Files, path: str) -> bytes:
    try:
        return (files.root / path).read_bytes()
    except OSError:
        return b""

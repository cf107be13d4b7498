"""Where clients for @connections are built, how long they live, and where their endpoint comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from migrator.inventory.model import ManagementClient
from migrator.scan.python.describe import MANAGEMENT, is_management_client, message_path, path_of, table_read
from migrator.scan.python.model import Scope
from migrator.scan.python.naming import last_name
from migrator.scan.python.program import Program
from migrator.scan.python.pushes import Entry, text_pieces
from migrator.scan.python.store_calls import keyword
from migrator.scan.python.values import AwsClient, Constant, Environment, Event, Instance, Text, Value
from migrator.scan.python.websocket_api import gives_session

Endpoint: TypeAlias = Literal["event", "environment", "literal", "payload", "framework", "none", "unknown"]
_STRONGEST: tuple[Endpoint, ...] = ("event", "payload", "environment", "unknown", "literal")


def management_clients(program: Program, entries: Sequence[Entry]) -> list[ManagementClient]:
    found: list[ManagementClient] = []
    for module in program.loaded:
        for node in ast.walk(module.tree):
            scope = module.scopes.get(node)
            if scope is None:
                continue
            framework = isinstance(node, ast.Assign) and gives_session(program.tracer, node, scope)
            if framework or (isinstance(node, ast.Call) and _builds(program, node, scope)):
                reaching = [
                    entry.handler for entry in entries if scope.function is None or entry.view.reaches(node, module)
                ]
                found.append(
                    ManagementClient(
                        location=module.location(node),
                        endpoint=_endpoint(program, node, scope) if isinstance(node, ast.Call) else "framework",
                        scope=_lifetime(node, scope),
                        function=scope.function.qualname if scope.function else "",
                        handlers=tuple(dict.fromkeys(reaching)),
                    )
                )
    return found


def _builds(program: Program, node: ast.Call, scope: Scope) -> bool:
    name = last_name(node.func)
    if name not in {"client", "create_client"} and not _names_service(node):
        return False
    return any(is_management_client(v.origin) and _same(v, node) for v in program.tracer.trace(node, scope)) or (
        _names_service(node) and name in {"client", "create_client"}
    )


def _names_service(node: ast.Call) -> bool:
    return any(isinstance(argument, ast.Constant) and argument.value == MANAGEMENT for argument in node.args)


def _same(value: Value, node: ast.Call) -> bool:
    return isinstance(value.origin, AwsClient) and value.origin.node is node


def _lifetime(node: ast.AST, scope: Scope) -> Literal["call", "module", "class", "lazy"]:
    function = scope.function
    if function is None:
        return "class" if scope.kind == "class" else "module"
    cached = any("cache" in ast.unparse(item) for item in function.decorators)
    target = _assigned(node, scope)
    if (
        cached
        or (isinstance(target, ast.Name) and target.id in function.scope.outer)
        or isinstance(target, ast.Subscript)
    ):
        return "lazy"
    if isinstance(target, ast.Attribute) and function.owner is not None:
        return "class"
    return "call"


def _assigned(node: ast.AST, scope: Scope) -> ast.expr | None:
    """What the client is assigned to; None when it is used at once or returned."""
    for parent in scope.module.ancestors(node):
        if isinstance(parent, ast.Assign):
            return parent.targets[0]
        if isinstance(parent, ast.AnnAssign | ast.NamedExpr):
            return parent.target
        if isinstance(parent, ast.stmt):
            return None
    return None


def _endpoint(program: Program, node: ast.Call, scope: Scope) -> Endpoint:
    expression = keyword(node, "endpoint_url")
    if expression is None:
        spread = any(item.arg is None for item in node.keywords)
        return "unknown" if spread else "none"
    found = set(_sources(program, expression, scope, 0))
    return next((kind for kind in _STRONGEST if kind in found), "unknown")


def _sources(program: Program, expression: ast.expr, scope: Scope, depth: int) -> Iterator[Endpoint]:
    for value in program.tracer.trace(expression, scope):
        origin = value.origin
        if isinstance(origin, Event):
            yield "event" if "requestContext" in path_of(value) and message_path(value) is None else "payload"
        elif isinstance(origin, Environment):
            yield "environment"
        elif isinstance(origin, Constant):
            if origin.value:
                yield "literal"
        elif isinstance(origin, Text) and depth < 8:
            for piece in text_pieces(origin):
                yield from _sources(program, piece, origin.scope, depth + 1)
        elif table_read(value):
            yield "payload"
        else:
            yield "environment" if isinstance(origin, Instance) and "settings" in origin.cls.name.lower() else "unknown"

"""Sites that send to a connection, close it, or ask for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import GoneHandling, Push, RoutePush
from migrator.scan.python.describe import is_management_client
from migrator.scan.python.gone import gone_handling, tests_status
from migrator.scan.python.model import Function, Module, Scope
from migrator.scan.python.program import Program
from migrator.scan.python.recipients import Addressed, addressed, excludes_sender, merge
from migrator.scan.python.signed_pushes import pieces, signed_push
from migrator.scan.python.store_calls import keyword
from migrator.scan.python.values import FunctionRef, Text, Values
from migrator.scan.python.views import View
from migrator.scan.python.websocket_api import Operation, framework_push

_OPERATIONS: Final[tuple[Operation, ...]] = ("post_to_connection", "delete_connection", "get_connection")


@dataclass(frozen=True, eq=False)
class PushSite:
    node: ast.expr
    scope: Scope
    operation: Operation
    connection: ast.expr | None
    note: str = ""

    @property
    def module(self) -> Module:
        return self.scope.module

    @property
    def function(self) -> Function | None:
        return self.scope.function


@dataclass(frozen=True)
class Entry:
    """A handler as one of its triggers enters it. `route` is None for anything but a route."""

    handler: str
    route: str | None
    view: View


def push_sites(program: Program) -> Iterator[PushSite]:
    for module in program.loaded:
        for node in ast.walk(module.tree):
            scope = module.scopes.get(node)
            if scope is None:
                continue
            if isinstance(node, ast.Call):
                site = _boto(program, node, scope)
                if site:
                    yield site
            signed = signed_push(node, scope)
            if signed:
                yield PushSite(*signed)


def pushes(program: Program, entries: Sequence[Entry]) -> list[Push]:
    return [_push(program, site, entries) for site in push_sites(program)]


def _push(program: Program, site: PushSite, entries: Sequence[Entry]) -> Push:
    reaching = [entry for entry in entries if entry.view.reaches(site.node, site.module)]
    by_entry = [(entry, *_in_view(site, entry.view)) for entry in reaching]
    if by_entry:
        overall = merge(found for _, found, _ in by_entry)
        excluded = all(excludes for _, _, excludes in by_entry)
    else:
        values = _connection(program, site)
        overall = addressed(program.tracer, values)
        excluded = False
    evidence = overall.evidence if by_entry else f"{overall.evidence}; and no handler that was found reaches it"
    routes = [
        RoutePush(route=entry.route, recipient=found.recipient, excludes_sender=excludes)
        for entry, found, excludes in by_entry
        if entry.route is not None
    ]
    return Push(
        location=site.module.location(site.node),
        operation=site.operation,
        recipient=overall.recipient,
        excludes_sender=excluded,
        evidence=_sentence(site, evidence),
        gone="code"
        if site.note and tests_status(site.function)
        else gone_handling(site.node, site.function, site.module, program),
        function=site.function.qualname if site.function else "",
        handlers=tuple(dict.fromkeys(entry.handler for entry in reaching)),
        routes=tuple(dict.fromkeys(entry.route for entry in reaching if entry.route is not None)),
        by_route=tuple({item.route: item for item in routes}.values()),
    )


def _gone(program: Program, site: PushSite) -> GoneHandling:
    if site.note and tests_status(site.function):
        return "code"
    return gone_handling(site.node, site.function, site.module, program)


def _in_view(site: PushSite, view: View) -> tuple[Addressed, bool]:
    values = view.tracer.trace(site.connection, site.scope) if site.connection is not None else frozenset()
    return addressed(view.tracer, values), excludes_sender(view, values)


def _connection(program: Program, site: PushSite) -> Values:
    return program.tracer.trace(site.connection, site.scope) if site.connection is not None else frozenset()


def _sentence(site: PushSite, evidence: str) -> str:
    name = ast.unparse(site.connection) if site.connection is not None else "the connection id"
    name = name if len(name) <= 60 else "the connection id"
    return f"{name}: {evidence}{site.note}."


def _boto(program: Program, node: ast.Call, scope: Scope) -> PushSite | None:
    operation = _called(node.func) or _aliased(program, node, scope)
    if operation and _is_push(program, node, scope, operation):
        return PushSite(node, scope, operation, _argument(program, node, scope))
    through = framework_push(program.tracer, node, scope)
    if through is not None:
        return PushSite(node, scope, *through)
    for argument in (*node.args, *(item.value for item in node.keywords)):
        handed = _called(argument)
        connection = _handed_id(node, scope) if handed else None
        if handed and (handed == "post_to_connection" or connection is not None):
            return PushSite(node, scope, handed, connection)
    return None


def _handed_id(node: ast.Call, scope: Scope) -> ast.expr | None:
    """`pool.submit(client.post_to_connection, ConnectionId=x)`, `Thread(target=..., kwargs={"ConnectionId": x})`."""
    given = keyword(node, "ConnectionId")
    spread = keyword(node, "kwargs")
    if given is not None or spread is None:
        return given
    return _inside(spread, scope)


def _called(node: ast.expr) -> Operation | None:
    if isinstance(node, ast.Attribute):
        return next((operation for operation in _OPERATIONS if node.attr == operation), None)
    return None


def _aliased(program: Program, node: ast.Call, scope: Scope) -> Operation | None:
    """`send = client.post_to_connection` and then `send(ConnectionId=...)`."""
    if not isinstance(node.func, ast.Name) or keyword(node, "ConnectionId") is None:
        return None
    for value in program.tracer.trace(node.func, scope):
        if is_management_client(value.origin) and value.path:
            return next((operation for operation in _OPERATIONS if value.path[-1] == f".{operation}"), None)
    return None


def _is_push(program: Program, node: ast.Call, scope: Scope, operation: Operation) -> bool:
    """Not a function of the application that has the same name."""
    called = program.tracer.trace(node.func, scope)
    if called and all(isinstance(value.origin, FunctionRef) and not value.path for value in called):
        return False
    if keyword(node, "ConnectionId") is not None or any(is_management_client(value.origin) for value in called):
        return True
    spread = any(item.arg is None for item in node.keywords)
    return operation == "post_to_connection" and (spread or (isinstance(node.func, ast.Attribute) and not node.args))


def _argument(program: Program, node: ast.Call, scope: Scope) -> ast.expr | None:
    given = keyword(node, "ConnectionId")
    if given is not None:
        return given
    spread = next((item.value for item in node.keywords if item.arg is None), None)
    if spread is None:
        return None
    return _inside(spread, scope)


def _inside(mapping: ast.expr, scope: Scope) -> ast.expr:
    made = ast.Subscript(value=mapping, slice=ast.Constant(value="ConnectionId"), ctx=ast.Load())
    scope.module.scopes[made] = scope
    return made


def text_pieces(text: Text) -> list[ast.expr]:
    """The expressions that a text is put together from."""
    node = text.node
    if isinstance(node, ast.Call):
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return [receiver, *node.args, *(item.value for item in node.keywords)]
    return pieces(node)

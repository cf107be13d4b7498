"""Sites that send to a connection, close it, or ask for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import Push, RoutePush
from migrator.scan.python.describe import is_management_client
from migrator.scan.python.gone import gone_handling
from migrator.scan.python.model import Function, Module, Scope
from migrator.scan.python.program import Program
from migrator.scan.python.recipients import Addressed, addressed, excludes_sender, merge
from migrator.scan.python.store_calls import keyword
from migrator.scan.python.values import FunctionRef, Text, Values
from migrator.scan.python.views import View
from migrator.scan.python.websocket_api import Operation, framework_push

_OPERATIONS: Final[tuple[Operation, ...]] = ("post_to_connection", "delete_connection", "get_connection")
_HANDED_ON: Final = frozenset({"submit", "to_thread", "run_in_executor", "partial", "run_sync", "start_soon"})


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
            elif isinstance(node, ast.JoinedStr | ast.BinOp):
                site = _signed(module, node, scope)
                if site:
                    yield site


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
        gone=gone_handling(site.node, site.function, site.module, program),
        function=site.function.qualname if site.function else "",
        handlers=tuple(dict.fromkeys(entry.handler for entry in reaching)),
        routes=tuple(dict.fromkeys(entry.route for entry in reaching if entry.route is not None)),
        by_route=tuple({item.route: item for item in routes}.values()),
    )


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
    if isinstance(node.func, ast.Attribute | ast.Name) and _last(node.func) in _HANDED_ON:
        for argument in node.args:
            handed = _called(argument)
            if handed and (handed == "post_to_connection" or keyword(node, "ConnectionId") is not None):
                return PushSite(node, scope, handed, keyword(node, "ConnectionId"))
    return None


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
    made = ast.Subscript(value=spread, slice=ast.Constant(value="ConnectionId"), ctx=ast.Load())
    scope.module.scopes[made] = scope
    return made


def _signed(module: Module, node: ast.JoinedStr | ast.BinOp, scope: Scope) -> PushSite | None:
    """A request to /@connections/{id} that the application signs and sends itself."""
    if isinstance(module.parents.get(node), ast.BinOp | ast.FormattedValue):
        return None
    pieces = _pieces(node)
    for position, piece in enumerate(pieces):
        if (
            isinstance(piece, ast.Constant)
            and isinstance(piece.value, str)
            and piece.value.rstrip("/").endswith("@connections")
        ):
            target = pieces[position + 1] if position + 1 < len(pieces) else None
            if target is not None and not _in_a_policy(piece.value):
                note = "; the request is made and signed by hand"
                return PushSite(node, scope, "post_to_connection", target, note)
    return None


def _in_a_policy(text: str) -> bool:
    return text.startswith("arn:")


def _pieces(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        return [piece.value if isinstance(piece, ast.FormattedValue) else piece for piece in node.values]
    if isinstance(node, ast.BinOp):
        right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return [*_pieces(node.left), *(piece for item in right for piece in _pieces(item))]
    return [node]


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def text_pieces(text: Text) -> list[ast.expr]:
    """The expressions that a text is put together from."""
    node = text.node
    if isinstance(node, ast.Call):
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        return [receiver, *node.args, *(item.value for item in node.keywords)]
    return _pieces(node)

"""Chalice's own client for @connections: `app.websocket_api.send`, `close` and `info`, and the session that it uses.

https://aws.github.io/chalice/topics/websockets.html
"""

from __future__ import annotations

import ast
from typing import Final, Literal, TypeAlias

from migrator.scan.python.model import Scope
from migrator.scan.python.trace import Tracer

Operation: TypeAlias = Literal["post_to_connection", "delete_connection", "get_connection"]

_OPERATIONS: Final[dict[str, Operation]] = {
    "send": "post_to_connection",
    "close": "delete_connection",
    "info": "get_connection",
}
_NAME: Final = "websocket_api"


def framework_push(tracer: Tracer, node: ast.Call, scope: Scope) -> tuple[Operation, ast.expr | None] | None:
    """The operation, and the expression of the connection id."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _OPERATIONS:
        return None
    if not _is_websocket_api(tracer, node.func.value, scope):
        return None
    named = next((item.value for item in node.keywords if item.arg == "connection_id"), None)
    return _OPERATIONS[node.func.attr], named if named is not None else next(iter(node.args), None)


def gives_session(tracer: Tracer, node: ast.Assign, scope: Scope) -> bool:
    """`app.websocket_api.session = ...`: from here on the framework can build its client."""
    return any(
        isinstance(target, ast.Attribute)
        and target.attr == "session"
        and _is_websocket_api(tracer, target.value, scope)
        for target in node.targets
    )


def _is_websocket_api(tracer: Tracer, node: ast.expr, scope: Scope) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == _NAME:
        return True
    if not isinstance(node, ast.Name) or _NAME not in scope.module.text:
        return False
    return any(value.path[-1:] == (f".{_NAME}",) for value in tracer.trace(node, scope))

"""What is left of the WebSocket API in a rewritten application, found without any code of the rules.

Plain `ast`, and the syntax tree of scripts. It knows nothing of what the rules did; only what must not be there.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeGuard

from migrator.rewrite.client_detector import left_in_python, left_in_script
from migrator.rewrite.edit import Finding

SERVICE: Final = "apigatewaymanagementapi"
OPERATIONS: Final = frozenset({"post_to_connection", "delete_connection", "get_connection"})
DROP_INS: Final = frozenset({"sse_service.management", "sse_service.signed"})
MARKER: Final = "ws2sse:"


def remaining(
    files: Mapping[str, str], native: Mapping[str, AbstractSet[str]], accounted: Mapping[str, int]
) -> list[Finding]:
    """`files`: text of the new application by path. `native`: names of functions, by path, that take no event any
    more. `accounted`: how many uses of a file the account says stay, or go through the drop-in client; more is a bug.
    """
    found: list[Finding] = []
    for path in sorted(files):
        lines = files[path].splitlines()
        hits = (
            _python(files[path], native.get(path, frozenset()))
            if path.endswith(".py")
            else list(left_in_script(path, files[path]))
        )
        open_hits = [Finding(path, line, text) for line, text in hits if not _is_marked(lines, line)]
        if len(open_hits) > accounted.get(path, 0):
            found += open_hits
    return found


def _is_marked(lines: list[str], line: int) -> bool:
    """Whether the statement has a marker on its line, or in the comments and lines right above."""
    return any(MARKER in text for text in lines[max(0, line - 4) : line])


def _python(text: str, native: AbstractSet[str]) -> list[tuple[int, str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []  # counted as failed elsewhere; it can't be read here either
    nodes = list(ast.walk(tree))
    hits = [(node.lineno, f"names the service {SERVICE}") for node in nodes if _is_service(node)]
    drops_in = any(isinstance(node, ast.ImportFrom) and node.module in DROP_INS for node in nodes)
    if not drops_in:
        places = (node for node in nodes if isinstance(node, ast.Call | ast.Attribute))
        hits += [(node.lineno, "sends to @connections by itself") for node in nodes if _is_address(node)]
        hits += [(node.lineno, "gives websocket_api a session") for node in nodes if _gives_session(node)]
        hits += [(node.lineno, what) for node in places if (what := _use(node)) is not None]
    hits += left_in_python(nodes)
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in native):
        left = f"{function.name} still reads requestContext"
        hits += [(node.lineno, left) for node in ast.walk(function) if _is_context(node)]
    return sorted(set(hits))


def _is_service(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and node.value == SERVICE


def _is_address(node: ast.AST) -> TypeGuard[ast.JoinedStr | ast.BinOp | ast.Call]:
    """A text that is put together from /@connections and something else: an f-string, a sum, `%` or `.format()`."""
    if isinstance(node, ast.JoinedStr):
        parts: list[ast.expr] = node.values if len(node.values) > 1 else []
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        parts = [node.func.value]
    else:
        return False
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any("/@connections" in text for text in texts) and not any("arn:" in text for text in texts)


def _gives_session(node: ast.AST) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Attribute)
        and target.attr == "session"
        and isinstance(target.value, ast.Attribute)
        and target.value.attr == "websocket_api"
        for target in node.targets
    )


def _is_context(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and node.value == "requestContext"


def _use(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OPERATIONS:
        by_name = {keyword.arg for keyword in node.keywords}
        return f"calls {node.func.attr}" if "ConnectionId" in by_name or None in by_name else None
    if isinstance(node, ast.Attribute) and node.attr == "GoneException":
        return "expects a GoneException"
    return None

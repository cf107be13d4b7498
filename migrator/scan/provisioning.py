"""Route keys that programs name: scripts that create the API by calls, and clients that send messages to it.

They prove no route, but tell which key a handler's name means.
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from migrator.scan.files import Files
from migrator.scan.python.source import parse
from migrator.scan.sieve import sought

_SIGNS: Final = sought(b"create_route", b"apigatewayv2")
_LIFECYCLE: Final = frozenset({"$connect", "$disconnect"})
_CLIENTS: Final = (".html", ".htm", ".js", ".mjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte")
_SOCKET: Final = sought(b"WebSocket", b"wss://", suffixes=_CLIENTS)


def provisioned(files: Files) -> dict[str, str]:
    """Keys that stand in one list or mapping with `$connect` or `$disconnect`, in a script that creates routes, and
    those that it passes to `create_route` as they are; with what stands beside each, such as the name of a function."""
    found: dict[str, str] = {}
    for path in files.mentioning(_SIGNS, ".py"):
        if "oute" in (files.text(path) or ""):
            module = parse(files, path)
            for node in ast.walk(module.tree) if module else ():
                for key, beside in _keys(node):
                    found[key] = found.get(key) or beside
    return found


def _keys(node: ast.AST) -> Iterator[tuple[str, str]]:
    rows: list[tuple[ast.expr | None, ast.expr | None]] = []
    if isinstance(node, ast.Dict):
        rows = list(zip(node.keys, node.values, strict=True))
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        rows = [_row(element) for element in node.elts]
    elif isinstance(node, ast.Call):
        texts = [_text(keyword.value) for keyword in node.keywords if keyword.arg == "RouteKey"]
        yield from ((text, "") for text in texts if text)
        return
    found = [(text, _name(beside)) for key, beside in rows if (text := _text(key))]
    if _LIFECYCLE & {text for text, _ in found}:
        yield from found


def _row(element: ast.expr) -> tuple[ast.expr, ast.expr | None]:
    """A row such as ("$connect", function) has the key first."""
    if isinstance(element, ast.Tuple | ast.List) and element.elts:
        return element.elts[0], element.elts[1] if len(element.elts) > 1 else None
    return element, None


def _name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Name | ast.Attribute):
        return ast.unparse(node).rpartition(".")[2]
    return _text(node)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def named_by_clients(files: Files, expression: str) -> list[str]:
    """Literal values of the key by which routes are selected, in files that speak of WebSockets."""
    key = expression.rpartition(".")[2]
    sign = re.compile(rf"""(?<![\w.$])["']?{re.escape(key)}["']?\s*:\s*(["'])([\w$./-]{{1,60}})\1""")
    found: dict[str, None] = {}
    for path in files.mentioning(_SOCKET, *_CLIENTS):
        found.update(dict.fromkeys(match[2] for match in sign.finditer(files.text(path) or "")))
    return list(found)

"""Requests to /@connections/{id} that an application signs and sends itself, found by their address.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

import ast
import re
from typing import Final

from migrator.scan.python.model import Scope
from migrator.scan.python.websocket_api import Operation

NOTE: Final = "; the request is made and signed by hand"
_PLACE: Final = re.compile(r"%s|\{\w*\}")


def signed_push(node: ast.AST, scope: Scope) -> tuple[ast.expr, Scope, Operation, ast.expr, str] | None:
    """What a PushSite is made of: an f-string, a sum, `%` or `.format()` that puts an id behind /@connections."""
    if isinstance(scope.module.parents.get(node), ast.BinOp | ast.FormattedValue):
        return None
    target = _formatted(node) if isinstance(node, ast.Call | ast.BinOp) else None
    if target is None and isinstance(node, ast.JoinedStr | ast.BinOp):
        target = _behind(pieces(node))
    if target is None or not isinstance(node, ast.expr):
        return None
    return node, scope, "post_to_connection", target, NOTE


def _behind(parts: list[ast.expr]) -> ast.expr | None:
    for position, piece in enumerate(parts[:-1]):
        text = piece.value if isinstance(piece, ast.Constant) else None
        if isinstance(text, str) and text.rstrip("/").endswith("@connections"):
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            return None if any("arn:" in other for other in texts) else parts[position + 1]
    return None


def _formatted(node: ast.Call | ast.BinOp) -> ast.expr | None:
    """The argument that stands where the id goes, in `"...%s" % (a, b)` and `"...{}".format(a, b)`."""
    if isinstance(node, ast.BinOp):
        template, given = node.left, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        if not isinstance(node.op, ast.Mod):
            return None
    elif isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        template, given = node.func.value, node.args
    else:
        return None
    text = template.value if isinstance(template, ast.Constant) else None
    if not isinstance(text, str) or "/@connections/" not in text or "arn:" in text:
        return None
    before = len(_PLACE.findall(text.partition("/@connections/")[0]))
    name = re.match(r"\{([a-zA-Z_]\w*)\}", text.partition("/@connections/")[2])
    if name is not None and isinstance(node, ast.Call):
        return next((item.value for item in node.keywords if item.arg == name[1]), None)
    return given[before] if before < len(given) else None


def pieces(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        return [piece.value if isinstance(piece, ast.FormattedValue) else piece for piece in node.values]
    if isinstance(node, ast.BinOp):
        right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return [*pieces(node.left), *(piece for item in right for piece in pieces(item))]
    return [node]

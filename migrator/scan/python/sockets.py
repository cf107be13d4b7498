"""Python code that opens a WebSocket: the `websockets` and `websocket-client` libraries, and aiohttp."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Client
from migrator.scan.files import Files
from migrator.scan.python.imports import is_test
from migrator.scan.python.model import Module, Scope
from migrator.scan.python.source import parse
from migrator.scan.sieve import sought

_OPENS: Final = {
    "websockets.connect": "websockets",
    "websockets.client.connect": "websockets",
    "websockets.asyncio.client.connect": "websockets",
    "websockets.sync.client.connect": "websockets",
    "websocket.WebSocketApp": "websocket-client",
    "websocket.create_connection": "websocket-client",
    "websocket.WebSocket": "websocket-client",
}
_WORDS: Final = sought(b"import websocket", b"from websocket", b", websocket", b"ws_connect")
_TOKEN: Final = re.compile(r"[?&]((?:auth|access|id|jwt|x-)?[-_]?(?:token|auth|authorization|jwt|key))=", re.IGNORECASE)


def python_clients(files: Files) -> list[Client]:
    found: list[Client] = []
    for path in files.mentioning(_WORDS, ".py"):
        if not is_test(path):
            module = parse(files, path)
            if module is not None:
                found.extend(_clients(module))
    return found


def _clients(module: Module) -> Iterator[Client]:
    for node in ast.walk(module.tree):
        scope = module.scopes.get(node)
        if not isinstance(node, ast.Call) or scope is None:
            continue
        library = _library(node, scope)
        if library is None:
            continue
        address = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg in {"url", "uri"}), None)
        url = ast.unparse(address) if address is not None else None
        where = _definition(module, address, scope)
        in_query = _TOKEN.search(" ".join([url or "", where]))
        headers = next((k.value for k in node.keywords if "header" in (k.arg or "")), None)
        yield Client(
            location=module.location(node),
            language="python",
            library=library,
            url=url,
            token="query" if in_query else "header" if headers is not None else None,
            token_parameter=in_query.group(1) if in_query else None,
            sends=_sends(module),
        )


def _library(node: ast.Call, scope: Scope) -> str | None:
    name = _dotted(node.func, scope)
    if name in _OPENS:
        return _OPENS[name]
    return "aiohttp" if isinstance(node.func, ast.Attribute) and node.func.attr == "ws_connect" else None


def _dotted(node: ast.expr, scope: Scope) -> str:
    """The full name of what is called, with the module's imports applied."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, scope)}.{node.attr}"
    if not isinstance(node, ast.Name):
        return ""
    for bound in scope.module.root.names.get(node.id, []):
        module, attribute = getattr(bound, "module", None), getattr(bound, "attribute", None)
        if isinstance(module, str):
            return f"{module}.{attribute}" if attribute else module
    return node.id


def _definition(module: Module, address: ast.expr | None, scope: Scope) -> str:
    """The text that a name was given, if the address is a name."""
    if not isinstance(address, ast.Name):
        return ""
    holder = scope.holder(address.id)
    values = [getattr(bound, "value", None) for bound in (holder.names[address.id] if holder else [])]
    return " ".join(ast.unparse(value) for value in values if isinstance(value, ast.expr))


def _sends(module: Module) -> tuple[str, ...]:
    """Literal values of "action" (or the like) in dictionaries of a module that opens a WebSocket."""
    found: dict[str, None] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if (
                    isinstance(key, ast.Constant)
                    and key.value in {"action", "route", "type"}
                    and isinstance(value, ast.Constant)
                ):
                    found[str(value.value)] = None
                    break
    return tuple(found)

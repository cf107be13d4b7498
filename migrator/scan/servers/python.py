"""Servers in Python: FastAPI, Starlette, Flask-Sock, Socket.IO, Channels, websockets, aiohttp and others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import Server, ServerProtocol
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.python.imports import is_test
from migrator.scan.servers.features import features
from migrator.scan.sieve import sought

_WORDS: Final = sought(b"websocket", b"WebSocket", b"flask_sock", b"socketio", b"SocketIO", b"WebsocketConsumer")
_DECORATORS: Final = {
    "fastapi": "fastapi",
    "starlette": "starlette",
    "sanic": "sanic",
    "quart": "quart",
    "litestar": "litestar",
}
_BASES: Final = {
    "WebsocketConsumer": "channels",
    "AsyncWebsocketConsumer": "channels",
    "JsonWebsocketConsumer": "channels",
    "AsyncJsonWebsocketConsumer": "channels",
    "WebSocketEndpoint": "starlette",
    "WebSocketHandler": "tornado",
    "WebSocketServerProtocol": "autobahn",
}
_SERVERS: Final = {
    "websockets.serve",
    "websockets.asyncio.server.serve",
    "websockets.sync.server.serve",
    "websockets.server.serve",
}
_MADE: Final[dict[str, tuple[str, ServerProtocol]]] = {
    "aiohttp.web.WebSocketResponse": ("aiohttp", "websocket"),
    "starlette.routing.WebSocketRoute": ("starlette", "websocket"),
    "flask_socketio.SocketIO": ("flask-socketio", "socket.io"),
    "socketio.AsyncServer": ("python-socketio", "socket.io"),
    "socketio.Server": ("python-socketio", "socket.io"),
    "simple_websocket.Server": ("simple-websocket", "websocket"),
}


def python_servers(files: Files) -> Iterator[Server]:
    for path in files.mentioning(_WORDS, ".py"):
        if is_test(path):
            continue
        text = files.text(path)
        tree = _parsed(text) if text is not None else None
        if tree is None or text is None:
            continue
        found = list(_found(tree, _names(tree)))
        for node, library, protocol, listens in found:
            yield Server(
                location=Location(path=path, line=node.lineno, column=node.col_offset + 1),
                language="python",
                library=library,
                protocol=protocol,
                listens=listens,
                features=features(text),
            )


def _parsed(text: str) -> ast.Module | None:
    """None for what can't be parsed; who reads the file for its handlers says so."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _names(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name, for what the module imports."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(
                (alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0])
                for alias in node.names
            )
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
    return found


_Found = tuple[ast.expr | ast.stmt, str, ServerProtocol, str | None]


def _found(tree: ast.Module, names: dict[str, str]) -> Iterator[_Found]:
    packages = {name.split(".")[0] for name in names.values()}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _decorated(node, packages)
        elif isinstance(node, ast.ClassDef):
            bases = [_dotted(base, names).rpartition(".")[2] for base in node.bases]
            library = next((_BASES[base] for base in bases if base in _BASES), None)
            if library:
                yield node, library, "websocket", None
        elif isinstance(node, ast.Call):
            name = _dotted(node.func, names)
            if name in _SERVERS:
                yield node, "websockets", "websocket", _listens(node)
            elif name in _MADE:
                library, protocol = _MADE[name]
                yield node, library, protocol, _path(node)


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef, packages: set[str]) -> Iterator[_Found]:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call is not None else decorator
        if not isinstance(target, ast.Attribute):
            continue
        path = _path(call) if call is not None else None
        if target.attr in {"websocket", "websocket_route"}:
            library = next((_DECORATORS[name] for name in _DECORATORS if name in packages), None)
            if library:
                yield node, library, "websocket", path
        elif target.attr == "route" and "flask_sock" in packages and "sock" in ast.unparse(target.value).lower():
            yield node, "flask-sock", "websocket", path


def _path(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _listens(call: ast.Call) -> str | None:
    """`serve(handler, host, port)`."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    host = given.get("host", call.args[1] if len(call.args) > 1 else None)
    port = given.get("port", call.args[2] if len(call.args) > 2 else None)
    parts = [ast.unparse(part) for part in (host, port) if part is not None]
    return ":".join(parts) or None


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The dotted name of an expression, its first part as imported; '' for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])

"""Servers in JavaScript and TypeScript: ws, Socket.IO, uWebSockets.js, Express, Fastify, Nest, Bun and others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from migrator.inventory.model import Server, ServerProtocol
from migrator.scan.files import Files
from migrator.scan.node.modules import SUFFIXES, Module, Modules
from migrator.scan.node.operations import made_name, method_name
from migrator.scan.node.trace import Tracer
from migrator.scan.node.tree import Node
from migrator.scan.servers.features import features
from migrator.scan.sieve import sought
from migrator.scan.testing import is_script_test

_WORDS: Final = sought(
    b"WebSocketServer", b"WebSocket.Server", b"socket.io", b"uWebSockets", b"express-ws", b"fastify/websocket",
    b"fastify-websocket", b"WebSocketGateway", b"upgradeWebSocket", b"Bun.serve", b"WebSocketPair", b"sockjs", b"'ws'",
    b'"ws"', b"koa-websocket", b"elysia", b"hyper-express", b"graphql-ws", b"'websocket'", b'"websocket"',
    suffixes=SUFFIXES,
)  # fmt: skip
"""A file without any of these has no server."""
_WITH_WS: Final = ("uWebSockets.js", "express-ws", "elysia", "hyper-express", "koa-websocket")
"""Packages whose applications have a method `ws`."""


@dataclass(frozen=True)
class _Found:
    node: Node
    library: str
    protocol: ServerProtocol = "websocket"
    listens: str | None = None


def script_servers(files: Files, modules: Modules) -> Iterator[Server]:
    tracer = Tracer(modules)
    for path in files.mentioning(_WORDS, *SUFFIXES):
        if is_script_test(path):
            continue
        module = modules.load(path)
        if module is None:
            continue
        for found in _found(module, tracer):
            yield Server(
                location=found.node.location,
                language=found.node.script.language,
                library=found.library,
                protocol=found.protocol,
                listens=found.listens,
                features=features(*_texts(module, modules)),
            )


def _texts(module: Module, modules: Modules) -> list[str]:
    """The file and the application's modules that it imports, one step far."""
    near = (modules.resolve(module.path, specifier) for specifier in module.bindings.specifiers())
    loaded = (modules.load(path) for path in dict.fromkeys(near) if path)
    return [module.tree.text, *(other.tree.text for other in loaded if other is not None)]


def _found(module: Module, tracer: Tracer) -> Iterator[_Found]:
    for node in module.tree.within("new_expression", "call_expression", "decorator"):
        for look in _LOOKS.get(node.kind, ()):
            found = look(node, tracer, frozenset(module.bindings.specifiers()))
            if found is not None:
                yield found
                break


Packages = frozenset[str]


def _package(node: Node | None, tracer: Tracer) -> tuple[str, str]:
    """The package that an expression comes from and its name there; ('', '') for none."""
    for value in tracer.trace(node):
        if value.origin.kind == "package":
            return value.origin.name, ".".join(value.path)
    return "", ""


def _new(node: Node, tracer: Tracer, _packages: Packages) -> _Found | None:
    package, name = _package(node.field("constructor"), tracer)
    name = name or made_name(node)
    if package == "ws" and name in {"Server", "WebSocketServer", "default.Server"}:
        return _Found(node, "ws", listens=_options(node))
    if package == "socket.io" or name == "SocketIOServer":
        return _Found(node, "socket.io", "socket.io", _first(node))
    if package == "websocket" and name in {"server", "WebSocketServer"}:
        return _Found(node, "websocket", listens=_options(node))
    if made_name(node) == "WebSocketPair" and not package:
        return _Found(node, "cloudflare workers")
    return None


def _call(node: Node, tracer: Tracer, _packages: Packages) -> _Found | None:
    package, name = _package(node.field("function"), tracer)
    if package == "socket.io" and not name:
        return _Found(node, "socket.io", "socket.io", _first(node))
    if package == "sockjs" and name == "createServer":
        return _Found(node, "sockjs", "sockjs")
    if package.startswith("graphql-ws") and name == "useServer":
        return _Found(node, "graphql-ws", "graphql")
    return None


def _routed(node: Node, _tracer: Tracer, packages: Packages) -> _Found | None:
    """Paths that a framework serves WebSockets at."""
    called, method = node.field("function"), method_name(node)
    path = node.arguments()[0].literal() if node.arguments() else None
    if method == "ws" and path is not None and called is not None and called.kind == "member_expression":
        library = next((name for name in _WITH_WS if name in packages), None)
        return _Found(node, library, listens=path) if library else None
    if method == "upgradeWebSocket":
        return _Found(node, "hono" if any("hono" in package for package in packages) else "deno")
    if called is not None and called.text == "Bun.serve" and _has_key(node, "websocket"):
        return _Found(node, "bun", listens=_options(node))
    if method in {"get", "route"} and _has_key(node, "websocket"):
        known = next((name for name in ("@fastify/websocket", "fastify-websocket") if name in packages), "fastify")
        return _Found(node, known, listens=path)
    return None


def _decorated(node: Node, _tracer: Tracer, packages: Packages) -> _Found | None:
    call = next(iter(node.children), None)
    if call is None or not node.text.startswith("@WebSocketGateway"):
        return None
    plain = any("platform-ws" in package for package in packages)
    return _Found(node, "nestjs", "websocket" if plain else "socket.io", _first(call) if call.arguments() else None)


def _options(node: Node) -> str | None:
    """The option that says where a server listens."""
    for argument in node.arguments():
        for pair in argument.children if argument.kind == "object" else ():
            key = pair.field("key") if pair.kind == "pair" else pair
            if key is not None and key.text in {"port", "path", "server", "httpServer", "noServer"}:
                return pair.text
    return _first(node)


def _first(node: Node) -> str | None:
    given = node.arguments()
    return given[0].text[:80].split("\n")[0] if given else None


def _has_key(node: Node, name: str) -> bool:
    objects = (argument for argument in node.arguments() if argument.kind == "object")
    keys = (pair.field("key") or pair.field("name") for given in objects for pair in given.children)
    return any(key is not None and key.text == name for key in keys)


_LOOKS: Final[dict[str, tuple[Callable[[Node, Tracer, Packages], _Found | None], ...]]] = {
    "new_expression": (_new,),
    "call_expression": (_call, _routed),
    "decorator": (_decorated,),
}

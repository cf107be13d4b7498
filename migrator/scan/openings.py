"""Where JavaScript opens a WebSocket, and what only looks so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.candidates import candidates, may_open
from migrator.javascript.libraries import NATIVE, is_socket_io, library_of
from migrator.javascript.origins import Origin, origin
from migrator.scan.scripts import Script, arguments, nodes

_SOCKET_NAME: Final = re.compile(r"(?:^|\.)(?:Web[sS]ocket|WS)$")
_CALLS: Final = re.compile(r"(?i)websocket|^io\b|^connect$")


@dataclass(frozen=True)
class Opening:
    """A site: a constructor call, the call of a hook or function, or the class that a class extends."""

    node: SgNode
    library: str
    address: SgNode | None

    @property
    def arguments(self) -> list[SgNode]:
        return arguments(self.node)


@dataclass(frozen=True)
class NearMiss:
    """A place that looks like a client and is none."""

    node: SgNode
    why: str


def openings(script: Script) -> Iterator[Opening | NearMiss]:
    """In the order of the text."""
    names = candidates(script.text)
    for node in nodes(script.root, "new_expression", "call_expression", "class_heritage"):
        callee = node.field("constructor") or node.field("function")
        if callee is not None and not may_open(callee.text(), names):
            continue
        found = _AT[node.kind()](node)
        if found is not None:
            yield found


def _made(node: SgNode) -> Opening | NearMiss | None:
    constructor = node.field("constructor")
    if constructor is None:
        return None
    where = origin(constructor)
    library = library_of(where, by_new=True)
    if library is not None:
        return Opening(node, library, _address(node))
    return NearMiss(node, _explained(constructor, where)) if _SOCKET_NAME.search(constructor.text()) else None


def _called(node: SgNode) -> Opening | NearMiss | None:
    called = node.field("function")
    if called is None or not _CALLS.search(called.text()):
        return None
    where = origin(called)
    library = library_of(where, by_new=False)
    if library is not None:
        return Opening(node, library, _address(node))
    if is_socket_io(where):
        return NearMiss(node, f"{called.text()}(...) speaks Socket.IO, which API Gateway can't serve")
    return None


def _extended(heritage: SgNode) -> Opening | None:
    """`class X extends WebSocket`: its instances are sockets, so the class is the site."""
    parent = next((child for child in _extends(heritage) if child.is_named()), None)
    library = library_of(origin(parent), by_new=True) if parent is not None else None
    if parent is None or library is None:
        return None
    owner = heritage.parent()
    super_calls = [
        call
        for call in (nodes(owner, "call_expression") if owner is not None else ())
        if (called := call.field("function")) is not None and called.text() == "super"
    ]
    return Opening(parent, library, _address(super_calls[0]) if super_calls else None)


def _extends(heritage: SgNode) -> list[SgNode]:
    """TypeScript's grammar has a clause between the two."""
    clause = next((child for child in heritage.children() if child.kind() == "extends_clause"), None)
    return (clause or heritage).children()


def _address(node: SgNode) -> SgNode | None:
    """The first argument; of a configuration object its `url`."""
    first = next(iter(arguments(node)), None)
    if first is None or first.kind() != "object":
        return first
    for pair in first.children():
        key = pair.field("key")
        if key is not None and key.text().strip("\"'") == "url":
            return pair.field("value")
    return first


def _explained(constructor: SgNode, where: Origin | None) -> str:
    name = constructor.text()
    if where is not None and where.kind == "package":
        source = f"it comes from {where.package!r}"
    elif where is not None and where.kind == "own" and where.declared is not None:
        source = f"it is declared on line {where.declared.range().start.line + 1}"
    else:
        source = "nothing says what it is"
    return f"new {name}(...) is no client: {name} is not the browser's {NATIVE} here, {source}"


_AT: Final[dict[str, Callable[[SgNode], Opening | NearMiss | None]]] = {
    "new_expression": _made,
    "call_expression": _called,
    "class_heritage": _extended,
}

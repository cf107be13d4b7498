"""Hand-made reconnecting and keep-alive of browser code: what the SSE client library makes needless."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ast_grep_py import SgNode

from migrator.inventory.record import Location
from migrator.scan.scripts import Script, arguments, enclosing_function, nodes

_CLOSED: Final = re.compile(r"(?:^|\.)(?:onclose|onerror|onClose|onError)$")
_REOPENS: Final = re.compile(r"(?i)connect|open\w*\(|new \w*WebSocket|init\w*socket|start\w*socket")
_SENDS: Final = re.compile(r"(?i)\bsend\w*\s*\(|\.ping\s*\(|heartbeat|keep_?alive")


def reconnect(script: Script, opening: SgNode) -> Location | None:
    """The timer (or the plain call) that opens again after a close; a library's option for it counts too."""
    for option in nodes(opening, "pair"):
        key = option.field("key")
        if key is not None and key.text() in {"shouldReconnect", "autoReconnect", "reconnectAttempts"}:
            return script.location(option)
    opener = _opener(opening)
    at = opening.range().start.index
    if any(body.range().start.index <= at < body.range().end.index for body in _close_handlers(script)):
        return script.location(opening)
    for body in _close_handlers(script):
        for reached in _reached(script, body):
            for timer in _timers(reached, "setTimeout", "setInterval"):
                if _REOPENS.search(timer.text()) or (opener and opener in timer.text()):
                    return script.location(timer)
    for body in _close_handlers(script):
        for call in nodes(body, "call_expression"):
            called = call.field("function")
            if called is not None and opener and called.text().rpartition(".")[2] == opener:
                return script.location(call)
    return None


def heartbeat(script: Script, opening: SgNode) -> Location | None:
    """An interval that sends."""
    for timer in _timers(script.root, "setInterval"):
        callback = next(iter(arguments(timer)), None)
        bodies = [callback.text()] if callback is not None else []
        if callback is not None and callback.kind() in {"identifier", "member_expression"}:
            bodies.extend(node.text() for node in script.functions_named(callback.text().rpartition(".")[2]))
        if any(_SENDS.search(body) for body in bodies):
            return script.location(timer)
    for option in nodes(opening, "pair"):
        key = option.field("key")
        if key is not None and key.text() == "heartbeat":
            return script.location(option)
    return None


def _opener(opening: SgNode) -> str | None:
    """The name of the function that opens the socket."""
    function = enclosing_function(opening)
    while function is not None:
        name = function.field("name")
        if name is not None:
            return name.text()
        parent = function.parent()
        if parent is not None and parent.kind() == "arguments":
            # const connect = useCallback(() => ..., [])
            call = parent.parent()
            parent = call.parent() if call is not None else None
        if parent is not None and parent.kind() in {
            "variable_declarator",
            "public_field_definition",
            "field_definition",
        }:
            named = parent.field("name") or parent.field("property")
            return named.text() if named is not None else None
        function = enclosing_function(function)
    return None


def _close_handlers(script: Script) -> Iterator[SgNode]:
    for node in nodes(script.root, "assignment_expression"):
        target, value = node.field("left"), node.field("right")
        if target is not None and value is not None and _CLOSED.search(target.text()):
            yield from _body(script, value)
    for node in nodes(script.root, "call_expression"):
        called = node.field("function")
        given = arguments(node)
        if called is None or len(given) < 2 or not called.text().endswith((".addEventListener", ".on", ".once")):
            continue
        if given[0].text().strip("\"'`") in {"close", "error"}:
            yield from _body(script, given[1])
    for node in nodes(script.root, "pair", "method_definition"):
        key = node.field("key") or node.field("name")
        value = node.field("value") or node.field("body")
        if key is not None and value is not None and _CLOSED.search(key.text()):
            yield from _body(script, value)


def _body(script: Script, value: SgNode) -> Iterator[SgNode]:
    if value.kind() in {"identifier", "member_expression"}:
        yield from script.functions_named(value.text().rpartition(".")[2])
    elif value.kind() == "call_expression":
        # this.handleClose.bind(this)
        called = value.field("function")
        name = called.text().removesuffix(".bind").rpartition(".")[2] if called is not None else ""
        yield from script.functions_named(name) or [value]
    else:
        yield value


def _reached(script: Script, body: SgNode) -> list[SgNode]:
    """A close handler and the functions of the file that it calls, two calls deep."""
    found, waiting = [], [(body, 0)]
    seen: set[str] = set()
    while waiting:
        node, depth = waiting.pop(0)
        found.append(node)
        for call in nodes(node, "call_expression") if depth < 2 else ():
            called = call.field("function")
            name = called.text().rpartition(".")[2] if called is not None else ""
            if name and name not in seen:
                seen.add(name)
                waiting.extend((function, depth + 1) for function in script.functions_named(name))
    return found


def _timers(node: SgNode, *names: str) -> Iterator[SgNode]:
    for call in nodes(node, "call_expression"):
        called = call.field("function")
        if called is not None and called.text().rpartition(".")[2] in names:
            yield call

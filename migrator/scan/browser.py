"""JavaScript and TypeScript (also inside HTML) that opens a WebSocket."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from ast_grep_py import SgNode

from migrator.inventory.model import Client
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.keepalive import heartbeat, reconnect
from migrator.scan.scripts import SUFFIXES, Script, arguments, enclosing_function, literal, nodes, scripts
from migrator.scan.testing import is_script_test

_CLASS: Final = re.compile(r"(?:^|\.)(?:\w*WebSocket|Sockette|W3CWebSocket)$")
_HOOKS: Final = re.compile(r"from\s+[\"'](react-use-websocket[^\"']*|@vueuse/core|ahooks)[\"']")
_CREDENTIAL: Final = r"(?:\w*token|\w*jwt|auth|authorization|authorizer|access_?key|api_?key|ticket)"
_QUERY: Final = re.compile(rf"[?&]({_CREDENTIAL})=", re.IGNORECASE)
_PARAMETER: Final = re.compile(rf"\.(?:set|append)\(\s*[\"'`]({_CREDENTIAL})[\"'`]", re.IGNORECASE)
_OBJECT_KEY: Final = re.compile(
    rf"URLSearchParams\(\s*\{{[^}}]*?[\"']?\b({_CREDENTIAL})\b[\"']?\s*[,:}}]", re.IGNORECASE
)
_SENDER: Final = re.compile(r"(?i)(?:^|\.|_)(?:\w*send\w*|emit|publish)$")
_SELECTORS: Final = ("action", "type", "route", "event", "message_type", "messageType")
"""Keys by which messages are told apart, when no infrastructure says which."""


def browser_clients(files: Files, selectors: Sequence[str] = _SELECTORS) -> list[Client]:
    """Sites in the order of path and line. `selectors` are the keys of a message that choose its route."""
    found: list[Client] = []
    for path in files.with_suffix(*SUFFIXES):
        if not is_script_test(path) and files.mentions(path, b"WebSocket", b"Sockette"):
            for script in scripts(files, path):
                found.extend(_clients(script, selectors))
    return found


def _clients(script: Script, selectors: Sequence[str]) -> Iterator[Client]:
    sends = tuple(dict.fromkeys(_sends(script, selectors)))
    taken: set[Location] = set()
    for call, library in _openings(script):
        given = arguments(call)
        address = given[0] if given else None
        place, parameter = _token(script, call, given, sends)
        yield Client(
            location=script.location(call),
            language=script.language,
            library=library,
            url=address.text() if address is not None else None,
            token=place,
            token_parameter=parameter,
            reconnect=_first(reconnect(script, call), taken),
            heartbeat=_first(heartbeat(script, call), taken),
            sends=sends,
        )


def _first(location: Location | None, taken: set[Location]) -> Location | None:
    """Two sockets of one file share their timers; the first one accounts for them."""
    if location is None or location in taken:
        return None
    taken.add(location)
    return location


def _openings(script: Script) -> Iterator[tuple[SgNode, str]]:
    for node in nodes(script.root, "new_expression", "call_expression"):
        if node.kind() == "new_expression":
            made = node.field("constructor")
            name = made.text() if made is not None else ""
            if _CLASS.search(name) or (name == "WS" and _imports_ws(script)):
                yield node, name.rpartition(".")[2]
            continue
        called = node.field("function")
        hook = _HOOKS.search(script.text)
        if called is not None and called.text() in {"useWebSocket", "useSocketIO"} and hook:
            yield node, hook.group(1)


def _imports_ws(script: Script) -> bool:
    return bool(re.search(r"[\"']ws[\"']", script.text))


def _token(
    script: Script, call: SgNode, given: list[SgNode], sends: Sequence[str]
) -> tuple[Literal["query", "header", "message"] | None, str | None]:
    text = _address_text(script, call, given)
    for pattern in (_QUERY, _PARAMETER, _OBJECT_KEY):
        match = pattern.search(text)
        if match:
            return "query", match.group(1)
    options = " ".join(node.text() for node in given[1:])
    header = re.search(r"headers\s*:\s*\{[^}]*?[\"']?(\w*[Aa]uthorization|[\w-]*[Tt]oken)[\"']?\s*[,:}]", options)
    if header:
        return "header", header.group(1)
    for message in _messages(script):
        match = re.search(rf"[{{,]\s*[\"']?({_CREDENTIAL})[\"']?\s*[,:}}]", message.text(), re.IGNORECASE)
        if match:
            return "message", match.group(1)
    return None, None


def _address_text(script: Script, call: SgNode, given: list[SgNode]) -> str:
    """The address, with what the names in it were given, and the lines before it that fill URL parameters."""
    if not given:
        return ""
    pieces = [given[0].text()]
    waiting = [given[0]]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        names = (
            [node, *nodes(node, "identifier")]
            if node.kind() == "identifier"
            else nodes(node, "identifier", "property_identifier")
        )
        for name in names:
            if name.text() in seen or len(seen) > 20:
                continue
            seen.add(name.text())
            values = [*script.value_of(name.text()), *(f for f in script.functions_named(name.text()) if _is_short(f))]
            pieces.extend(value.text() for value in values if _is_short(value))
            waiting.extend(value for value in values if _is_short(value))
    around = enclosing_function(call)
    if around is not None:
        before = around.text()[: max(call.range().start.index - around.range().start.index, 0)]
        pieces.extend(match.group(0) for match in _PARAMETER.finditer(before))
    return "\n".join(pieces)


def _is_short(node: SgNode) -> bool:
    """Long functions that share a name with a part of the address say nothing of it."""
    return len(node.text()) <= 600


def _messages(script: Script) -> Iterator[SgNode]:
    """Objects that are sent: given to a function that sends, through JSON.stringify or a variable too."""
    for call in nodes(script.root, "call_expression"):
        called = call.field("function")
        if called is None or not _SENDER.search(called.text()):
            continue
        for argument in arguments(call):
            yield from _objects(script, argument)


def _objects(script: Script, node: SgNode) -> Iterator[SgNode]:
    if node.kind() == "object":
        yield node
    elif node.kind() == "call_expression":
        called = node.field("function")
        if called is not None and called.text() == "JSON.stringify":
            for argument in arguments(node)[:1]:
                yield from _objects(script, argument)
    elif node.kind() == "identifier":
        for value in script.value_of(node.text()):
            if value.kind() in {"object", "call_expression"}:
                yield from _objects(script, value)


def _sends(script: Script, selectors: Sequence[str]) -> Iterator[str]:
    for message in _messages(script):
        pairs = {_key(pair): pair.field("value") for pair in message.children() if pair.kind() == "pair"}
        for selector in selectors:
            value = literal(pairs.get(selector))
            if value is not None:
                yield value
                break


def _key(pair: SgNode) -> str:
    key = pair.field("key")
    return key.text().strip("\"'") if key is not None else ""

"""new WebSocket(ADDRESS) -> new SseSocket(ADDRESS, [], { ... }).
https://websockets.spec.whatwg.org/#the-websocket-interface

Packages that bring the same class to Node.js are treated alike. The address stays as it is: SseSocket understands ws:
and wss:, and where it leads is configuration.
"""

from __future__ import annotations

from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.libraries import NATIVE, library_of
from migrator.javascript.names import is_native
from migrator.javascript.origins import origin
from migrator.rewrite.client.node_events import EMITTERS, listener_edits
from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.site import CLASS, NO_PROTOCOL, Site, left_for_a_person, rewritten, unreachable
from migrator.rewrite.client.text import TextEdit, insertion
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "websocket_constructor"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import { address } from "./settings.js";

export const socket = new WebSocket(address());
""",
        after="""\
import { address } from "./settings.js";
import { SseSocket } from "./sse-socket.js";

export const socket = new SseSocket(address());
""",
        path="chat.mjs",
    ),
    leaves_alone=(
        "a class that is only called WebSocket: imported, declared or given as a parameter",
        "a subprotocol, or arguments that are spread: those get a marker",
        "options that only Node.js has, such as an agent: those get a marker",
    ),
)
SAME_CLASS: Final = frozenset({NATIVE, "ws", "isomorphic-ws", "websocket", "ReconnectingWebSocket"})
"""Libraries whose class has the interface of WebSocket. ReconnectingWebSocket is the one that a script tag brings."""

_CONSTANTS: Final = frozenset({"CONNECTING", "OPEN", "CLOSING", "CLOSED"})
_OF_RECONNECTING: Final = frozenset(
    {"open", "refresh", "reconnectInterval", "reconnectAttempts", "timeoutInterval", "debug"}
)
"""What ReconnectingWebSocket has and WebSocket has not: https://github.com/joewalnes/reconnecting-websocket"""
_REOPENS: Final = (
    "ReconnectingWebSocket takes no other class, so SseSocket stands in its place: it resumes a lost stream by itself, "
    "and opens no other when the server has closed it."
)


def rewrite(site: Site, token: TokenOptions) -> Verdict:
    """What becomes of a `new ...(...)` expression."""
    callee, given = site.callee, site.arguments
    obstacle = obstacle_of(given) or unreachable(site)
    library = site.library
    if library == "ReconnectingWebSocket":
        obstacle = obstacle or _own_surface(site)
    events = listener_edits(site) if library in EMITTERS else []
    if isinstance(events, str):
        obstacle = obstacle or events
    if obstacle or callee is None or isinstance(events, str):
        return left_for_a_person(site, RULE, obstacle or "nothing is constructed")
    address = given[0]
    edits = [TextEdit(*site.at(callee), CLASS), *events]
    options = _options(given, token, site.script.quote)
    source = f"[], {options}" if options else ""
    if len(given) > 1:  # no subprotocol, and options that are kept
        edits.append(TextEdit(site.at(address)[1], site.at(given[-1])[1], f", {source}" if source else ""))
    elif source:
        edits.append(insertion(site.at(address)[1], f", {source}"))
    said = _REOPENS if library == "ReconnectingWebSocket" else ""
    return rewritten(site, RULE, edits, address, token.reason, said)


def related_edits(script: Script, *, all_rewritten: bool) -> list[TextEdit]:
    """Constants of the rewritten class, and `instanceof` where no socket of the script is a WebSocket any more."""
    edits: list[TextEdit] = []
    for member in script.root.find_all(kind="member_expression"):
        target, name = member.field("object"), member.field("property")
        if target and name and name.text() in _CONSTANTS and is_socket_class(target):
            edits.append(_replaced(script, target))
    for test in script.root.find_all(kind="binary_expression") if all_rewritten else ():
        operator, tested = test.field("operator"), test.field("right")
        if operator and tested and operator.text() == "instanceof" and is_socket_class(tested):
            edits.append(_replaced(script, tested))
    return edits


def sockets_made(script: Script) -> list[SgNode]:
    """The constructor calls of the browser's WebSocket, and of packages with the same class."""
    calls = [(call, call.field("constructor")) for call in script.root.find_all(kind="new_expression")]
    return [call for call, callee in calls if callee and is_socket_class(callee)]


def is_socket_class(node: SgNode) -> bool:
    if node.text() == NATIVE and is_native(node):
        return True
    return library_of(origin(node), by_new=True) in SAME_CLASS


def _replaced(script: Script, node: SgNode) -> TextEdit:
    return TextEdit(script.start + node.range().start.index, script.start + node.range().end.index, CLASS)


def obstacle_of(given: list[SgNode]) -> str | None:
    """Why these arguments can't be those of the class."""
    if not given or any(argument.kind() == "spread_element" for argument in given):
        return "the address can't be told from the arguments"
    rest = given[1:]
    if rest and rest[-1].kind() == "object":
        unknown = [key for key in _keys(rest.pop()) if key != "headers"]
        if unknown:
            return f"{CLASS} has no counterpart of the option {unknown[0]}"
    if len(rest) > 1 or (rest and rest[0].text().replace(" ", "") not in NO_PROTOCOL):
        return "the second argument asks for a subprotocol, and the migrated application chooses none"
    return None


def _own_surface(site: Site) -> str | None:
    for member in site.script.root.find_all(kind="member_expression"):
        target, name = member.field("object"), member.field("property")
        of_socket = target is not None and target.text() == site.kept_as
        if of_socket and name is not None and name.text() in _OF_RECONNECTING:
            return f"{CLASS} has no counterpart of {member.text()}"
    return None


def _keys(given: SgNode) -> list[str]:
    """The keys of an object literal; of what is no plain pair its source."""
    found: list[str] = []
    for child in given.children():
        if child.is_named() and child.kind() != "comment":
            key = child.field("key")
            found.append(key.text().strip("\"'") if key is not None else child.text())
    return found


def _options(given: list[SgNode], token: TokenOptions, quote: str) -> str:
    """The third argument: headers that were given, and where the token goes."""
    kept = given[-1] if len(given) > 1 and given[-1].kind() == "object" and _keys(given[-1]) else None
    added = token.source(quote)
    if kept is None or not added:
        return kept.text() if kept is not None else added
    return f"{kept.text()[:-1].rstrip().rstrip(',')}, {added.removeprefix('{ ')}"

"""import useWebSocket from "react-use-websocket" -> from "./use-sse-socket.js", which is put beside the script.
https://github.com/robtaussig/react-use-websocket#api

The package makes its sockets of the global WebSocket and takes no other. Ours is the same hook over SseSocket.
"""

from __future__ import annotations

from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.names import bare
from migrator.javascript.origins import origin
from migrator.rewrite.client.site import Site, arguments, left_for_a_person, rewritten
from migrator.rewrite.client.text import TextEdit
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict
from migrator.rewrite.client.websocket_option import Taking, with_option
from migrator.rewrite.rule import Example, RulePage
from templates import CLIENT_HOOK

RULE: Final = "react_use_websocket"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import useWebSocket, { ReadyState } from "react-use-websocket";

export function Chat({ address }) {
  const { lastMessage, readyState } = useWebSocket(address, { shouldReconnect: () => true });
  return readyState === ReadyState.OPEN ? lastMessage : null;
}
""",
        after="""\
import useWebSocket, { ReadyState } from "./use-sse-socket.js";

export function Chat({ address }) {
  const { lastMessage, readyState } = useWebSocket(address, { shouldReconnect: () => true });
  return readyState === ReadyState.OPEN ? lastMessage : null;
}
""",
        path="Chat.mjs",
    ),
    leaves_alone=(
        "a hook of the application that has the same name",
        "options and exports that the hook over SseSocket has not, such as share and useSocketIO: those get a marker",
    ),
)

_EXPORTS: Final = frozenset({"default", "useWebSocket", "ReadyState", "Options", "SendMessage"})
_OPTIONS: Final = frozenset(
    {
        "onOpen", "onClose", "onMessage", "onError", "onReconnectStop", "shouldReconnect", "reconnectInterval",
        "reconnectAttempts", "filter", "retryOnError", "heartbeat", "queryParams", "disableJson", "skipAssert",
        "socketOptions",
    }
)  # fmt: skip
_HEARTBEAT: Final = "Its heartbeat option does nothing any more: the server keeps the stream alive."


def rewrite(site: Site, token: TokenOptions) -> Verdict:
    """What becomes of a call of the hook."""
    given = site.arguments
    statement = _import(site)
    obstacle = _obstacle(site, statement, given)
    if obstacle or statement is None:
        return left_for_a_person(site, RULE, obstacle or "nothing imports the hook")
    source = statement.field("source")
    quote = source.text()[0] if source is not None else '"'
    edits = [TextEdit(*site.at(source), f"{quote}./{CLIENT_HOOK}{quote}")] if source is not None else []
    options = token.source(site.script.quote)
    if options and len(given) > 1:
        added = with_option(site, given[1], Taking("socketOptions", 1), options)
        edits += [added] if added is not None else []
    elif options:
        end = site.at(given[0])[1]
        edits.append(TextEdit(end, end, f", {{ socketOptions: {options} }}"))
    said = _HEARTBEAT if len(given) > 1 and "heartbeat" in _keys(given[1]) else ""
    return rewritten(site, RULE, edits, given[0], token.reason, said)


def _import(site: Site) -> SgNode | None:
    found = origin(site.callee) if site.callee is not None else None
    return found.declared if found is not None else None


def _obstacle(site: Site, statement: SgNode | None, given: list[SgNode]) -> str | None:
    if statement is None or statement.kind() != "import_statement":
        return "the hook is not imported by an import statement"
    others = [name for name in _imported(statement) if name not in _EXPORTS]
    if others:
        return f"the hook over SseSocket has no {others[0]}"
    if not given or any(argument.kind() == "spread_element" for argument in given):
        return "the address can't be told from the arguments"
    for call in site.script.root.find_all(kind="call_expression"):
        called = call.field("function")
        if called is not None and site.callee is not None and called.text() == site.callee.text():
            unknown = [key for key in _keys(arguments(call)[1]) if key not in _OPTIONS] if arguments(call)[1:] else []
            if unknown:
                return f"the hook over SseSocket has no option {unknown[0]}"
    return None


def _imported(statement: SgNode) -> list[str]:
    found = ["*"] if statement.find(kind="namespace_import") else []
    for specifier in statement.find_all(kind="import_specifier"):
        name = specifier.field("name")
        found.append(name.text() if name is not None else specifier.text())
    return found


def _keys(options: SgNode) -> list[str]:
    """Of an object literal; none for what is built elsewhere."""
    found: list[str] = []
    for child in bare(options).children() if bare(options).kind() == "object" else ():
        key = child.field("key") or child.field("name")
        if key is not None:
            found.append(key.text().strip("\"'"))
        elif child.kind() == "shorthand_property_identifier":
            found.append(child.text())
    return found

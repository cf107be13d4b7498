"""Libraries that make their sockets themselves, and take the class to make them of: they are told SseSocket.

https://github.com/pladaria/reconnecting-websocket#available-options
https://docs.partykit.io/reference/partysocket-api/
https://rxjs.dev/api/webSocket/WebSocketSubjectConfig
https://github.com/vitalets/websocket-as-promised#websocketaspromised
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ast_grep_py import SgNode

from migrator.javascript.names import bare, binding_of
from migrator.rewrite.client.site import CLASS, NO_PROTOCOL, Site, left_for_a_person, rewritten, unreachable
from migrator.rewrite.client.text import TextEdit, insertion
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict, skipped
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "websocket_option"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
import ReconnectingWebSocket from "reconnecting-websocket";

export const socket = new ReconnectingWebSocket(address, [], { maxRetries: 5 });
""",
        after="""\
import ReconnectingWebSocket from "reconnecting-websocket";
import { SseSocket } from "./sse-socket.js";

export const socket = new ReconnectingWebSocket(address, [], { WebSocket: SseSocket, maxRetries: 5 });
""",
        path="chat.mjs",
    ),
    leaves_alone=(
        "a socket of websocket-as-promised that is made by a function of the application",
        "PartySocket, whose addresses are those of PartyKit: it gets a marker",
        "a subprotocol, or arguments that are spread: those get a marker",
    ),
)


@dataclass(frozen=True)
class Taking:
    """How a library takes the class."""

    option: str
    position: int
    """Of the options among the arguments. 0: the address stands in them, or alone."""
    made: bool = False
    """Whether the option is a function that makes a socket."""


TAKING: Final[dict[str, Taking]] = {
    "reconnecting-websocket": Taking("WebSocket", 2),
    "partysocket/ws": Taking("WebSocket", 2),
    "partysocket/react": Taking("WebSocket", 2),
    "rxjs": Taking("WebSocketCtor", 0),
    "websocket-as-promised": Taking("createWebSocket", 1, made=True),
}


def rewrite(site: Site, token: TokenOptions) -> Verdict:
    """What becomes of a call or constructor of one of these libraries."""
    taking = TAKING[site.library or ""]
    given = site.arguments
    obstacle = _obstacle(taking, given) or unreachable(site)
    if obstacle:
        return left_for_a_person(site, RULE, obstacle)
    value = _value(taking, token, site.script.quote)
    if taking.position == 0:
        edit = _of_configuration(site, given[0], taking, value)
    elif len(given) <= taking.position:
        fill = "".join(", []" for _ in range(taking.position - len(given)))
        edit = insertion(site.at(given[-1])[1], f"{fill}, {{ {taking.option}: {value} }}")
    else:
        edit = with_option(site, given[taking.position], taking, value)
    if edit is None:
        return skipped(f"{site.library} is told already what to make its sockets of")
    return rewritten(site, RULE, [edit], given[0], token.reason)


def _value(taking: Taking, token: TokenOptions, quote: str) -> str:
    options = token.source(quote)
    if taking.made:
        return f"(url) => new {CLASS}(url{f', [], {options}' if options else ''})"
    if not options:
        return CLASS
    made = f"constructor(url, protocols) {{ super(url, protocols, {options}); }}"
    return f"class extends {CLASS} {{ {made} }}"


def _obstacle(taking: Taking, given: list[SgNode]) -> str | None:
    if not given or any(argument.kind() == "spread_element" for argument in given):
        return "the address can't be told from the arguments"
    if taking.position == 2 and len(given) > 1 and given[1].text().replace(" ", "") not in NO_PROTOCOL:
        return "the second argument asks for a subprotocol, and the migrated application chooses none"
    return None


def with_option(site: Site, options: SgNode, taking: Taking, value: str) -> TextEdit | None:
    """The options with one more; None when they have it already."""
    options = bare(options)
    start, end = site.at(options)
    if options.kind() != "object":
        empty = options.text() in {"undefined", "null"}
        return TextEdit(start, end, f"{{ {'' if empty else f'...{options.text()}, '}{taking.option}: {value} }}")
    present = next((pair for pair in options.children() if _key(pair) == taking.option), None)
    if present is not None:
        given = present.field("value")
        replace = given is not None and not taking.made and CLASS not in given.text()
        return TextEdit(*site.at(given), value) if given is not None and replace else None
    if not any(child.is_named() for child in options.children()):
        return TextEdit(start, end, f"{{ {taking.option}: {value} }}")
    first = next(child for child in options.children() if child.is_named())
    newline = "\n" in options.text()[: first.range().start.index - options.range().start.index]
    at = site.at(first)[0]
    between = site.text[start + 1 : at] if newline else " "
    return insertion(at, f"{taking.option}: {value},{between}")


def _of_configuration(site: Site, first: SgNode, taking: Taking, value: str) -> TextEdit | None:
    """webSocket(ADDRESS) and webSocket({ url: ADDRESS })."""
    bound = binding_of(bare(first)) if bare(first).kind() == "identifier" else None
    declared = bound.declaration.field("value") if bound is not None else None
    if bare(first).kind() == "object" or (declared is not None and bare(declared).kind() == "object"):
        return with_option(site, first, taking, value)
    start, end = site.at(first)
    return TextEdit(start, end, f"{{ url: {first.text()}, {taking.option}: {value} }}")


def _key(pair: SgNode) -> str:
    key = pair.field("key")
    if key is None:
        return pair.text() if pair.kind() == "shorthand_property_identifier" else ""
    return key.text().strip("\"'")

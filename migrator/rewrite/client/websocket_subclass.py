"""class Feed extends WebSocket -> class Feed extends SseSocket.
https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Classes/extends
"""

from __future__ import annotations

from typing import Final

from migrator.rewrite.client.node_events import EMITTERS
from migrator.rewrite.client.site import CLASS, Site, arguments, left_for_a_person, rewritten, unreachable
from migrator.rewrite.client.text import TextEdit, insertion
from migrator.rewrite.client.token import TokenOptions
from migrator.rewrite.client.verdict import Verdict
from migrator.rewrite.client.websocket_constructor import SAME_CLASS, obstacle_of
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "websocket_subclass"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
export class Feed extends WebSocket {
  say(text) {
    this.send(JSON.stringify({ action: "say", text }));
  }
}
""",
        after="""\
import { SseSocket } from "./sse-socket.js";

export class Feed extends SseSocket {
  say(text) {
    this.send(JSON.stringify({ action: "say", text }));
  }
}
""",
        path="feed.mjs",
    ),
    leaves_alone=(
        "a class that only shares the name with the browser's",
        "a class of the package ws, which is an emitter too: it gets a marker",
        "a class that asks for a subprotocol: it gets a marker",
    ),
)


def rewrite(site: Site, token: TokenOptions) -> Verdict:
    """What becomes of the class that another one extends."""
    owner = next((a for a in site.node.ancestors() if a.kind() in {"class_declaration", "class"}), None)
    supers = [
        call
        for call in (owner.find_all(kind="call_expression") if owner is not None else ())
        if (called := call.field("function")) is not None and called.text() == "super"
    ]
    obstacle = unreachable(site) or next((why for call in supers if (why := obstacle_of(arguments(call)))), None)
    if site.library in EMITTERS:
        obstacle = obstacle or "the class may use the emitter that the package's class is"
    elif site.library not in SAME_CLASS:
        obstacle = obstacle or f"{site.library} is no WebSocket itself"
    if obstacle:
        return left_for_a_person(site, RULE, obstacle)
    options = f", [], {token.source(site.script.quote)}" if token.options else ""
    edits = [TextEdit(*site.at(site.node), CLASS)]
    edits += [insertion(site.at(arguments(call)[0])[1], options) for call in supers if options]
    address = arguments(supers[0])[0] if supers else None
    return rewritten(site, RULE, edits, address, token.reason if supers else "")

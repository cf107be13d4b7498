"""Libraries that make their sockets of the browser's WebSocket, whatever they are told: a person replaces them."""

from __future__ import annotations

from typing import Final

from migrator.rewrite.client.site import CLASS, Site, left_for_a_person
from migrator.rewrite.client.verdict import Verdict
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "client_library"
PAGE: Final = RulePage(
    name=RULE,
    summary="""Libraries that make their sockets of the browser's WebSocket, whatever they are told: a marker says so.

    https://github.com/lukeed/sockette#api
    """,
    safety="manual",
    example=Example(
        before="""\
import Sockette from "sockette";

export const socket = new Sockette(address, { onmessage: show });
""",
        after="""\
import Sockette from "sockette";

// ws2sse: client_library: Sockette takes no other class than the browser's WebSocket.
//   Make a SseSocket and give it the handlers; it resumes a lost stream by itself.
//   (ws2sse explain client_library)
export const socket = new Sockette(address, { onmessage: show });
""",
        path="chat.mjs",
    ),
    leaves_alone=("libraries that can be told which class to use", "Socket.IO, which API Gateway can't serve"),
)

_INSTEAD: Final = {
    "sockette": f"Make a {CLASS} and give it the handlers; it resumes a lost stream by itself.",
    "robust-websocket": f"Make a {CLASS}; it resumes a lost stream by itself.",
    "react-native-reconnecting-websocket": f"Make a {CLASS}; it resumes a lost stream by itself.",
    "websocket-ts": f"Make a {CLASS} and give it the handlers; it resumes a lost stream by itself.",
    "@vueuse/core": f"Make a {CLASS} and keep its messages in a ref.",
    "ahooks": f"Make a {CLASS} in an effect.",
    "partysocket": "Its addresses are those of PartyKit; the class WebSocket of partysocket takes another class.",
}


def rewrite(site: Site) -> Verdict:
    library = site.library or "the library"
    return left_for_a_person(
        site, RULE, f"{library} takes no other class than the browser's WebSocket", _INSTEAD.get(library, "")
    )

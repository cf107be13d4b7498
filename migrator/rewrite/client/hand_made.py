"""What an application did by hand for its WebSocket, and SseSocket does itself: reconnect and keep-alive.

Nothing is removed: both keep working. `close` fires only when the connection is over, which is when a reconnect is
right, and a message that nobody needs does no harm. A comment says what the library does and what may go.
"""

from __future__ import annotations

from typing import Final, Literal

from migrator.inventory.record import Location
from migrator.rewrite.client.comments import comment_before, smallest_at
from migrator.rewrite.client.scripts import Script
from migrator.rewrite.client.text import position_of
from migrator.rewrite.client.verdict import Verdict, failed
from migrator.rewrite.rule import Example, RulePage

HandMade = Literal["reconnect", "heartbeat"]

COMMENTS: Final[dict[HandMade, tuple[str, ...]]] = {
    "reconnect": (
        "SseSocket resumes a lost stream by itself.",
        '"close" now means that the connection is over; then this still makes a new one.',
        "Keep it for that, or remove it.",
    ),
    "heartbeat": (
        "The server keeps the stream alive, and SseSocket notices silence.",
        "This may be removed, unless the answers are used for something else.",
    ),
}

REASONS: Final[dict[HandMade, str]] = {
    "reconnect": (
        "The logic stays and still works: SseSocket resumes a lost stream by itself, and fires 'close' only "
        "when the connection is over. It may be removed."
    ),
    "heartbeat": (
        "The logic stays and still works, but is no longer needed to keep the connection. It may be removed, unless "
        "the answers are used for something else."
    ),
}

OPTIONS: Final[dict[HandMade, str]] = {
    "reconnect": "The option stays, and is asked only when the connection is over: SseSocket resumes a lost stream.",
    "heartbeat": "The option does nothing any more: the server keeps the stream alive, and SseSocket notices silence.",
}
"""Where an option of the call that was rewritten says it."""

RECONNECT_PAGE: Final = RulePage(
    name="hand_made_reconnect",
    summary="""Reconnect that an application makes by hand: it stays, and a marker says what SseSocket does by itself.

    https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
    """,
    safety="review",
    example=Example(
        before="""\
export function connect() {
  const socket = new WebSocket(address());
  socket.onclose = () => setTimeout(connect, 1000);
}
""",
        after="""\
import { SseSocket } from "./sse-socket.js";

export function connect() {
  const socket = new SseSocket(address());
  // ws2sse: hand_made_reconnect: SseSocket resumes a lost stream by itself.
  //   "close" now means that the connection is over; then this still makes a new one.
  //   Keep it for that, or remove it.
  //   (ws2sse explain hand_made_reconnect)
  socket.onclose = () => setTimeout(connect, 1000);
}
""",
        path="chat.mjs",
    ),
    leaves_alone=("timers of a script in which no client was rewritten", "timers that open no connection"),
)
HEARTBEAT_PAGE: Final = RulePage(
    name="hand_made_heartbeat",
    summary="""Keep-alive that an application makes by hand: it stays, and a marker says that it is not needed any more.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    """,
    safety="review",
    example=Example(
        before="""\
export const socket = new WebSocket(address());
setInterval(() => socket.send("ping"), 60000);
""",
        after="""\
import { SseSocket } from "./sse-socket.js";

export const socket = new SseSocket(address());
// ws2sse: hand_made_heartbeat: The server keeps the stream alive, and SseSocket notices silence.
//   This may be removed, unless the answers are used for something else.
//   (ws2sse explain hand_made_heartbeat)
setInterval(() => socket.send("ping"), 60000);
""",
        path="chat.mjs",
    ),
    leaves_alone=("timers of a script in which no client was rewritten", "timers that send something else"),
)


def mark(kind: HandMade, location: Location, script: Script, text: str) -> Verdict:
    at = position_of(text, location.line, location.column)
    if at is None:
        return failed("the file has no such line and column")
    rule = f"hand_made_{kind}"
    node = smallest_at(script.root, at - script.start)
    edits = comment_before(node, script.start, text, rule, COMMENTS[kind])
    return Verdict("marked", REASONS[kind], rule, "review", edits)

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


def mark(kind: HandMade, location: Location, script: Script, text: str) -> Verdict:
    at = position_of(text, location.line, location.column)
    if at is None:
        return failed("the file has no such line and column")
    rule = f"hand_made_{kind}"
    node = smallest_at(script.root, at - script.start)
    edits = comment_before(node, script.start, text, rule, COMMENTS[kind])
    return Verdict("marked", REASONS[kind], rule, "review", edits)

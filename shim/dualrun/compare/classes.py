"""The classes of differences: what each means, whether one is enough to fail, and what Jepsen calls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DifferenceClass = Literal[
    "misrouted",
    "spoofed",
    "missing",
    "pending_tail",
    "extra",
    "duplicate",
    "resume_duplicate",
    "reordered",
    "cross_channel_order",
    "gap",
    "payload",
    "error_shape",
    "lifecycle",
    "size_limit",
    "late",
]


@dataclass(frozen=True, slots=True)
class ClassMeaning:
    """critical: a single one decides, whatever the number of sessions.

    jepsen: the name of the same anomaly in Jepsen's checker of streams; None where it has none. Source:
    https://github.com/jepsen-io/jepsen/blob/main/jepsen/src/jepsen/tests/kafka.clj
    """

    sentence: str
    critical: bool = False
    jepsen: str | None = None


CLASSES: dict[DifferenceClass, ClassMeaning] = {
    "misrouted": ClassMeaning(
        "A client received what the legacy path sent to others only: a leak.",
        critical=True,
    ),
    "spoofed": ClassMeaning(
        "The new path took a request from somebody who is not the client of the connection that it speaks for. "
        "Nobody can on a WebSocket.",
        critical=True,
    ),
    "missing": ClassMeaning(
        "A client did not receive a message, though it was connected and received later ones, or had the time.",
        jepsen="lost-write",
    ),
    "pending_tail": ClassMeaning(
        "A client's last messages had not come when the session ended; they may have been on their way.",
        jepsen="unseen",
    ),
    "extra": ClassMeaning(
        "A client received a message that the legacy path did not send to anybody at that place.",
        jepsen="aborted-read",
    ),
    "duplicate": ClassMeaning(
        "A client received a message once more on a stream that was not taken up again.",
        jepsen="duplicate",
    ),
    "resume_duplicate": ClassMeaning(
        "A client received again, after it took up its stream with Last-Event-ID, what it had before the cut.",
        jepsen="duplicate",
    ),
    "reordered": ClassMeaning(
        "Messages that depend on each other came to a client in another order.",
        jepsen="nonmonotonic-poll",
    ),
    "cross_channel_order": ClassMeaning(
        "A reply and an event that a client can tell apart in time came in another order: one of them now comes in "
        "the answer to the POST, and the other on the stream.",
    ),
    "gap": ClassMeaning(
        "The server told the client, with `event: gap`, that messages were lost between two streams.",
        jepsen="poll-skip",
    ),
    "payload": ClassMeaning(
        "A message came with another content, at the leaf that is named.",
        jepsen="inconsistent-offsets",
    ),
    "error_shape": ClassMeaning(
        "An error came on one path only, or says something else.",
    ),
    "lifecycle": ClassMeaning(
        "A connection began or ended in another way: accepted or refused, with which status, closed by whom.",
    ),
    "size_limit": ClassMeaning(
        "A message is beyond the limits of a WebSocket API (frames of 32 KB, messages of 128 KB), which one path keeps "
        "and the other does not.",
    ),
    "late": ClassMeaning(
        "A message came later than its margin allows, or in a later step, behind what it preceded on the legacy path.",
    ),
}

"""A step in which somebody speaks for a client without its session."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal, get_args

from shim.dualrun.record.canonical import object_in

Credential = Literal["none", "token", "made_up", "connection_id", "ended"]

PRESENTED: Final[dict[Credential, str]] = {
    "none": "without a session",
    "token": "with its token, and without a session",
    "made_up": "with a session that was made up",
    "connection_id": "with the id of its connection for a session",
    "ended": "with the session of a connection that has ended",
}
"""What each is. The id of a connection is no secret: back ends and logs know it."""


@dataclass(frozen=True, slots=True)
class Spoof:
    """Somebody tries to send `text`, to listen and to close as the client, which is connected.

    Nobody can on a WebSocket, so nothing happens there; the new path has to refuse it. `route`: as of Send.
    """

    client: str
    credential: Credential
    text: str
    route: str | None = None

    def described(self) -> str:
        return f"somebody speaks for {self.client} {PRESENTED[self.credential]}"


def spoof_text(step: Spoof) -> str:
    """The text of a recorded spoof: JSON with 'presents' and 'message'."""
    return json.dumps({"presents": step.credential, "message": step.text}, ensure_ascii=False)


def spoof_of(client: str, text: str) -> Spoof:
    """Of `spoof_text`; with nothing presented, and no message, for what is not understood."""
    told = object_in(text)
    message = told.get("message")
    known: Credential = next((one for one in get_args(Credential) if one == told.get("presents")), "none")
    return Spoof(client, known, message if isinstance(message, str) else "")

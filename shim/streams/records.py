"""What brokers tell of connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

CONNECTION_ID = "connection_id"
"""Name under which `attributes` and `find` give the connection's id."""


GOING_AWAY: Final = (1001, "Going away")
"""Close code and reason for a service, or a connection, whose time is over."""

CONNECTION_LOST: Final = (1006, "the connection was lost")
"""For one that can't be resumed."""

DID_NOT_COME_BACK: Final = (1006, "the client did not come back")
"""When the resume window is over."""

DOES_NOT_READ: Final = (1008, "the client does not read what is sent to it")
"""When pushes were refused for as long as a slow reader is given."""

NOT_ACCEPTED: Final = (1006, "the client could not be accepted")
"""When `$connect` succeeded, and the broker did not answer."""

LONGEST_REASON_BYTES: Final = 123
"""What a WebSocket's close frame holds: https://www.rfc-editor.org/rfc/rfc6455#section-5.5"""


def sendable_reason(reason: str) -> str:
    """Cut to what a close frame holds, and not within a character."""
    return reason.encode("utf-8", "replace")[:LONGEST_REASON_BYTES].decode("utf-8", "ignore")


@dataclass(frozen=True, slots=True)
class Opened:
    """`session` is the client's secret: it lets its bearer speak for the connection. Back ends only see the id."""

    connection_id: str
    session: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A connection that ended, to be told to the application once. `attributes` is what was annotated."""

    connection_id: str
    code: int
    reason: str
    attributes: dict[str, Any]
    state: str = ""
    """What `Streams.open` was given to be kept."""


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """Times are seconds since the epoch."""

    opened_at: float
    last_active_at: float
    epoch: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an open connection looks like at one moment. `sent` counts messages; `waiting_bytes` no stream has taken."""

    connection_id: str
    opened_at: float
    last_active_at: float
    attached: bool
    sent: int
    waiting_bytes: int
    kept_bytes: int
    kept_events: int

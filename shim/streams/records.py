"""What brokers tell of connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

CONNECTION_ID = "connection_id"
"""Name under which `attributes` and `find` give the connection's id."""


GOING_AWAY: Final = (1001, "Going away")
"""Close code and reason for a service, or a connection, whose time is over."""


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

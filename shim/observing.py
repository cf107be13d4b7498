"""What happens in the shim, told to whoever counts, logs, traces or shows it.

The hot path of a push tells nobody: it counts in `PushCounts`, which readers look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Face = Literal["sse", "websocket"]
Outcome = Literal[
    "handled", "forbidden", "bad_request", "throttled", "integration_error", "timed_out", "execution_error"
]

RefusalReason = Literal[
    "ending", "rate", "address", "principal", "full", "away", "authorizer", "connect", "upstream", "moved"
]
"""Why a client was not let in: the service ends; too many at once, or open of one client or in all; what keeps the
connections is away; who refused it, or could not be asked; and a cut-over moved it to the other service."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A client was accepted. `latency_s`: authorizer and `$connect`, in seconds."""

    connection_id: str
    face: Face
    source_ip: str
    latency_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A client was not accepted; `status` is the HTTP status that it saw."""

    connection_id: str
    face: Face
    source_ip: str
    status: int
    message: str
    reason: RefusalReason = "connect"


@dataclass(frozen=True, slots=True)
class MessageHandled:
    """`latency_s`: what the integration took, in seconds; 0 when none was called."""

    connection_id: str
    message_id: str
    route_key: str | None
    outcome: Outcome
    latency_s: float
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A connection ended. `failed`: its `$disconnect` integration did."""

    connection_id: str
    code: int
    reason: str
    failed: bool


Happening = Connected | Refused | MessageHandled | Disconnected
Observer = Callable[[Happening], None]
"""Called on the event loop; must not block."""


@dataclass(slots=True)
class PushCounts:
    """Calls of @connections and pushes of handlers, by what became of them, since the start."""

    sent: int = 0
    gone: int = 0
    too_large: int = 0
    slow: int = 0
    refused: int = 0
    """Those whose signature was not right."""

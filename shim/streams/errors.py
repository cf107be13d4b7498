"""StreamsError
├── ConnectionGone(connection_id)          410 for a pusher
├── SlowReader(connection_id, …)           429 for a pusher
├── PayloadTooLarge(found_bytes, …)        413
├── TooManyConnections(limit)              503
└── BrokerUnavailable(reason)              503
"""

from __future__ import annotations

from typing import Final


class StreamsError(Exception):
    """Anything that `Streams` refuses."""


class ConnectionGone(StreamsError):
    """Raised when a connection is unknown, not yet accepted, or closed: what API Gateway answers with 410."""

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id
        super().__init__(connection_id)

    def __str__(self) -> str:
        return f"connection {self.connection_id} is gone"


class SlowReader(StreamsError):
    """Raised when a client does not read fast enough for what is sent to it: what API Gateway answers with 429."""

    def __init__(self, connection_id: str, waiting_bytes: int, limit_bytes: int) -> None:
        self.connection_id, self.waiting_bytes, self.limit_bytes = connection_id, waiting_bytes, limit_bytes
        super().__init__(connection_id, waiting_bytes, limit_bytes)

    def __str__(self) -> str:
        return (
            f"connection {self.connection_id} has {self.waiting_bytes} bytes that its client did not read yet; "
            f"at most {self.limit_bytes} are kept"
        )


class PayloadTooLarge(StreamsError):
    """Raised when a message is larger than `StreamLimits.payload_bytes`."""

    def __init__(self, found_bytes: int, limit_bytes: int) -> None:
        self.found_bytes, self.limit_bytes = found_bytes, limit_bytes
        super().__init__(found_bytes, limit_bytes)

    def __str__(self) -> str:
        return f"the message has {self.found_bytes} bytes; at most {self.limit_bytes} are allowed"


class TooManyConnections(StreamsError):
    """Raised when `StreamLimits.connections` are open."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)

    def __str__(self) -> str:
        return f"{self.limit} connections are open, and no more are allowed"


class BrokerUnavailable(StreamsError):
    """Raised when what keeps the connections does not answer in time. Whether it did what was asked for is not known.
    `reason` names neither its address nor its password; it is for who looks after the service, `told` for clients."""

    told: Final = "the broker of the connections is not available"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        return f"{self.told}: {self.reason}"

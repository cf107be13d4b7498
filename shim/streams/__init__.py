"""Connections, sequence numbers, replay and the event stream on the wire.

Self-contained: a migrated application carries this package as its own code.
"""

from shim.streams.claims import Claimed, ClaimState
from shim.streams.connection import Event, Gap
from shim.streams.errors import (
    BrokerUnavailable,
    ConnectionGone,
    PayloadTooLarge,
    SlowReader,
    StreamsError,
    TooManyConnections,
)
from shim.streams.limits import StreamLimits
from shim.streams.records import CONNECTION_ID, GOING_AWAY, Closed, ConnectionInfo, Opened, Snapshot
from shim.streams.service import Streams
from shim.streams.subscription import Subscription

__all__ = [
    "CONNECTION_ID",
    "GOING_AWAY",
    "BrokerUnavailable",
    "ClaimState",
    "Claimed",
    "Closed",
    "ConnectionGone",
    "ConnectionInfo",
    "Event",
    "Gap",
    "Opened",
    "PayloadTooLarge",
    "SlowReader",
    "Snapshot",
    "StreamLimits",
    "Streams",
    "StreamsError",
    "Subscription",
    "TooManyConnections",
]

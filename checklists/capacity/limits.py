"""What the shim keeps and allows by default, without installing it. Tests hold these against its own limits."""

from __future__ import annotations

from typing import Final

REPLAY_S: Final = 300.0
REPLAY_EVENTS: Final = 1_000
REPLAY_BYTES: Final = 1_048_576
BROADCAST_EVENTS: Final = 10_000
BROADCAST_BYTES: Final = 16_777_216
RECIPIENT_BYTES: Final = 17
"""Of each connection that a broadcast to some is for: its id, and the end of its line."""

BROADCASTS_UNFOLDED: Final = 64
UNFOLDED_TIMES: Final = 6
"""Of so many of the latest broadcasts a node also has the recipients in a set, which takes so many times as much."""

RESUME_WINDOW_S: Final = 60.0
RETRY_S: Final = 1.0
DRAIN_SPREAD_S: Final = 5.0
HEARTBEAT_S: Final = 15.0
CONNECTIONS: Final = 10_000
CONNECTS_S: Final = 500.0
CONNECTS_BURST: Final = 500
"""`limits.connects`, of all nodes together."""

"""What the shim keeps by default, without installing it. Tests hold these against its own limits."""

from __future__ import annotations

from typing import Final

REPLAY_S: Final = 300.0
REPLAY_EVENTS: Final = 1_000
REPLAY_BYTES: Final = 1_048_576
RESUME_WINDOW_S: Final = 60.0
RETRY_S: Final = 1.0
DRAIN_SPREAD_S: Final = 5.0
HEARTBEAT_S: Final = 15.0
CONNECTIONS: Final = 10_000

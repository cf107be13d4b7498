"""How signals end `ws2sse shim`: the first in order, a second one at once."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

import uvicorn

ENDED_AT_ONCE: Final = 130
"""Exit status, as shells count an interruption."""

SAME_SIGNAL_S: Final = 0.5
"""`timeout`, and shells at Ctrl-C, signal a process and its group: within this time that is one signal."""

_Handler = Callable[[int, FrameType | None], None]


def end_at_once_at_the_second_signal(server: uvicorn.Server, tell: Callable[[str], None]) -> list[int]:
    """Threads of handlers may never end, so the second signal does not wait for any. Gives the signals that have come,
    which grow."""
    came: list[int] = []
    in_order: _Handler = server.handle_exit
    first_at: float | None = None

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal first_at
        came.append(number)
        if first_at is None:
            first_at = time.monotonic()
            in_order(number, frame)  # first, since whoever read our words may be gone
            with suppress(OSError):
                tell("ending: no new connections; messages under way are finished. A second signal ends it at once.")
        elif time.monotonic() - first_at > SAME_SIGNAL_S:
            with suppress(OSError):
                tell("ended at once: messages that were under way, and $disconnect of open connections, are lost.")
                logging.shutdown()
            os._exit(ENDED_AT_ONCE)

    setattr(server, "handle_exit", handle)  # noqa: B010 - for this server only
    return came

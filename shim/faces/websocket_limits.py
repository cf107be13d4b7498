"""How long a WebSocket lives, and what may be in its close frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shim.gateway.limits import GatewayLimits
from shim.streams import GOING_AWAY


class LifeTimer:
    """Calls `over` when neither side has sent a message for `idle_s`, or after `duration_s`. One timer of the loop at
    a time, however many messages there are.

    `last_ping_at`: when the client last sent a ping, in the loop's time, where the server can tell.
    """

    def __init__(
        self,
        limits: GatewayLimits,
        loop: asyncio.AbstractEventLoop,
        over: Callable[[], object],
        last_ping_at: Callable[[], float],
    ) -> None:
        self._loop = loop
        self._over = over
        self._last_ping_at = last_ping_at if limits.ping_resets_idle else float
        self._idle_s = limits.idle_s or float("inf")
        self._last_active_at = loop.time()
        self._ends_at = loop.time() + (limits.duration_s or float("inf"))
        self._timer: asyncio.TimerHandle | None = None
        self._arm()

    def active(self) -> None:
        """A message went either way."""
        self._last_active_at = self._loop.time()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _due_at(self) -> float:
        return min(self._ends_at, max(self._last_active_at, self._last_ping_at()) + self._idle_s)

    def _arm(self) -> None:
        due_at = self._due_at()
        if due_at < float("inf"):
            self._timer = self._loop.call_at(due_at, self._fire)

    def _fire(self) -> None:
        if self._due_at() <= self._loop.time():
            self._over()
        else:
            self._arm()


def sendable_code(code: int) -> int:
    """1000 for a close without a code, 1001 for one that may not stand in a frame, such as 1006.

    https://www.rfc-editor.org/rfc/rfc6455#section-7.4
    """
    if code == 1005:
        return 1000
    may_stand = code in {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014} or 3000 <= code <= 4999
    return code if may_stand else GOING_AWAY[0]

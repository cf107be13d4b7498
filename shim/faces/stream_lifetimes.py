"""The idle and total limits of API Gateway for clients on event streams, where a team wants them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from shim.gateway.limits import GatewayLimits
from shim.streams import GOING_AWAY, BrokerUnavailable, ConnectionGone, Streams

logger = logging.getLogger(__name__)

CHECKS_PER_LIMIT = 20
"""A connection ends at most a twentieth of its limit late."""


class StreamLifetimes:
    """One task for all connections, that runs while there are any and only if there is a limit."""

    def __init__(self, streams: Streams, limits: GatewayLimits, clock: Callable[[], float]) -> None:
        self._streams = streams
        self._idle_s, self._duration_s = limits.stream_idle_s, limits.stream_duration_s
        set_limits = [limit for limit in (self._idle_s, self._duration_s) if limit]
        self._interval_s = min(set_limits) / CHECKS_PER_LIMIT if set_limits else 0.0
        self._clock = clock
        self._watched: set[str] = set()
        self._checking: asyncio.Task[None] | None = None
        """None while there is nothing to watch."""

    def watch(self, connection_id: str) -> None:
        """From now until the connection ends."""
        if self._interval_s:
            self._watched.add(connection_id)
            if self._checking is None:
                self._checking = asyncio.create_task(self._keep_checking())

    async def _keep_checking(self) -> None:
        while self._watched:
            await asyncio.sleep(self._interval_s)
            try:
                await self._check()
            except BrokerUnavailable as error:
                logger.warning("how old streams are is looked at later: %s", error)
        self._checking = None

    async def _check(self) -> None:
        now = self._clock()
        for connection_id in list(self._watched):
            if not await self._may_live(connection_id, now):
                self._watched.discard(connection_id)

    async def _may_live(self, connection_id: str, now: float) -> bool:
        try:
            info = await self._streams.awaiting.info(connection_id)
        except ConnectionGone:
            return False
        idle = bool(self._idle_s) and now - info.last_active_at >= self._idle_s
        old = bool(self._duration_s) and now - info.opened_at >= self._duration_s
        if idle or old:
            await self._streams.awaiting.close(connection_id, *GOING_AWAY)
        return not (idle or old)

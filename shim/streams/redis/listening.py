"""The one subscription of a node."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

from shim.streams.redis.failures import why_away
from shim.streams.redis.servers import AWAY, Servers

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 2.0
"""Between two attempts to reach Redis."""


class Listening:
    """Hands every message of `channels`, which are in this slot, to `heard`. After each beginning but the first,
    `begun` is awaited: what was published before is not known. `hears` is told of each beginning and end."""

    def __init__(
        self,
        servers: Servers,
        slot: int,
        timeout_s: float,
        channels: tuple[str, ...],
        heard: Callable[[bytes], None],
        begun: Callable[[], Awaitable[None]],
        hears: Callable[[bool], None],
    ) -> None:
        self._servers = servers
        self._slot = slot
        self._timeout_s = timeout_s
        self._channels = channels
        self._heard = heard
        self._begun = begun
        self._hears = hears
        self._connection: Any = None
        self._answered = True
        self.listening = False

    async def begin(self) -> None:
        """Raises what is `AWAY`. Channels of a slot are at the server that has it:
        https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub"""
        async with asyncio.timeout(self._timeout_s):
            self._connection = connection = await self._servers.connect(self._slot)
            command = connection.pack_command("SSUBSCRIBE", *self._channels)
            await connection.send_packed_command(command, check_health=False)
            for _channel in self._channels:
                await connection.read_response()
        self._answered = True
        self._listens(True)

    async def run(self) -> None:
        """After `begin`, until it is cancelled. Begins again by itself."""
        pause = 0.05
        try:
            while True:
                try:
                    if not self.listening:
                        await self.begin()
                        await self._begun()
                    pause = 0.05
                    await self._read()
                except AWAY as error:
                    if self.listening:
                        logger.warning("Redis does not tell of messages any more: %s", why_away(error))
                    self._listens(False)
                    await self._drop()
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_S)
        finally:
            await self.end()

    async def end(self) -> None:
        """Without `run`; which does it itself."""
        self._listens(False)
        await self._drop()

    async def ping(self) -> None:
        """Drops a connection on which the last one was not answered; `run` makes a new one."""
        if not self.listening:
            return
        if not self._answered:
            await self._drop()
            return
        self._answered = False
        try:
            await self._connection.send_packed_command(self._connection.pack_command("PING"), check_health=False)
        except AWAY:
            return  # `run` notices too

    def _listens(self, whether: bool) -> None:
        self.listening = whether
        self._hears(whether)

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect(nowait=True)

    async def _read(self) -> None:
        connection = self._connection
        while True:
            answer = await connection.read_response(timeout=math.inf)
            self._answered = True
            if answer[0] == b"sunsubscribe":
                raise ConnectionError("the slot has moved")
            if answer[0] == b"smessage":
                try:
                    self._heard(answer[2])
                except Exception:
                    logger.exception("a message of a node was not understood")

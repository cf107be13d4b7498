"""One Redis server."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tests.chaos.clocks import Clock
from tests.chaos.redis_under_test import KEPT, Keeps, RedisUnderTest
from tests.frontends.front_ends import free_port
from tests.redis_server import redis_program


class OneServer(RedisUnderTest):
    """Its wall clock can be turned."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, keeps: Keeps, clock: Clock) -> None:
        self._folder, self._keeps, self._clock = folder, keeps, clock
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def ports(self) -> list[int]:
        return [self._port]

    def url_at(self, place: tuple[str, int]) -> str:
        host, port = place
        return f"redis://{host}:{port}/0"

    async def begin(self) -> None:
        await self.start(self._port)

    def victim(self, place: int) -> int:
        return self._port

    async def start(self, port: int) -> None:
        words = ["--port", str(port), "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""]
        words += ["--dir", str(self._folder), "--loglevel", "warning", *KEPT[self._keeps]]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                redis_program(), *words, stdout=log, stderr=log, env={**os.environ, **self._clock.environment}
            )
        await self._until_it_answers(port)

    async def kill(self, port: int) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            await self._process.wait()
            self._process = None

    def send_signal(self, port: int, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    async def whole(self) -> None:
        return

    async def close(self) -> None:
        await self.kill(self._port)

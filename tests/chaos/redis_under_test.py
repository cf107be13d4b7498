"""Redis as one server, behind Sentinels or as a Cluster: processes that can be killed, stopped and started again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from abc import ABC, abstractmethod
from typing import Final, Literal

Servers = Literal["one", "sentinel", "cluster"]

Keeps = Literal["all", "old", "nothing"]
"""What a server has when it comes back after `kill -9`: all that it acknowledged (its log is synced before it answers),
what it had when it was last told to save, or nothing."""

UP_WITHIN_S: Final = 30.0

KEPT: Final[dict[Keeps, tuple[str, ...]]] = {
    "all": ("--appendonly", "yes", "--appendfsync", "always"),
    "old": ("--appendonly", "no"),
    "nothing": ("--appendonly", "no"),
}
"""Of its command line. Who keeps what is old keeps nothing until it is told to save."""


class RedisUnderTest(ABC):
    """Servers are named by their ports, which they keep."""

    host: str
    """Where this side finds them."""

    @property
    @abstractmethod
    def ports(self) -> list[int]:
        """Of all servers that have data."""

    @abstractmethod
    def url_at(self, place: tuple[str, int]) -> str:
        """For a node that finds the first server at this host and port."""

    @abstractmethod
    async def begin(self) -> None:
        """Until it can be written to."""

    @abstractmethod
    def victim(self, place: int) -> int:
        """The server that something is done to: the one, the master, or one of several masters."""

    @abstractmethod
    async def kill(self, port: int) -> None: ...

    @abstractmethod
    async def start(self, port: int) -> None:
        """Again, after it was killed."""

    @abstractmethod
    def send_signal(self, port: int, number: signal.Signals) -> None: ...

    @abstractmethod
    async def whole(self) -> None:
        """Waits until nothing is broken, nor about to change."""

    @abstractmethod
    async def close(self) -> None: ...

    async def save(self) -> None:
        """What those that keep what is `old` come back with."""
        for port in self.ports:
            await self.ask(port, b"SAVE\r\n")

    async def ask(self, port: int, command: bytes) -> bytes:
        """The first line of the answer. Raises OSError."""
        reader, writer = await asyncio.open_connection(self.host, port)
        try:
            writer.write(command)
            return await reader.readline()
        finally:
            writer.transport.abort()

    async def _until_it_answers(self, port: int) -> None:
        ends = time.monotonic() + UP_WITHIN_S
        while True:
            with contextlib.suppress(OSError):
                if (await self.ask(port, b"PING\r\n")).startswith(b"+PONG"):  # not while it loads
                    return
            assert time.monotonic() < ends, "redis-server did not come up"
            await asyncio.sleep(0.01)

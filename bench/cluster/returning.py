"""Clients that lose their node and come back to another, and how long each was without a stream."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from random import Random

from bench.servers.base import get_stream
from bench.servers.shim import STAGE
from checklists.capacity.limits import RETRY_S
from checklists.capacity.simulation.run import RETRY_SPREAD

OPENED_AT_ONCE = 64
LIMIT_S = 120.0


class NotBack(Exception):
    """Raised when clients could not come back. `statuses`: what they were answered."""

    def __init__(self, missing: int, statuses: dict[str, int]) -> None:
        self.missing, self.statuses = missing, statuses
        super().__init__(missing, statuses)

    def __str__(self) -> str:
        return f"{self.missing} clients did not come back: {self.statuses}"


@dataclass
class Crowd:
    """All at `port`; those who lose it come back to `other`."""

    port: int
    other: int
    count: int
    pauses: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    _all_back: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Until all are open. Raises TimeoutError."""
        gate, random = asyncio.Semaphore(OPENED_AT_ONCE), Random(1)
        opened = [asyncio.get_running_loop().create_future() for _ in range(self.count)]
        self._tasks = [asyncio.create_task(self._live(gate, future, random.random())) for future in opened]
        async with asyncio.timeout(LIMIT_S):
            await asyncio.gather(*opened)

    async def back(self) -> list[float]:
        """Of each, in order, the seconds from the loss of its stream until it has the next one. Raises NotBack."""
        try:
            async with asyncio.timeout(LIMIT_S):
                await self._all_back.wait()
        except TimeoutError:
            raise NotBack(self.count - len(self.pauses), self.statuses) from None
        return sorted(self.pauses)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, gate: asyncio.Semaphore, opened: asyncio.Future[None], draw: float) -> None:
        async with gate:
            stream = await self._stream(self.port, "")
            session, event_id = await stream.first()
            opened.set_result(None)
        await stream.until_it_ends()
        left = time.monotonic()
        wait_s = RETRY_S * (1 + draw * RETRY_SPREAD)
        await asyncio.sleep(wait_s)
        while True:
            try:
                stream = await self._stream(self.other, f"Stream-Session: {session}\r\nLast-Event-ID: {event_id}\r\n")
                break
            except (OSError, asyncio.IncompleteReadError, Refused) as error:
                status = str(error) or type(error).__name__
                self.statuses[status] = self.statuses.get(status, 0) + 1
                await asyncio.sleep(wait_s)
        self.pauses.append(time.monotonic() - left)
        if len(self.pauses) == self.count:
            self._all_back.set()
        await stream.until_it_ends()

    async def _stream(self, port: int, headers: str) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get_stream(f"/{STAGE}", port, headers))
        try:
            answer = await reader.readuntil(b"\r\n\r\n")
        except BaseException:
            writer.close()
            raise
        if not answer.startswith(b"HTTP/1.1 200"):
            writer.close()
            raise Refused(answer.split(b" ", 2)[1].decode())
        return Stream(reader, writer)


class Refused(Exception):
    """Raised for an answer that is no stream; its text is the status."""


class Stream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def first(self) -> tuple[str, str]:
        """Session and id of the first event."""
        session = event_id = ""
        while not (session and event_id):
            line = (await self._reader.readuntil(b"\n")).decode()
            if line.startswith("id:"):
                event_id = line[3:].strip()
            elif line.startswith("data:") and '"session"' in line:
                session = line.partition('"session":')[2].split('"')[1]
        return session, event_id

    async def until_it_ends(self) -> None:
        """Reads on, and keeps nothing."""
        try:
            while await self._reader.read(4096):
                pass
        except OSError:
            pass  # the node is gone
        finally:
            self._writer.close()

"""A client that lives, is cut off, comes back and leaves, and knows what it must have been given."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

from bench.servers.base import get_stream
from bench.servers.shim import STAGE
from shim.dualrun.replay.event_stream_reader import EventStreamReader

ANSWER_LIMIT_S = 15.0


@dataclass
class Tally:
    """What happened to all clients. The last five must stay 0."""

    opened: int = 0
    resumed: int = 0
    cut: int = 0
    paused: int = 0
    deleted: int = 0
    abandoned: int = 0
    pushed: int = 0
    received: int = 0
    refused_slow: int = 0
    """Pushes that a slow reader's budget refused with 429."""
    closed_slow: int = 0
    """Slow readers whose connection the service closed, and said so."""
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    gaps: int = 0
    failed: int = 0
    """Opens, resumes and pushes with a status that they must not have."""
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        self.failed += 1
        if len(self.failures) < 20:
            self.failures.append(what)


class StreamLost(Exception):
    """Raised when a stream ends, or is not there, before what was owed."""


class Client:
    """One connection. `acknowledged` is how many pushes to it were answered with 200; message i says i, from 1."""

    def __init__(self, port: int, tally: Tally) -> None:
        self.port, self.tally = port, tally
        self.connection_id = self.session = self.last_event_id = ""
        self.acknowledged = self.received = 0
        self.pushing = asyncio.Lock()
        self.closed = False
        self._changed = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._writer: asyncio.StreamWriter | None = None
        self._reader_task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Opens the connection; returns when its id is known. Raises StreamLost."""
        await self._attach("")
        async with asyncio.timeout(ANSWER_LIMIT_S):
            while not self.connection_id:
                await self._change()
        self.tally.opened += 1

    async def resume(self) -> None:
        """Comes back for what it missed. Raises StreamLost."""
        await self._attach(f"Stream-Session: {self.session}\r\nLast-Event-ID: {self.last_event_id}\r\n")
        self.tally.resumed += 1

    def cut(self) -> None:
        """The network goes away, without a goodbye."""
        if self._writer is not None:
            self._writer.transport.abort()
        if self._reader_task is not None:
            self._reader_task.cancel()
        self._reading.set()

    def pause(self) -> None:
        """Reads nothing from now on."""
        self._reading.clear()
        self.tally.paused += 1

    def go_on(self) -> None:
        self._reading.set()

    async def catch_up(self, limit_s: float) -> bool:
        """Whether everything that was acknowledged has come, or the service said that the connection is closed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self.received < self.acknowledged and not self.closed:
                    await self._change()
        return self.closed or self.received >= self.acknowledged

    async def delete(self) -> None:
        head = f"DELETE /{STAGE} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nStream-Session: {self.session}\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"{head}Connection: close\r\n\r\n".encode())
        status = int((await reader.readline()).split()[1])
        writer.close()
        if status not in {204, 410}:
            self.tally.fail(f"DELETE was answered with {status}")
        self.tally.deleted += 1

    async def _attach(self, headers: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                self._writer = writer
                writer.write(get_stream(f"/{STAGE}", self.port, headers))
                answer = await reader.readuntil(b"\r\n\r\n")
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise StreamLost(f"{type(error).__name__}: {error}") from error
        status = int(answer.split()[1])
        if status == 204:
            self.closed = True
            raise StreamLost("the connection is closed")
        if status != 200:
            raise StreamLost(f"answered with {status}")
        self._reader_task = asyncio.create_task(self._read(reader, writer))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        events = EventStreamReader()
        try:
            while True:
                await self._reading.wait()
                size = int(await reader.readline(), 16)
                for event in events.feed(await reader.readexactly(size)):
                    self._take(event.type, event.data, event.id)
                await reader.readexactly(2)
                if not size:
                    return
        except (OSError, ValueError, asyncio.IncompleteReadError):
            return  # cut off: who looks after the client brings it back
        finally:
            writer.close()
            self._changed.set()

    def _take(self, kind: str, data: str, event_id: str) -> None:
        self.last_event_id = event_id
        self._changed.set()
        if kind == "open":
            words = json.loads(data)
            self.connection_id, self.session = words["connectionId"], words["session"]
        elif kind == "close":
            self.closed = True
        elif kind == "gap":
            self.tally.gaps += 1
        else:
            self._take_message(int(json.loads(data)["n"]))

    def _take_message(self, number: int) -> None:
        """Pushes to a connection go one after the other, so they come in their order."""
        if number == self.received + 1:
            self.received += 1
            self.tally.received += 1
        elif number <= self.received:
            self.tally.doubled += 1
        else:
            self.tally.out_of_order += 1

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

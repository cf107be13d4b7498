"""A front end's cap on the whole time of a response, as AWS App Runner has one of 120 seconds; and worse networks."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

T = TypeVar("T")
END_OF_BODY: Final = b"\r\n0\r\n\r\n"
END_OF_EVENT: Final = b"\n\n\r\n"


class Cap:
    """Forwards to a port of the loopback address, and cuts every response that takes longer than `cap_s` seconds.

    `cap_bytes`: also after so many bytes, between these bounds, by chance; None: only by time.
    `cuts`: responses that were cut; `torn`: those of them that were cut within an event. `ends`: streams that the
    server ended by itself.
    """

    def __init__(self, target: int, cap_s: float, cap_bytes: tuple[int, int] | None = None, seed: int = 3) -> None:
        self.target = target
        self.cap_s = cap_s
        self.cap_bytes = cap_bytes
        self.cuts = self.torn = 0
        self.port = 0
        self._chance = random.Random(seed)
        self._ends = 0
        self._links: set[_Link] = set()
        self.loop = asyncio.new_event_loop()

    @property
    def ends(self) -> int:
        return self._ends + sum(link.ends for link in tuple(self._links))

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.abort()
        await asyncio.gather(*(link.task for link in self._links), return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        most = self._chance.randint(*self.cap_bytes) if self.cap_bytes else None
        link = _Link((reader, writer), upstream, self.cap_s, most)
        self._links.add(link)
        try:
            await link.task
        finally:
            self._links.discard(link)
            self.cuts += link.cut
            self.torn += link.cut and not link.last.endswith(END_OF_EVENT)
            self._ends += link.ends


class _Link:
    """One TCP connection of a client."""

    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        cap_s: float,
        most: int | None,
    ) -> None:
        self._client, self._server = client, server
        self._cap_s = cap_s
        self._most = most
        self.last = b""
        self.cut = False
        self.ends = 0
        self._is_stream = False
        self._timer: asyncio.TimerHandle | None = None
        self.task = asyncio.ensure_future(self._run())

    def abort(self) -> None:
        for _reader, writer in (self._client, self._server):
            writer.transport.abort()

    async def _run(self) -> None:
        try:
            await asyncio.gather(
                self._pump(self._client[0], self._server[1], self._asked),
                self._pump(self._server[0], self._client[1], self._answered),
            )
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: Callable[[bytes], bytes]
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                writer.write(passing(piece))
                await writer.drain()
                if self.cut:
                    break
        self.abort()

    def _asked(self, piece: bytes) -> bytes:
        """A request begins: so does its time."""
        self._is_stream = False
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._cap_s, self._too_long)
        return piece

    def _answered(self, piece: bytes) -> bytes:
        self._is_stream = self._is_stream or b"text/event-stream" in piece
        if self._most is not None:
            if len(piece) >= self._most:
                piece = piece[: self._most]
                self.cut = True
            self._most -= len(piece)
        self.last = (self.last + piece)[-64:]
        if self._ended:
            self.ends += 1
        return piece

    @property
    def _ended(self) -> bool:
        return self._is_stream and self.last.endswith(END_OF_BODY)

    def _too_long(self) -> None:
        self.cut = self._is_stream and not self._ended
        self.abort()


@contextmanager
def capped(target: int, cap_s: float, cap_bytes: tuple[int, int] | None = None) -> Iterator[Cap]:
    """In a thread of its own."""
    cap = Cap(target, cap_s, cap_bytes)
    thread = threading.Thread(target=cap.loop.run_forever)
    thread.start()
    try:
        cap.call(cap.start())
        yield cap
    finally:
        cap.call(cap.stop())
        cap.loop.call_soon_threadsafe(cap.loop.stop)
        thread.join(10)
        cap.loop.close()

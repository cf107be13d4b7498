"""A TCP proxy that breaks connections off in the middle, as networks do."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")

READ_S = 0.03
"""For how long a client may read what came before a cut: fetch throws away what was not read when an answer breaks."""


class CuttingProxy:
    """Forwards to a port of the loopback address.

    `cut_after`: bounds of how many bytes a connection may bring to the client before it is cut, by chance; None cuts
    nothing. `cuts` counts the connections that were cut.
    """

    def __init__(self, target: int, *, cut_after: tuple[int, int] | None = None, seed: int = 7) -> None:
        self.target = target
        self.cut_after = cut_after
        self.cuts = 0
        self.port = 0
        self._chance = random.Random(seed)
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """Cuts every connection now."""
        self._call(self._cut_all())

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _cut_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self.cuts += len(self._open) // 2

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await self._cut_all()
        await asyncio.gather(*self._tasks)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, upstream_writer}
        self._open |= both
        left = self._chance.randint(*self.cut_after) if self.cut_after else None
        try:
            await asyncio.gather(self._pump(reader, upstream_writer, None), self._pump(upstream_reader, writer, left))
        finally:
            self._open -= both
            for one in both:
                one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None) -> None:
        with suppress(OSError):  # whoever is cut, the other side is too
            while piece := await reader.read(65536):
                if left is not None:
                    piece, left = piece[:left], left - len(piece)
                writer.write(piece)
                await writer.drain()
                if left is not None and left <= 0:
                    await asyncio.sleep(READ_S)
                    self.cuts += 1
                    raise ConnectionResetError
            writer.write_eof()
            return
        writer.transport.abort()


@contextmanager
def cutting(target: int, *, cut_after: tuple[int, int] | None = None) -> Iterator[CuttingProxy]:
    """A proxy that runs in a thread of its own."""
    proxy = CuttingProxy(target, cut_after=cut_after)
    thread = threading.Thread(target=proxy._loop.run_forever)
    thread.start()
    try:
        proxy._call(proxy._start())
        yield proxy
    finally:
        proxy._call(proxy._stop())
        proxy._loop.call_soon_threadsafe(proxy._loop.stop)
        thread.join(10)
        proxy._loop.close()

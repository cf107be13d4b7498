"""A client that follows one connection with our library."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from templates.client import sse_socket
from tests.chaos.clients import HOST, SILENT_S, STAGE, Client
from tests.chaos.history import Gap, Recorder, Said


class LibraryClient(Client):
    """Our library, as applications use it. `connection_of`: the connection that `$connect` was told of with a name."""

    def __init__(self, recorder: Recorder, name: str, connection_of: Callable[[str], str]) -> None:
        super().__init__(recorder, name)
        self._connection_of = connection_of
        self._socket: Any = None

    async def say(self, number: int) -> None:
        begun = self._recorder.now()
        try:
            await self._socket.send(str(number))
            status: int | None = 202
        except sse_socket.MessageRefused as refused:
            status = refused.response.status_code
        except sse_socket.ConnectionClosed:
            status = None
        self._recorder.add(Said(number, self.connection, begun, self._recorder.now(), status))

    async def _say_good_bye(self) -> bool:
        await self._end()
        await self._socket.close()
        return bool(self._socket.close_code == 1000)

    async def vanish(self) -> None:
        await super().vanish()
        if self._socket is not None:
            for task in self._socket._tasks:
                task.cancel()
            await asyncio.gather(*self._socket._tasks, return_exceptions=True)

    async def _run(self) -> None:
        asked, attempt, name = 0.0, 0, ""
        while self._socket is None:
            asked, attempt = self._recorder.now(), attempt + 1
            name = f"{self.name}.{attempt}"  # `$connect` of an attempt that was given up may run later
            try:
                self._socket = await sse_socket.connect(
                    f"http://{HOST}{STAGE}?client={name}",
                    heartbeat_timeout=SILENT_S,
                    give_up_after=60,
                    open_timeout=SILENT_S,
                    on_gap=lambda first, last: self._recorder.add(
                        Gap(self._recorder.now(), self.connection, first, last)
                    ),
                )
            except (OSError, EOFError, sse_socket.InvalidHandshake):
                await asyncio.sleep(0.1)
        self._opened(self._connection_of(name), asked)
        try:
            while True:
                self._received(await self._socket.recv())
        except sse_socket.ConnectionClosed as closed:
            self._is_over(str(closed) if closed.rcvd is None else f"close {closed.rcvd.code}")

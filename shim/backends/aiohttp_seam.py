"""aiohttp's seam: a connection for a request that is caught talks to a transport of ours instead of a socket.

aiohttp writes the request and reads the answer itself, so whatever it does with either stays its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Protocol

from shim.backends.push_answers import wire_bytes
from shim.backends.pushes import PushAnswer
from shim.backends.request_bytes import whole_body
from shim.backends.undoing import Undo, all_of, replaced
from shim.outgoing import uncaught

Connect = Callable[[], Awaitable[Any]]
"""Makes the real connection: the protocol of aiohttp, with its transport."""


class Catching(Protocol):
    def catches(self, url: str) -> bool: ...

    def answer(self, method: str, url: str, body: bytes) -> PushAnswer | None: ...


def catch_aiohttp(seam: Catching) -> Undo:
    from aiohttp.connector import BaseConnector, TCPConnector  # noqa: PLC0415 - perhaps not installed

    caught: ContextVar[bool] = ContextVar("caught", default=False)  # by this seam: another one may stand in front
    connect, pooled, create = BaseConnector.connect, BaseConnector._get, TCPConnector._create_connection  # noqa: SLF001

    async def connected(connector: Any, request: Any, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        token = caught.set(seam.catches(str(request.url)))
        try:
            return await connect(connector, request, *rest, **options)
        finally:
            caught.reset(token)

    async def from_pool(connector: Any, *rest: Any) -> Any:  # noqa: ANN401 - a connection, or None
        return None if caught.get() else await pooled(connector, *rest)

    async def created(connector: Any, request: Any, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        async def really() -> Any:  # noqa: ANN401
            with uncaught():
                return await create(connector, request, *rest, **options)

        if not caught.get():
            return await create(connector, request, *rest, **options)
        protocol = connector._factory()  # noqa: SLF001
        protocol.connection_made(_Transport(protocol, request.method, str(request.url), seam, really))
        return protocol

    return all_of(
        [
            replaced(BaseConnector, "connect", connected),
            replaced(BaseConnector, "_get", from_pool),
            replaced(TCPConnector, "_create_connection", created),
        ]
    )


class _Transport(asyncio.Transport):
    """Takes the bytes of one request, and gives those of its answer to the protocol."""

    def __init__(self, protocol: Any, method: str, url: str, seam: Catching, really: Connect) -> None:  # noqa: ANN401
        super().__init__()
        self._protocol, self._really = protocol, really
        self._method, self._url, self._seam = method, url, seam
        self._sent = bytearray()
        self._answering: asyncio.Task[None] | None = None
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._sent += data
        if self._answering is None and (body := whole_body(bytes(self._sent))) is not None:
            self._answering = asyncio.get_running_loop().create_task(self._answer(body))

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def pause_reading(self) -> None:
        """An answer is given at once."""

    def resume_reading(self) -> None:
        """As above."""

    def is_reading(self) -> bool:
        return not self._closing

    def get_write_buffer_size(self) -> int:
        return 0

    async def _answer(self, body: bytes) -> None:
        try:
            answer = self._seam.answer(self._method, self._url, body)
            if answer is not None:
                self._protocol.data_received(wire_bytes(answer))
                return
            await self._hand_over()
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer is told
            self._protocol.connection_lost(error)

    async def _hand_over(self) -> None:
        """From now on the protocol has the real transport."""
        real = await self._really()
        transport, real.transport = real.transport, None
        transport.set_protocol(self._protocol)
        self._protocol.transport = transport
        transport.write(bytes(self._sent))

"""A client of the legacy path."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from shim.dualrun.errors import PathUnreachable
from shim.dualrun.record.canonical import bytes_of, readable
from shim.dualrun.record.scenario import Pairs
from shim.dualrun.record.spoof import Credential
from shim.dualrun.replay.client import MAX_MESSAGE_BYTES, USER_AGENT, Sink

ANSWER_TIMEOUT_S = 35.0
"""Seconds to wait for a handshake: API Gateway gives an integration 29 s, and some time to answer."""


class WebSocketClient:
    """Speaks RFC 6455 to `url`, such as ws://127.0.0.1:8080/dev."""

    def __init__(self, url: str, report: Sink) -> None:
        self._url = url
        self._report = report
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    async def connect(self, headers: Pairs, query: Pairs) -> None:
        url = f"{self._url}?{urlencode(query)}" if query else self._url
        await self._end_reader()
        try:
            socket = await connect(
                url,
                additional_headers=list(headers),
                user_agent_header=USER_AGENT,
                compression=None,
                proxy=None,
                open_timeout=ANSWER_TIMEOUT_S,
                ping_interval=None,
                close_timeout=2.0,
                max_size=MAX_MESSAGE_BYTES,
                max_queue=None,
            )
        except InvalidStatus as refusal:
            self._report("refused", "socket", refusal.response.status_code, readable(bytes(refusal.response.body)))
            return
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise PathUnreachable(self._url, f"{type(error).__name__}: {error}") from error
        self._socket, self._closing = socket, False
        self._report("open", "socket", 101, "")
        self._reader = asyncio.create_task(self._read(socket))

    async def send(self, text: str) -> None:
        if self._socket is not None:
            try:
                data = bytes_of(text)
                await self._socket.send(text if data is None else data)
            except ConnectionClosed:
                await self._end_reader()

    async def round_trip(self) -> None:
        if self._socket is not None:
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await (await self._socket.ping())
            except (ConnectionClosed, TimeoutError):
                return

    async def resume(self) -> None:
        return

    async def spoof(self, credential: Credential, text: str) -> None:
        return

    async def close(self) -> None:
        self._closing = True
        if self._socket is not None:
            await self._socket.close(1000)
        await self._end_reader()

    async def _end_reader(self) -> None:
        if self._reader is not None:
            await self._reader
            self._reader = None

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await socket.recv()
                text = message if isinstance(message, str) else readable(message)
                self._report("msg", "socket", None, text)
        except ConnectionClosed as closed:
            self._socket = None
            if not self._closing:
                received = closed.rcvd
                # 1006: no close frame came, https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5
                code, reason = (received.code, received.reason) if received else (1006, "")
                self._report("close", "socket", code, reason)

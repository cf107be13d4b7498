"""Legacy clients: WebSockets with the routes, frames and close codes of API Gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Response, WebSocket
from starlette.websockets import WebSocketDisconnect

from shim.faces.handshake import read_handshake
from shim.gateway.ids import new_id
from shim.service import ConnectRefused, Service
from shim.streams import ConnectionGone, Event

MOST_MESSAGES_AT_ONCE = 64
"""Handlers that may run for one client at the same time; its socket is not read while so many do."""


LAST_WORDS_S = 1.0
"""Seconds that a client's close frame is waited for when writing to it fails: `$disconnect` is told its code."""


def websocket_router(service: Service) -> APIRouter:
    """The handshake on `/{stage}`. It waits for `$connect`, and is refused with an HTTP status, as by API Gateway."""
    router = APIRouter()

    @router.websocket(f"/{service.api.stage}")
    async def serve(socket: WebSocket) -> None:
        try:
            opened = await service.connect(read_handshake(socket), resume_window_s=0)
        except ConnectRefused as refused:
            await socket.send_denial_response(Response(refused.body(), refused.status, media_type="application/json"))
            return
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(opened.subprotocol if opened.subprotocol in offered else None)
        await _Legacy(service, socket, opened.connection_id).run()

    return router


class _Legacy:
    """One WebSocket for as long as it lives."""

    def __init__(self, service: Service, socket: WebSocket, connection_id: str) -> None:
        self._service = service
        self._socket = socket
        self._id = connection_id
        self._running: set[asyncio.Task[object]] = set()
        self._slots = asyncio.Semaphore(MOST_MESSAGES_AT_ONCE)

    async def run(self) -> None:
        try:
            subscription = self._service.streams.subscribe(self._id)
        except ConnectionGone:
            await self._socket.close(1000)
            return
        async with subscription:
            reading = asyncio.create_task(self._read())
            try:
                async for event in subscription:
                    if isinstance(event, Event) and not await self._write(event):
                        await asyncio.wait({reading}, timeout=LAST_WORDS_S)
                        break
                if subscription.closed and not reading.done():
                    with suppress(RuntimeError):
                        await self._socket.close(subscription.close_code)
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading

    async def _read(self) -> None:
        """Until the client closes: its code and reason are what `$disconnect` is told."""
        streams = self._service.streams
        try:
            while True:
                frame = await self._socket.receive()
                if frame["type"] == "websocket.disconnect":
                    reason = frame.get("reason") or _REASONS.get(frame["code"], "")
                    streams.close(self._id, frame["code"], reason)
                    return
                text = frame.get("text")
                if text is None:
                    await self._socket.close(1003)  # API Gateway takes no binary frames
                    streams.close(self._id, 1003, "binary frames are not supported")
                    return
                await self._slots.acquire()
                streams.touch(self._id)
                self._start(self._service.message(self._id, text, new_id()))
        except (ConnectionGone, WebSocketDisconnect):
            return

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _write(self, event: Event) -> bool:
        payload = event.payload
        data = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
        text = data.decode("utf-8", "replace")
        try:
            await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            return False
        return True


_REASONS = {1005: "Client-side close frame status not set"}

"""Legacy clients: WebSockets with the routes, frames and close codes of API Gateway."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from shim.faces.handshake import chosen_subprotocol, read_handshake, refuse_long_url
from shim.faces.options import FaceOptions
from shim.faces.origins import normal_origin
from shim.faces.refusal import Refusal
from shim.faces.websocket_limits import LifeTimer, sendable_code
from shim.faces.websocket_protocol import EXTENSION, Link
from shim.gateway.ids import new_id
from shim.service import BinaryRefused, ConnectRefused, Service
from shim.streams import GOING_AWAY, BrokerUnavailable, ConnectionGone, Event, Gap, Subscription
from shim.streams.records import CONNECTION_LOST, sendable_reason

logger = logging.getLogger(__name__)

CLOSED_WITHIN_S = 10.0
"""Seconds that a client has to answer a close frame and to read what is left for it; then its socket is dropped."""

LAST_WORDS_S = 1.0
"""Seconds that a client's close frame is waited for when writing to it fails: `$disconnect` is told its code."""


def websocket_router(service: Service, options: FaceOptions | None = None) -> APIRouter:
    """The handshake on `/{stage}`. It waits for `$connect`, and is refused with an HTTP status, as by API Gateway."""
    router = APIRouter()
    face = WebSocketFace(service, options)
    router.add_websocket_route(f"/{service.api.stage}", face.serve)
    return router


class WebSocketFace:
    """The endpoint, a function of the WebSocket."""

    def __init__(self, service: Service, options: FaceOptions | None = None) -> None:
        self._service = service
        self._options = options or FaceOptions()

    async def serve(self, socket: WebSocket) -> None:
        """From the handshake to the end."""
        try:
            self._check_origin(socket)
            refuse_long_url(socket, self._service.api.limits)
            handshake = read_handshake(socket, self._options, face="websocket")
            accepted = await self._service.connect(handshake, resume_window_s=0)
        except Refusal as refusal:
            await socket.send_denial_response(refusal.response())
            return
        except ConnectRefused as refused:
            response = Response(refused.body(), refused.status, refused.headers, "application/json")
            await socket.send_denial_response(response)
            return
        try:
            await socket.accept(chosen_subprotocol(handshake, accepted))
        except (OSError, RuntimeError):  # the client left while $connect ran
            self._service.streams.close_soon(accepted.connection_id, *CONNECTION_LOST)
            return
        await _Legacy(self._service, socket, accepted.connection_id, self._options.write_s).run()

    def _check_origin(self, socket: WebSocket) -> None:
        """Against pages of other origins that ride on a user's cookies. Raises Refusal: 403."""
        allowed, origin = self._options.websocket_origins, socket.headers.get("origin")
        if allowed is None or "*" in allowed or origin is None:
            return
        if normal_origin(origin) not in allowed:
            raise Refusal(403, "Forbidden")


class _Legacy:
    """One WebSocket for as long as it lives."""

    def __init__(self, service: Service, socket: WebSocket, connection_id: str, write_s: float) -> None:
        self._service = service
        self._socket = socket
        self._id = connection_id
        self._write_s = write_s
        self._left = False
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(service.api.limits.messages_at_once)
        self._link: Link | None = (socket.scope.get("extensions") or {}).get(EXTENSION)
        self._life = LifeTimer(service.api.limits, asyncio.get_running_loop(), self._go_away, self._last_ping_at)

    async def run(self) -> None:
        try:
            await self._serve()
        finally:
            self._life.stop()

    async def _serve(self) -> None:
        try:
            subscription = await self._service.streams.awaiting.subscribe(self._id)
        except ConnectionGone:
            await self._close(1000, "")
            return
        except BrokerUnavailable:
            await self._close(1013, "try again later")
            self._service.streams.close_soon(self._id, *CONNECTION_LOST)
            return
        async with subscription:
            reading = asyncio.create_task(self._read(subscription))
            try:
                async for event in subscription:
                    if isinstance(event, Gap):  # a WebSocket has no way to say so, and silence would be a lie
                        await self._end(subscription, 1011, "messages were lost")
                        break
                    if not await self._write(subscription, event):
                        await asyncio.wait({reading}, timeout=LAST_WORDS_S)
                        break
                if subscription.closed and not self._left:
                    await self._close(subscription.close_code, subscription.close_reason)
            finally:
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading

    async def _read(self, subscription: Subscription) -> None:
        """Until the client closes: its code and reason are what `$disconnect` is told."""
        streams, limit = self._service.streams, self._service.api.limits.payload_bytes
        try:
            while True:
                frame = await self._socket.receive()
                if frame["type"] == "websocket.disconnect":
                    self._left = True
                    await self._end(subscription, *_end(frame))
                    return
                message: str | bytes = frame["text"] if frame.get("text") is not None else frame["bytes"]
                if _size(message, limit) > limit:
                    await self._end(subscription, 1009, f"at most {limit} bytes a message")
                    return
                await self._slots.acquire()
                self._life.active()
                with suppress(BrokerUnavailable):  # the message is handled all the same
                    await streams.awaiting.touch(self._id)
                self._start(subscription, message)
        except (ConnectionGone, WebSocketDisconnect):
            return

    async def _end(self, subscription: Subscription, code: int, reason: str) -> None:
        """Also while Redis is away: the end of the stream is told until it is heard, and ends the connection."""
        try:
            await self._service.streams.awaiting.close(self._id, code, reason)
        except BrokerUnavailable as error:
            logger.warning("the end of connection %s was not heard: %s", self._id, error)
            subscription.stop()

    def _start(self, subscription: Subscription, message: str | bytes) -> None:
        task = asyncio.create_task(self._handle(subscription, message))
        self._running.add(task)
        task.add_done_callback(self._finished)

    async def _handle(self, subscription: Subscription, message: str | bytes) -> None:
        message_id = new_id()
        try:
            await self._service.message(self._id, message, message_id)
        except BinaryRefused:
            await self._end(subscription, 1003, "binary frames are not supported")
        except Exception:
            logger.exception("message %s of connection %s failed", message_id, self._id)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _write(self, subscription: Subscription, event: Event) -> bool:
        """One frame: text, as API Gateway's always are, unless an upstream sent bytes. False: the client is gone, or
        has not read for too long."""
        message = event.message
        try:
            async with asyncio.timeout(self._write_s):
                if message.binary:
                    await self._socket.send_bytes(message.data)
                else:
                    await self._socket.send_text(message.data.decode("utf-8", "replace"))
        except TimeoutError:
            await self._end(subscription, 1008, "the client does not read")
            if self._link is not None:
                self._link.abort()
            return False
        except (WebSocketDisconnect, RuntimeError):
            return False
        self._life.active()
        return True

    async def _close(self, code: int, reason: str) -> None:
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self._socket.close(sendable_code(code), sendable_reason(reason))
        if self._link is not None:
            self._link.abort_after(CLOSED_WITHIN_S)

    def _go_away(self) -> None:
        self._service.streams.close_soon(self._id, *GOING_AWAY)

    def _last_ping_at(self) -> float:
        return 0.0 if self._link is None else self._link.last_ping_at


def _end(frame: Mapping[str, Any]) -> tuple[int, str]:
    """Code and reason of a client that has left."""
    code, reason = frame["code"], frame.get("reason")
    if code == 1005 and reason is None:  # no close frame: uvicorn says so for a connection that broke
        return CONNECTION_LOST
    return code, reason or _REASONS.get(code, "")


def _size(message: str | bytes, limit: int) -> int:
    """In bytes, but those of a short text are not counted."""
    if isinstance(message, bytes) or len(message) * 4 <= limit:
        return len(message)
    return len(message.encode("utf-8", "surrogatepass"))


_REASONS = {GOING_AWAY[0]: GOING_AWAY[1], 1005: "Client-side close frame status not set", 1006: CONNECTION_LOST[1]}

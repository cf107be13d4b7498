"""Clients on Server-Sent Events and POST: `docs/protocol.md` is what this file speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from shim.faces.handshake import SESSION_HEADER, read_handshake
from shim.gateway.ids import new_id
from shim.service import ConnectRefused, Service
from shim.streams import ConnectionGone
from shim.streams.requests import LONGEST_KEY, close_words, last_event_id
from shim.streams.response import event_stream_response

MOST_MESSAGES_AT_ONCE = 64
"""Handlers that may run for one client at the same time; more messages are answered with 429."""


class MessageTasks:
    """Messages whose handlers are still running: the POST that brought them has long been answered."""

    def __init__(self) -> None:
        self._tasks: dict[str, set[asyncio.Task[object]]] = {}

    def full(self, connection_id: str) -> bool:
        return len(self._tasks.get(connection_id, ())) >= MOST_MESSAGES_AT_ONCE

    def start(self, connection_id: str, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.setdefault(connection_id, set()).add(task)
        task.add_done_callback(lambda done: self._finished(connection_id, done))

    def _finished(self, connection_id: str, task: asyncio.Task[object]) -> None:
        running = self._tasks[connection_id]
        running.discard(task)
        if not running:
            del self._tasks[connection_id]


def sse_router(service: Service) -> APIRouter:
    """GET, POST and DELETE on `/{stage}`."""
    router = APIRouter()
    tasks = MessageTasks()
    path = f"/{service.api.stage}"

    @router.get(path)
    async def open_or_resume(request: Request) -> Response:
        if "text/event-stream" not in request.headers.get("accept", ""):
            return _refusal(426, "Upgrade Required: ask for text/event-stream, or for a WebSocket")
        session = request.headers.get(SESSION_HEADER)
        if session is not None:
            return _resume(service, session, last_event_id(request))
        try:
            opened = await service.connect(read_handshake(request))
        except ConnectRefused as refused:
            return Response(refused.body(), refused.status, media_type="application/json")
        return event_stream_response(service.streams, opened.connection_id, session=opened.session)

    @router.post(path)
    async def send(request: Request) -> Response:
        connection_id = _speaker(service, request)
        if isinstance(connection_id, Response):
            return connection_id
        text = await _message_text(request, service.streams.limits.payload_bytes)
        if isinstance(text, Response):
            return text
        if tasks.full(connection_id):
            return _refusal(429, f"{MOST_MESSAGES_AT_ONCE} messages of this connection are being handled")
        message_id = new_id()
        try:
            service.streams.touch(connection_id)
            key = request.headers.get("idempotency-key")
            first_id = message_id if key is None else service.streams.claim(connection_id, key, message_id)
        except ConnectionGone:
            return _refusal(410, "the connection is closed")
        if first_id == message_id:
            tasks.start(connection_id, service.message(connection_id, text, message_id))
        return JSONResponse({"messageId": first_id}, 202)

    @router.delete(path)
    async def close(request: Request) -> Response:
        connection_id = _speaker(service, request)
        if isinstance(connection_id, Response):
            return connection_id
        code, reason = close_words(await _read_limited(request, 1024) or b"")
        service.streams.close(connection_id, code, reason)
        return Response(status_code=204)

    return router


def _resume(service: Service, session: str, seen: str | None) -> Response:
    """204 tells a client not to come back: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    try:
        connection_id = service.streams.connection_of(session)
        return event_stream_response(service.streams, connection_id, last_event_id=seen)
    except ConnectionGone:
        return Response(status_code=204)


def _speaker(service: Service, request: Request) -> str | Response:
    session = request.headers.get(SESSION_HEADER)
    if not session:
        return _refusal(401, f"the header {SESSION_HEADER} is missing; its value came with the open event")
    try:
        return service.streams.connection_of(session)
    except ConnectionGone:
        return _refusal(410, "the connection is closed")


async def _message_text(request: Request, limit: int) -> str | Response:
    """The body as text, or why it is refused."""
    if len(request.headers.get("idempotency-key", "")) > LONGEST_KEY:
        return _refusal(400, f"an Idempotency-Key has at most {LONGEST_KEY} characters")
    body = await _read_limited(request, limit)
    if body is None:
        return _refusal(413, f"at most {limit} bytes a message")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _refusal(400, "a message is UTF-8 text")


async def _read_limited(request: Request, limit: int) -> bytes | None:
    """The body; None when it is longer than `limit` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)

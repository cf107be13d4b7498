"""Messages that clients POST: taken, handled, and answered in the response or on the stream."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shim.faces.idempotency import Answer, Claim, claim
from shim.faces.options import FaceOptions
from shim.faces.posted import Posted
from shim.faces.refusal import Refusal
from shim.faces.retries import Retries
from shim.gateway.frames import INTERNAL_SERVER_ERROR
from shim.gateway.ids import new_id
from shim.service import BinaryRefused, Service
from shim.streams import ClaimState, ConnectionGone, StreamsError
from shim.streams.spreading import BUSY_S, retry_after

logger = logging.getLogger(__name__)

_PROBLEMS = {415: "binary messages are not taken here", 500: INTERNAL_SERVER_ERROR}


class Messages:
    """Handlers outlive the POST that brought their message; how many run for one connection is bounded."""

    def __init__(self, service: Service, options: FaceOptions) -> None:
        self._service = service
        self._running: dict[str, set[asyncio.Task[str | None]]] = {}
        self._retries = Retries(service.streams, options)

    async def accept(
        self, connection_id: str, posted: Posted, *, key: str | None, wait_s: float, request: Request
    ) -> Response:
        """The response to a POST. `wait_s` 0: its answer arrives on the stream. Raises Refusal."""
        most = self._service.api.limits.messages_at_once
        if len(self._running.get(connection_id, ())) >= most:
            raise Refusal(429, f"{most} messages of this connection are being handled", retry_after(BUSY_S))
        message_ids = tuple(new_id() for _ in posted.messages)
        mine: Claim | None = None
        try:
            await self._service.streams.awaiting.touch(connection_id)
            await self._service.prepare(connection_id)
            if key is not None:
                mine = await claim(self._service.streams, connection_id, key, posted.fingerprint, message_ids)
        except ConnectionGone as error:
            raise Refusal(410, "the connection is closed") from error
        if mine is not None and mine.state is not ClaimState.FIRST:
            return _response(await self._retries.again(mine, wait_s), posted)
        if posted.batch:
            wait_s = 0
        handling = _Handling(self._service, connection_id, posted, message_ids, on_stream=not wait_s)
        self._start(connection_id, handling)
        if mine is not None:
            self._retries.begin(mine, waits=bool(wait_s))
        answer = Answer(message_ids, 202)
        try:
            answer = await (handling.first_step() if handling.on_stream else handling.wait(wait_s, request))
        finally:
            handling.on_stream = True  # also when this POST was cancelled
            if mine is not None:
                await self._retries.answered(mine, answer, handling.task)
        return _response(answer, posted)

    def _start(self, connection_id: str, handling: _Handling) -> None:
        self._running.setdefault(connection_id, set()).add(handling.task)
        handling.task.add_done_callback(lambda done: self._finished(connection_id, done))

    def _finished(self, connection_id: str, task: asyncio.Task[str | None]) -> None:
        running = self._running[connection_id]
        running.discard(task)
        if not running:
            del self._running[connection_id]


class _Handling:
    """The messages of one POST, one after the other. `on_stream`: nobody waits for the answer in the response."""

    def __init__(
        self, service: Service, connection_id: str, posted: Posted, message_ids: tuple[str, ...], *, on_stream: bool
    ) -> None:
        self._service = service
        self._connection_id = connection_id
        self._message_ids = message_ids
        self.on_stream = on_stream
        self._problem: int | None = None
        self.task = asyncio.create_task(self._run(posted.messages))

    async def first_step(self) -> Answer:
        """202, or 415: whoever takes no bytes says so before anything else."""
        await asyncio.sleep(0)
        return Answer(self._message_ids, 415 if self._problem == 415 else 202)

    async def wait(self, wait_s: float, request: Request) -> Answer:
        """What the message was answered: 200, or 204 for nothing; 202 when that took too long or the client left."""
        left = asyncio.create_task(_client_left(request))
        try:
            await asyncio.wait({self.task, left}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            gone = left.done()
        finally:
            left.cancel()
            with suppress(asyncio.CancelledError):
                await left
        if not self.task.done():
            return Answer(self._message_ids, 202)
        if self._problem is not None:
            return Answer(self._message_ids, self._problem)
        reply = self.task.result()
        if gone and reply is not None:
            await self._deliver(reply)
            return Answer(self._message_ids, 202)
        return Answer(self._message_ids, 204) if reply is None else Answer(self._message_ids, 200, reply)

    async def _run(self, messages: tuple[str | bytes, ...]) -> str | None:
        """The answer, unless it was delivered."""
        reply: str | None = None
        for message, message_id in zip(messages, self._message_ids, strict=True):
            on_stream = self.on_stream
            try:
                reply = await self._service.message(self._connection_id, message, message_id, deliver=on_stream)
            except BinaryRefused:
                self._problem = 415
            except Exception:
                self._problem = 500
                logger.exception("message %s of connection %s failed", message_id, self._connection_id)
            if self.on_stream and not on_stream and reply is not None:
                await self._deliver(reply)
        return reply

    async def _deliver(self, reply: str) -> None:
        try:
            await self._service.streams.awaiting.send(self._connection_id, reply)
        except StreamsError as error:
            logger.info("an answer was not delivered: %s", error)


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(answer: Answer, posted: Posted) -> Response:
    if answer.status in _PROBLEMS:
        return Refusal(answer.status, _PROBLEMS[answer.status]).response()
    if answer.status == 202:
        ids = {"messageIds": list(answer.message_ids)} if posted.batch else {"messageId": answer.message_ids[0]}
        return JSONResponse(ids, 202)
    applied = {"Preference-Applied": "wait"}
    if answer.status == 204:
        return Response(status_code=204, headers=applied)
    media_type = "application/json" if _is_json(answer.text) else "text/plain"
    return Response(answer.text.encode("utf-8", "replace"), answer.status, applied, media_type)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True

"""One client's event stream from a REST application, and the requests that carry its messages there."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Collection
from contextlib import nullcontext, suppress

from shim.backends.bridge import Deliver, Handled
from shim.backends.event_stream_client import EventStreamClient, StreamOver
from shim.backends.event_stream_parser import ServerSentEvent
from shim.backends.rest_requests import Answered, RequestFailed, RestRequests
from shim.backends.rest_upstream import RestAddresses
from shim.backends.upstream import UpstreamRefused, sendable, with_query
from shim.gateway.events import Pairs
from shim.gateway.frames import (
    BAD_REQUEST_BODY,
    ENDPOINT_REQUEST_TIMED_OUT,
    FORBIDDEN,
    INTERNAL_SERVER_ERROR,
    TOO_MANY_REQUESTS,
    error_frame,
)
from shim.gateway.ids import new_id
from shim.observing import Outcome
from shim.service import BinaryRefused

logger = logging.getLogger(__name__)

SESSION_HEADER = "Stream-Session"

_WORDS: dict[Outcome, str] = {
    "forbidden": FORBIDDEN,
    "bad_request": BAD_REQUEST_BODY,
    "throttled": TOO_MANY_REQUESTS,
    "timed_out": ENDPOINT_REQUEST_TIMED_OUT,
    "integration_error": INTERNAL_SERVER_ERROR,
}


class RestLink:
    """`event_names` None: the application speaks `docs/protocol.md`. `query`: what each request gets of the
    handshake's. `ordered`: a message waits for the answer of the one before."""

    def __init__(
        self,
        stream: EventStreamClient,
        sender: RestRequests,
        addresses: RestAddresses,
        *,
        headers: Pairs,
        query: Pairs,
        event_names: Collection[str] | None,
        ordered: bool,
        close_timeout_s: float,
    ) -> None:
        self.subprotocol: str | None = None
        self._stream = stream
        self._sender = sender
        self._addresses = addresses
        self._headers = headers
        self._query = query
        self._event_names = event_names
        self._turn = asyncio.Lock() if ordered else nullcontext()
        self._close_timeout_s = close_timeout_s
        self._ready: list[ServerSentEvent] = []
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._told = False

    async def open(self, timeout_s: float) -> None:
        """Returns when the application has accepted the client. Raises UpstreamRefused."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._stream.open()
                if self._event_names is not None:
                    return
                first, *self._ready = await self._stream.read()
        except TimeoutError as error:
            raise UpstreamRefused.slow() from error
        except StreamOver as error:
            raise UpstreamRefused.unreachable() from error
        opened = _opened(first)
        if opened is None:
            logger.error("the upstream's stream does not begin with an open event; is it a plain one?")
            raise UpstreamRefused.unreachable()
        session, self.subprotocol = opened
        self._headers = self._stream.resume_headers = [*self._headers, (SESSION_HEADER, session)]

    async def receive(self, deliver: Deliver) -> tuple[int, str]:
        """While `deliver` waits nothing is read, and TCP holds the upstream back."""
        try:
            while True:
                events, self._ready = self._ready, []
                for event in events or await self._stream.read():
                    message = self._message(event)
                    if message is not None:
                        await deliver(message)
        except StreamOver as over:
            self._told = over.told
            return sendable(over.code), over.reason

    async def send(self, connection_id: str, body: str | bytes, message_id: str) -> Handled:
        """What the application answers with an error frame, or where the route has a reply, is the reply."""
        if not isinstance(body, str):
            raise BinaryRefused
        key, route, address = self._addresses.of_message(body)
        headers = [*self._headers, ("Idempotency-Key", message_id), ("Content-Type", _kind(body))]
        url = with_query(address, self._query)
        self._under_way += 1
        self._idle.clear()
        try:
            async with self._turn:
                answered = await self._sender.send(
                    route.method, url, headers, body.encode("utf-8", "replace"), repeatable=route.repeatable
                )
        except RequestFailed as failed:
            outcome, reply = failed.outcome, None
            logger.warning("connection %s: a message was not answered: %s", connection_id, failed.outcome)
        else:
            outcome, reply = _outcome(answered, wanted=route.reply)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
        if reply is None and outcome != "handled":
            reply = error_frame(_WORDS[outcome], connection_id, new_id())
        return Handled(outcome, reply, key)

    async def end(self, code: int, reason: str) -> bool:
        """After the messages that are being handled, if they don't take longer than half of the time there is."""
        try:
            if self._told or self._event_names is not None:
                return True
            with suppress(TimeoutError):
                async with asyncio.timeout(self._close_timeout_s / 2):
                    await self._idle.wait()
            words = json.dumps({"code": code, "reason": reason}).encode()
            headers = [*self._headers, ("Content-Type", "application/json")]
            answered = await self._sender.send(
                "DELETE", self._addresses.stream.geturl(), headers, words, repeatable=True
            )
        except RequestFailed as failed:
            logger.info("the end of a connection could not be told upstream: %s", failed.outcome)
            return False
        finally:
            await self._stream.aclose()
        return answered.status < 300 or answered.status == 410

    def _message(self, event: ServerSentEvent) -> str | bytes | None:
        """None for an event that is no message. Raises StreamOver for one that ends the connection."""
        if self._event_names is not None:
            return event.data if event.type in self._event_names else None
        try:
            match event.type:
                case "message":
                    return event.data
                case "escaped":
                    return str(json.loads(event.data))
                case "binary":
                    return base64.b64decode(event.data, validate=True)
                case "close":
                    words = json.loads(event.data)
                    raise StreamOver(int(words["code"]), str(words.get("reason", "")), told=True)
                case "gap":
                    # A WebSocket client learns of lost messages by losing its connection, and comes back.
                    raise StreamOver(1011, "messages of the upstream were lost")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StreamOver(1011, f"the upstream sent a malformed {event.type} event") from error
        return None


def _opened(event: ServerSentEvent) -> tuple[str, str | None] | None:
    """The secret of an `open` event, and the subprotocol that was chosen; None when it is not one."""
    try:
        words = json.loads(event.data) if event.type == "open" else None
    except (ValueError, RecursionError):
        return None
    session, protocol = (words.get("session"), words.get("protocol")) if isinstance(words, dict) else (None, None)
    if not isinstance(session, str) or not (session.isascii() and session.isprintable() and session):
        return None
    return session, protocol if isinstance(protocol, str) else None


def _kind(body: str) -> str:
    """Content type of a message: applications with typed parameters want to be told that it is JSON."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "text/plain; charset=utf-8"
    return "application/json"


def _outcome(answered: Answered, *, wanted: bool) -> tuple[Outcome, str | None]:
    """What became of the message, and what the application itself says to the client."""
    if answered.body is None:
        return "integration_error", None
    text = answered.body.decode("utf-8", "replace")
    outcome = _outcome_of(answered.status)
    if (wanted and text) or (outcome != "handled" and _is_error_frame(text)):
        return outcome, text
    return outcome, None


def _outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return "handled"
    if status in {400, 413, 415, 422}:
        return "bad_request"
    if status == 429:
        return "throttled"
    if status in {408, 504}:
        return "timed_out"
    return "forbidden" if 400 <= status < 500 else "integration_error"


def _is_error_frame(text: str) -> bool:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(frame, dict) and {"message", "connectionId", "requestId"} <= frame.keys()

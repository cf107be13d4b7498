"""A connection's stream as an HTTP response."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shim.streams.errors import BrokerUnavailable, ConnectionGone
from shim.streams.limits import StreamLimits
from shim.streams.records import GOING_AWAY
from shim.streams.service import Streams
from shim.streams.spreading import AWAY_S, retry_after
from shim.streams.subscription import Subscription
from shim.streams.wire import encode_control, encode_retry

SEND_TIMEOUT_S = 30.0
"""Seconds that a peer may take to accept one event. Longer, and its stream ends; the connection may be resumed."""

STREAM_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
"""Proxies must neither keep, compress nor collect a stream."""

TAKE_OVER: Final = "event_stream.take_over"
"""ASGI extension of a server that writes streams itself: a `Callable[[StreamRequest], Awaitable[None]]`, awaited after
the headers were sent."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """Which stream is to be written. `session`: given for the first stream of a connection, whose `open` event then
    tells it to the client, with the `protocol` if one was chosen. `last_event_id`: given when a client resumes."""

    streams: Streams
    connection_id: str
    last_event_id: str | None = None
    session: str | None = None
    protocol: str | None = None

    def opening(self, first_id: str) -> bytes:
        """The first bytes of the stream."""
        retry = encode_retry(jittered_retry_ms(self.streams.limits))
        if self.session is None:
            return retry + b"\n"  # an event of its own, so that proxies pass the stream on at once
        values = {"connectionId": self.connection_id, "session": self.session}
        if self.protocol is not None:
            values["protocol"] = self.protocol
        return retry + encode_control("open", values, event_id=first_id)

    def untold(self) -> None:
        """The client left before the first bytes. Nobody has the session, so nobody can come back for it."""
        if self.session is not None:
            self.streams.close_soon(self.connection_id, 1006, "the client left before it was told of its connection")

    def closing(self, code: int, reason: str) -> bytes:
        """The last bytes of a connection. When the service goes away, its clients are told to come back one by one."""
        limits = self.streams.limits
        spread_ms = limits.retry_ms + random.randint(0, limits.drain_spread_ms)  # noqa: S311 - it hides nothing
        retry = encode_retry(spread_ms) if code == GOING_AWAY[0] else b""
        return retry + encode_control("close", {"code": code, "reason": reason})


async def event_stream_response(
    streams: Streams,
    connection_id: str,
    *,
    last_event_id: str | None = None,
    session: str | None = None,
    protocol: str | None = None,
) -> Response:
    """The stream of an accepted connection; see `StreamRequest`. Raises ConnectionGone."""
    await streams.awaiting.info(connection_id)
    return EventStream(StreamRequest(streams, connection_id, last_event_id, session, protocol))


class EventStream(Response):
    """Served by sse-starlette on any ASGI server; handed to a server that offers to write it itself."""

    media_type = "text/event-stream"

    def __init__(self, request: StreamRequest) -> None:
        self.status_code = 200
        self.background = None
        self._request = request
        self.init_headers(STREAM_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        take_over: Callable[[StreamRequest], Awaitable[None]] | None = (scope.get("extensions") or {}).get(TAKE_OVER)
        if take_over is not None:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await take_over(self._request)
            return
        asked = self._request
        try:
            subscription = await asked.streams.awaiting.subscribe(asked.connection_id, asked.last_event_id)
        except ConnectionGone:
            await Response(status_code=204)(scope, receive, send)
            return
        except BrokerUnavailable:
            await Response(status_code=503, headers=retry_after(AWAY_S))(scope, receive, send)
            return
        response = EventSourceResponse(
            _chunks(asked, subscription),
            send_timeout=SEND_TIMEOUT_S,
            headers={name: value for name, value in self.headers.items() if name != "content-type"},
            ping=max(1, round(asked.streams.limits.heartbeat_s)),
            background=BackgroundTask(subscription.end),  # also when the client left before the first event
        )
        try:
            await response(scope, receive, send)
        except* SendTimeoutError:  # a peer that takes nothing any more is no error of the service
            subscription.end()


def jittered_retry_ms(limits: StreamLimits) -> int:
    """The `retry:` of one stream: the limit's and up to half more."""
    return limits.retry_ms + random.randint(0, limits.retry_ms // 2)  # noqa: S311 - it spreads load, and hides nothing


def jittered_rotation_s(limits: StreamLimits) -> float:
    """Seconds after which one stream ends: the limit's and up to a tenth less; 0: never."""
    return limits.rotation_s * random.uniform(0.9, 1.0)  # noqa: S311


async def _chunks(asked: StreamRequest, subscription: Subscription) -> AsyncIterator[bytes]:
    told = False
    async with subscription:
        try:
            yield asked.opening(subscription.first_id)
            told = True
            subscription.rotate_after(jittered_rotation_s(asked.streams.limits))
            async for taken in subscription:
                yield subscription.encode(taken)
            if subscription.closed:
                yield asked.closing(subscription.close_code, subscription.close_reason)
        finally:
            if not told:
                asked.untold()

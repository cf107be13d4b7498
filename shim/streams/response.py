"""A connection's stream as an HTTP response."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from shim.streams.connection import Gap
from shim.streams.service import Streams
from shim.streams.subscription import Subscription
from shim.streams.wire import encode_control

SEND_TIMEOUT_S = 30.0
"""Seconds that a peer may take to accept one event. Longer, and its stream ends; the connection may be resumed."""

STREAM_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
"""Proxies must neither keep, compress nor collect a stream."""


def event_stream_response(
    streams: Streams, connection_id: str, *, last_event_id: str | None = None, session: str | None = None
) -> EventSourceResponse:
    """The stream of an accepted connection.

    `session`: given for the first stream of a connection, whose `open` event then tells it to the client.
    `last_event_id`: given when a client resumes. Raises ConnectionGone.
    """
    subscription = streams.subscribe(connection_id, last_event_id)
    return _Stream(
        _chunks(streams, subscription, connection_id, session),
        send_timeout=SEND_TIMEOUT_S,
        headers=STREAM_HEADERS,
        ping=max(1, round(streams.limits.heartbeat_s)),
        background=BackgroundTask(subscription.end),  # also when the client left before the first event
    )


class _Stream(EventSourceResponse):
    """A peer that takes nothing any more is no error of the service."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except* SendTimeoutError:
            if self.background is not None:
                await self.background()


async def _chunks(
    streams: Streams, subscription: Subscription, connection_id: str, session: str | None
) -> AsyncIterator[bytes]:
    told = session is None
    async with subscription:
        try:
            if session is not None:
                yield encode_control(
                    "open",
                    {"connectionId": connection_id, "session": session},
                    event_id=f"{subscription.epoch}-0",
                    retry_ms=streams.limits.retry_ms,
                )
                told = True
            async for event in subscription:
                if isinstance(event, Gap):
                    yield encode_control("gap", {"from": event.first, "to": event.last})
                else:
                    yield event.chunk
            if subscription.closed:
                yield encode_control("close", {"code": subscription.close_code, "reason": subscription.close_reason})
        finally:
            if not told:  # nobody has the session, so nobody can come back for it
                streams.close(connection_id, 1006, "the client left before it was told of its connection")

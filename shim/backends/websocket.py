"""An existing WebSocket server stays behind the shim as it is: API Gateway, or any other.

Each client has a WebSocket of its own to it. SSE clients keep theirs while their streams come and go.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from shim.backends.bridge import Bridge, Deliver, Handled
from shim.backends.upstream import (
    Upstream,
    UpstreamRefused,
    check_address,
    forwarded_headers,
    offered_subprotocols,
    sendable,
    verified_tls,
    with_query,
)
from shim.gateway.definition import ApiDefinition
from shim.service import Handshake
from shim.streams import Streams

_wire_logger = logging.getLogger(f"{__name__}.wire")
_wire_logger.setLevel(logging.WARNING)  # below it the library logs whole handshakes, with their secrets

UPSTREAM_LOST = (1011, "the upstream connection was lost")
"""What a client is told when there was no close frame: 1006 can't be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketUpstream(Upstream):
    """`url`: `wss://…/stage` or `ws://…`. Times in seconds."""

    frame_bytes: int = 32_768
    """Longer messages are sent in fragments of so many bytes. Default 32 KB, API Gateway's quota for a frame."""

    ping_interval_s: float = 20.0
    """Between pings to the upstream; 0 sends none. Default 20."""

    ping_timeout_s: float = 20.0
    """An upstream that does not answer a ping for so long is lost; 0 waits for ever. Default 20."""

    keepalive_message: str | None = None
    """Sent as a client's message when the upstream has been silent for `keepalive_interval_s`, for an upstream that
    counts messages only: API Gateway drops a connection after 10 minutes. Its back end has to bear it. Default None:
    nothing."""

    keepalive_interval_s: float = 570.0
    """Default 9 min 30 s."""


class WebSocketBridge(Bridge):
    """Implements `Service` over WebSockets to `upstream`. Raises UpstreamAddressInvalid, or OSError for a `ca_file`
    that can't be read."""

    def __init__(
        self,
        api: ApiDefinition,
        upstream: WebSocketUpstream,
        streams: Streams,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(api, upstream, streams, clock=clock)
        self._upstream = upstream
        self._address = check_address(upstream.url, ("ws", "wss"))
        self._tls = verified_tls(upstream.ca_file) if self._address.scheme == "wss" else None

    async def open_link(self, handshake: Handshake) -> WebSocketLink:
        offered = offered_subprotocols(handshake)
        try:
            socket = await _Connect(
                with_query(self._address, handshake.query),
                create_connection=_Socket,
                subprotocols=[Subprotocol(name) for name in offered] or None,
                additional_headers=list(forwarded_headers(handshake, self._upstream.headers)),
                user_agent_header=None,
                compression=None,
                proxy=None,
                open_timeout=self._upstream.connect_timeout_s,
                ping_interval=self._upstream.ping_interval_s or None,
                ping_timeout=self._upstream.ping_timeout_s or None,
                close_timeout=self._upstream.close_timeout_s,
                max_size=self.streams.limits.payload_bytes,
                logger=_wire_logger,
                ssl=self._tls,
            )
        except InvalidStatus as error:
            raise UpstreamRefused.answered(error.response.status_code, error.response.headers) from error
        except TimeoutError as error:
            raise UpstreamRefused.slow() from error
        except (OSError, WebSocketException) as error:
            raise UpstreamRefused.unreachable() from error
        except ValueError as error:  # a subprotocol that is no token
            raise UpstreamRefused(400, "Bad Request") from error
        assert isinstance(socket, _Socket)
        return WebSocketLink(socket, self._upstream)


class WebSocketLink:
    """One client's WebSocket to the upstream."""

    def __init__(self, socket: _Socket, upstream: WebSocketUpstream) -> None:
        self.subprotocol: str | None = socket.subprotocol
        self._socket = socket
        self._upstream = upstream
        self._turn = asyncio.Lock()

    async def receive(self, deliver: Deliver) -> tuple[int, str]:
        """While `deliver` waits nothing is read, and TCP holds the upstream back."""
        try:
            while True:
                await deliver(await self._next())
        except ConnectionClosed as closed:
            return _words(closed)

    async def send(self, _connection_id: str, body: str | bytes, _message_id: str) -> Handled:
        """The upstream answers, if it does, by a message of its own."""
        with suppress(ConnectionClosed):  # `receive` tells the client why
            async with self._turn:
                await self._socket.send(
                    _whole_or_fragments(body, self._upstream.frame_bytes), text=isinstance(body, str)
                )
        return Handled()

    async def end(self, code: int, reason: str) -> bool:
        """After the messages that are being sent. A client that was lost is lost to the upstream too: there is no
        close frame, and the upstream sees 1006."""
        discarding = asyncio.create_task(self._discard())
        try:
            async with self._turn:
                if code == 1006:
                    self._socket.transport.close()
                    await self._socket.wait_closed()
                elif code == 1005:
                    await self._socket.close_without_code()
                else:
                    await self._socket.close(code, reason)
        finally:
            self._socket.transport.abort()
            discarding.cancel()
            await asyncio.wait({discarding})
        return True

    async def _next(self) -> str | bytes:
        if self._upstream.keepalive_message is None:
            return await self._socket.recv()
        while True:
            try:
                async with asyncio.timeout(self._upstream.keepalive_interval_s):
                    return await self._socket.recv()
            except TimeoutError:
                await self.send("", self._upstream.keepalive_message, "")

    async def _discard(self) -> None:
        """Reads on, so that the upstream's close frame is not stuck behind messages that nobody wants any more."""
        with suppress(ConnectionClosed):
            while True:
                await self._socket.recv()


class _Connect(connect):
    """A redirect is a refusal: a client's credentials go to nobody but the upstream."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Socket(ClientConnection):
    async def close_without_code(self) -> None:
        """As `close`, with a close frame that is empty."""
        with suppress(ConnectionClosed):
            async with self.send_context():
                self.protocol.send_close()


def _words(closed: ConnectionClosed) -> tuple[int, str]:
    """What the client is told: what the upstream said, or what the library made of it, such as 1009."""
    close = closed.sent if closed.rcvd is None or closed.rcvd_then_sent is False else closed.rcvd
    if close is None or close.code == 1006:
        return UPSTREAM_LOST
    return sendable(int(close.code)), close.reason


def _whole_or_fragments(body: str | bytes, frame_bytes: int) -> bytes | Iterator[bytes]:
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return data if len(data) <= frame_bytes else _fragments(data, frame_bytes, text=isinstance(body, str))


def _fragments(data: bytes, frame_bytes: int, *, text: bool) -> Iterator[bytes]:
    """Pieces of at most `frame_bytes`, or 4; text is cut between characters, the longest of which has 4 bytes."""
    start = 0
    while start < len(data):
        end = min(start + max(frame_bytes, 4), len(data))
        while text and end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[start:end]
        start = end

"""The WebSocket protocol of uvicorn, which also says when a client pinged, and can drop one that does not read."""

from __future__ import annotations

from asyncio import BaseTransport
from typing import Final, Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from shim.gateway.limits import GatewayLimits
from shim.peers import give_up_on_dead_peers

EXTENSION = "shim.websocket"
"""Key of `scope["extensions"]` for the `Link` of a WebSocket."""


MOST_UNREAD_BYTES: Final = 65_536
"""Of pongs and messages that wait in a socket's buffer when the next ping comes."""


class Link(Protocol):
    """What ASGI doesn't tell of a WebSocket, and can't do to it."""

    last_ping_at: float
    """In the loop's time; 0 before the first."""

    def abort(self) -> None:
        """Drops the TCP connection, and what was not sent."""

    def abort_after(self, seconds: float) -> None:
        """The same, if it is still there then."""


class GatewayWebSocketProtocol(WebSocketsSansIOProtocol):
    """For uvicorn's option `ws`. Its `ws_max_size` takes `message_and_frame_bytes`."""

    last_ping_at = 0.0

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # else the handshake was no valid one, and there is no scope
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = self

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        give_up_on_dead_peers(self.transport)

    def handle_ping(self) -> None:
        """Who pings and does not read is let go: what is owed to it has no other bound."""
        self.last_ping_at = self.loop.time()
        if self.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self.transport.abort()
        else:
            super().handle_ping()

    def keepalive_timeout(self) -> None:
        """A client whose messages wait their turn can't be heard, and so has not failed to answer."""
        if self.read_paused:
            self.schedule_ping()
        elif self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().keepalive_timeout()

    def abort(self) -> None:
        self.transport.abort()

    def abort_after(self, seconds: float) -> None:
        self.loop.call_later(seconds, self.transport.abort)

    def shutdown(self) -> None:
        """An open WebSocket ends when the service closes its connection, with the words for it."""
        if self.conn.eof_sent:  # the handshake was refused, and its client has not left
            self.transport.close()
        elif not self.handshake_complete:
            super().shutdown()


def message_and_frame_bytes(limits: GatewayLimits) -> tuple[int, int]:
    """The largest message and the largest frame; more closes with 1009."""
    return limits.payload_bytes, limits.frame_bytes

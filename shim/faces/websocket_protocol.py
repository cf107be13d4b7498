"""The WebSocket protocol of uvicorn, which also says when a client pinged, and can drop one that does not read."""

from __future__ import annotations

from typing import Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from shim.gateway.limits import GatewayLimits

EXTENSION = "shim.websocket"
"""Key of `scope["extensions"]` for the `Link` of a WebSocket."""


class Link(Protocol):
    """What ASGI doesn't tell of a WebSocket, and can't do to it."""

    last_ping_at: float
    """In the loop's time; 0 before the first."""

    def abort(self) -> None:
        """Drops the TCP connection, and what was not sent."""


class GatewayWebSocketProtocol(WebSocketsSansIOProtocol):
    """For uvicorn's option `ws`. Its `ws_max_size` takes `message_and_frame_bytes`."""

    last_ping_at = 0.0

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # else the handshake was no valid one, and there is no scope
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = self

    def handle_ping(self) -> None:
        self.last_ping_at = self.loop.time()
        super().handle_ping()

    def abort(self) -> None:
        self.transport.abort()


def message_and_frame_bytes(limits: GatewayLimits) -> tuple[int, int]:
    """The largest message and the largest frame; more closes with 1009."""
    return limits.payload_bytes, limits.frame_bytes

"""What sse_socket and sse_socket_threads have of the packages whose place they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Surface:
    module: str
    """Ours."""
    sources: frozenset[str]
    """Modules of the package that its names are taken from."""
    opens: Mapping[str, frozenset[str]]
    """What opens a connection, and the options of it that stay."""
    others: frozenset[str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    """Options that are needless over SSE."""
    missing: frozenset[str] = frozenset()
    """What a connection of the package has and ours has not."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.opens) | self.others


RUN_FOREVER: Final = frozenset({"ping_interval", "ping_timeout", "ping_payload", "reconnect"})
"""Options of WebSocketApp.run_forever that ours takes, too."""

_OPTIONS: Final = frozenset(
    {
        "uri", "origin", "additional_headers", "user_agent_header", "open_timeout", "close_timeout", "max_size",
        "max_queue", "ssl",
    }
)  # fmt: skip
_PINGS: Final = frozenset({"ping_interval", "ping_timeout"})
_ERRORS: Final = frozenset(
    {
        "ConnectionClosed", "ConnectionClosedOK", "ConnectionClosedError", "InvalidHandshake", "InvalidStatus",
        "InvalidURI",
    }
)  # fmt: skip
_OF_FRAMES: Final = frozenset(
    {
        "ping", "pong", "latency", "state", "open", "closed", "transport", "remote_address", "local_address",
        "request_headers", "response_headers", "request", "response", "recv_streaming", "recv_bufsize", "fileno",
    }
)  # fmt: skip

SURFACES: Final[dict[str, tuple[Surface, ...]]] = {
    "websockets": (
        Surface(
            module="sse_socket",
            sources=frozenset(
                {"websockets", "websockets.exceptions", "websockets.client", "websockets.asyncio.client"}
            ),
            opens={"connect": _OPTIONS},
            others=_ERRORS | {"ClientConnection"},
            renamed={"extra_headers": "additional_headers"},
            dropped=_PINGS | {"compression", "read_limit", "write_limit", "proxy"},
            missing=_OF_FRAMES,
        ),
        Surface(
            module="sse_socket_threads",
            sources=frozenset({"websockets.sync.client"}),
            opens={"connect": _OPTIONS},
            others=frozenset(),
            dropped=_PINGS | {"compression", "proxy"},
            missing=_OF_FRAMES,
        ),
    ),
    "websocket": (
        Surface(
            module="sse_socket_threads",
            sources=frozenset({"websocket"}),
            opens={
                "create_connection": frozenset({"url", "timeout", "header"}),
                "WebSocketApp": frozenset(
                    {"url", "header", "on_open", "on_reconnect", "on_message", "on_error", "on_close"}
                ),
                "WebSocket": frozenset(),
            },
            others=frozenset(
                {
                    "WebSocketException", "WebSocketTimeoutException", "WebSocketConnectionClosedException",
                    "WebSocketBadStatusException",
                }
            ),
            dropped=frozenset({"enable_multithread", "skip_utf8_validation"}),
            missing=frozenset({"ping", "pong", "sock", "recv_frame", "recv_data", "send_frame", "getstatus", "fileno"}),
        ),
    ),
}  # fmt: skip
"""By the name of the package. The first surface is that of the package as a whole."""

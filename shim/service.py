"""What faces talk to, whoever stands behind it: functions (`emulation.py`), or an upstream (`backends/`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shim.gateway.definition import ApiDefinition
from shim.gateway.events import Pairs
from shim.gateway.frames import error_frame
from shim.observing import Face, Observer, PushCounts, RefusalReason
from shim.streams import Streams


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a client asks for a connection, over whichever transport."""

    headers: Pairs
    query: Pairs
    source_ip: str
    user_agent: str | None = None
    face: Face = "websocket"
    domain_name: str | None = None
    """The custom domain that was used; None for the API's own."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An open connection. `subprotocol`: the one that `$connect` chose; None when it named none."""

    connection_id: str
    session: str
    subprotocol: str | None = None


class ConnectRefused(Exception):
    """Raised by `connect`; `status` is the HTTP status that the client sees, on WebSocket and SSE alike.

    `headers`: what else it is told, such as `Retry-After`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        connection_id: str,
        request_id: str,
        headers: Mapping[str, str] | None = None,
        *,
        reason: RefusalReason = "connect",
    ) -> None:
        self.status, self.message, self.reason = status, message, reason
        self.connection_id, self.request_id = connection_id, request_id
        self.headers = dict(headers or {})
        super().__init__(status, message)

    def body(self) -> str:
        if self.status == 304:  # which has none
            return ""
        return error_frame(self.message, self.connection_id, self.request_id)


class BinaryRefused(Exception):
    """Raised by `message` for bytes where only text is taken: close code 1003 on a WebSocket, 415 for a POST."""


class Problem(Exception):
    """An error response of @connections: HTTP status and the error type that SDKs turn into an exception."""

    def __init__(self, status: int, error_type: str, message: str = "") -> None:
        self.status, self.error_type, self.message = status, error_type, message
        super().__init__(status, error_type, message)

    def __str__(self) -> str:
        return f"{self.error_type} ({self.status}): {self.message or 'no message'}"


class Connections(Protocol):
    """What @connections does; callable from any thread. Each method raises a `Problem`."""

    @property
    def wait(self) -> bool:
        """Whether the methods wait for another process."""

    def post(self, connection_id: str, data: bytes) -> None: ...

    def get(self, connection_id: str) -> dict[str, Any]:
        """The JSON members of GetConnection's response."""

    def delete(self, connection_id: str) -> None: ...


class AwaitingConnections(Protocol):
    """The same for code on an event loop."""

    async def post(self, connection_id: str, data: bytes, invocation: str = "") -> None:
        """`invocation`: see `Awaiting.send`."""

    async def get(self, connection_id: str) -> dict[str, Any]: ...

    async def delete(self, connection_id: str) -> None: ...


class Service(Connections, Protocol):
    """One API at one stage, as its clients meet it.

    Whoever implements it delivers to clients through `streams`, and ends connections with `streams.close`.
    """

    api: ApiDefinition
    streams: Streams
    observers: list[Observer]
    pushes: PushCounts
    accepting: bool
    """Whether new connections are taken; false while the shim ends."""
    messages_running: int
    """Messages of clients that are being handled now."""

    @property
    def awaiting(self) -> AwaitingConnections:
        """@connections for code on an event loop."""

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        """The connection is open when this returns. Raises ConnectRefused.

        `resume_window_s`: 0 for a connection that ends with its transport, None for the configured window.
        """

    async def prepare(self, connection_id: str) -> None:
        """What handling a message of this connection needs is here when this returns. For before its client is told
        that a message was taken. Raises BrokerUnavailable."""

    async def message(
        self, connection_id: str, body: str | bytes, message_id: str, *, deliver: bool = True
    ) -> str | None:
        """Handles one message of a client. What the client is answered (a route response or an error frame; None:
        nothing) is sent on its stream, or only returned when `deliver` is false. Raises BinaryRefused."""

    async def run(self) -> None:
        """For the life of the service: tells whoever stands behind it of connections that end; when cancelled, of
        all of them."""

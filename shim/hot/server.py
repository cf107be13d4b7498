"""uvicorn with the hot protocol."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from shim.draining import DRAIN_S, drain
from shim.faces.management import Management
from shim.faces.websocket_protocol import GatewayWebSocketProtocol, message_and_frame_bytes
from shim.hot.protocol import HotProtocol
from shim.hot.pushes import PushDesk
from shim.hot.writers import StreamWriters
from shim.service import Service

COLLECT_EVERY = 50_000
"""Objects more, before the collector looks at the youngest. Python's own 700 is for programs that make garbage in
cycles; a connection's objects go when their last reference does."""


def settle_collector() -> None:
    """For a process that does nothing but serve. What is loaded by now stays for good: the collector need not look at
    it again, nor look often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)


def hot_server(
    app: ASGIApp,
    management: Management,
    *,
    drain_s: float = DRAIN_S,
    notice_s: float = 0.0,
    leave: Callable[[], None] = lambda: None,
    **options: Any,  # noqa: ANN401 - uvicorn's own
) -> DrainingServer:
    """A server of `app` that answers pushes, and writes streams, itself. `options` are those of `uvicorn.Config`.

    `management`: the face of @connections that `app` has. `drain_s`: seconds that messages under way are given when
    the server ends. `leave` is called when it is told to end, `notice_s` seconds before it takes no more connections.
    """
    service = management.service
    limits = service.api.limits

    class Protocol(HotProtocol):
        """Of this server: uvicorn makes one for each socket."""

    Protocol.desk = PushDesk(management)
    Protocol.most_body_bytes = limits.payload_bytes
    Protocol.body_s = management.options.body_s
    config = uvicorn.Config(
        app, http=Protocol, **(_DEFAULTS | {"ws_max_size": message_and_frame_bytes(limits)} | options)
    )
    return DrainingServer(config, Protocol, service, drain_s, notice_s, leave)


class DrainingServer(uvicorn.Server):
    """Ends in order: readiness, no new connections, messages under way finished, clients told to go, then uvicorn's own
    end."""

    def __init__(
        self,
        config: uvicorn.Config,
        protocol: type[HotProtocol],
        service: Service,
        drain_s: float,
        notice_s: float,
        leave: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._protocol = protocol
        self._service = service
        self._drain_s = drain_s
        self._notice_s = notice_s
        self._leave = leave

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        heartbeat_s = self._service.streams.limits.heartbeat_s
        self._protocol.writers = StreamWriters(asyncio.get_running_loop(), heartbeat_s)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leave()
        await asyncio.sleep(self._notice_s)
        for server in self.servers:
            server.close()
        await drain(self._service, self._drain_s)
        await super().shutdown(sockets)


_DEFAULTS: dict[str, Any] = {
    "loop": "uvloop",
    "ws": GatewayWebSocketProtocol,
    "log_level": "warning",
    "access_log": False,
    "lifespan": "on",
    "timeout_graceful_shutdown": 5,
    "server_header": False,
    "proxy_headers": False,  # whom to believe is said once, in `FaceOptions.trusted_proxies`
    "ws_per_message_deflate": False,  # API Gateway compresses nothing
}


def _is_news(record: logging.LogRecord) -> bool:
    """uvicorn calls a refused handshake, and a stream that ends with the service, errors of the application: whoever
    can connect could fill the log with them."""
    return not str(record.msg).startswith("ASGI callable returned without completing")

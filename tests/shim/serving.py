"""The shim on a real socket, in a thread of the test's process, with handlers from a folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from shim.app import ShimApp
from shim.backends.pushes import PushCatcher
from shim.backends.python import PythonBackend, PythonFunction
from shim.config import Address
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.faces.options import FaceOptions
from shim.faces.websocket_protocol import GatewayWebSocketProtocol, message_and_frame_bytes
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.gateway.limits import GatewayLimits
from shim.hot.server import hot_server
from shim.streams import StreamLimits, Streams


@dataclass(frozen=True)
class Served:
    service: GatewayService
    port: int
    stage: str
    root: Path
    """The folder of its functions."""

    @property
    def stream(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.stage}"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/{self.stage}"


@contextmanager
def listening(app: ASGIApp) -> Iterator[int]:
    """Serves any ASGI application with stock uvicorn on a free port of the loopback address; yields the port."""
    config = uvicorn.Config(
        app,
        log_level="error",
        ws=GatewayWebSocketProtocol,
        ws_max_size=message_and_frame_bytes(GatewayLimits()),  # type: ignore[arg-type]
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        lifespan="on",
    )
    with _running(uvicorn.Server(config)) as port:
        yield port


@contextmanager
def listening_hot(app: ShimApp) -> Iterator[int]:
    """Serves the shim as `ws2sse shim` does."""
    with _running(hot_server(app, app.management, drain_s=2.0, timeout_graceful_shutdown=2)) as port:
        yield port


@contextmanager
def _running(server: uvicorn.Server) -> Iterator[int]:
    socket = Address("127.0.0.1", 0).bind()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield int(socket.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        socket.close()
        assert not thread.is_alive()


@contextmanager
def serving(
    root: Path,
    routes: Mapping[str, str],
    *,
    authorizer: str | None = None,
    identity_sources: tuple[str, ...] = (),
    route_responses: tuple[str, ...] = (),
    limits: StreamLimits | None = None,
    gateway: GatewayLimits | None = None,
    faces: FaceOptions | None = None,
    management: ManagementOptions | None = None,
) -> Iterator[Served]:
    """`routes`: route key -> function of the module `handlers` in `root`."""
    functions = {name: PythonFunction(root, "handlers", name) for name in routes.values()}
    if authorizer:
        functions[authorizer] = PythonFunction(root, "handlers", authorizer)
    api = ApiDefinition(
        name="test",
        routes={key: RouteDefinition(LambdaProxy(name), key in route_responses) for key, name in routes.items()},
        authorizer=AuthorizerDefinition("check", authorizer, identity_sources) if authorizer else None,
        stage="prod",
        limits=gateway or GatewayLimits(),
    )
    backend = PythonBackend(functions)
    service = GatewayService(api, backend, Streams(limits))
    catcher = PushCatcher(service)
    catcher.install()
    try:
        with listening_hot(ShimApp(service, faces=faces, management=management)) as port:
            yield Served(service, port, api.stage, root)
    finally:
        catcher.uninstall()
        backend.close()

"""The shim on a real socket, in a thread of the test's process, with handlers from a folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from shim.app import create_app
from shim.backends.pushes import PushCatcher
from shim.backends.python import PythonBackend, PythonFunction
from shim.config import Address
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.streams import StreamLimits, Streams


@dataclass(frozen=True)
class Served:
    service: GatewayService
    port: int
    stage: str

    @property
    def stream(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.stage}"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/{self.stage}"


@contextmanager
def listening(app: ASGIApp) -> Iterator[int]:
    """Serves any ASGI application on a free port of the loopback address; yields the port."""
    socket = Address("127.0.0.1", 0).bind()
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", ws_max_size=131_072, timeout_graceful_shutdown=2, lifespan="on")
    )
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
    )
    backend = PythonBackend(functions)
    service = GatewayService(api, backend, Streams(limits))
    catcher = PushCatcher(service)
    catcher.install()
    try:
        with listening(create_app(service)) as port:
            yield Served(service, port, api.stage)
    finally:
        catcher.uninstall()
        backend.close()

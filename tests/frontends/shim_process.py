"""The shim as a process of its own, on a given port, for tests that end it with SIGTERM: `shim_process.py PORT`."""

from __future__ import annotations

import sys

from shim.app import ShimApp
from shim.config import Address
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.hot.server import hot_server
from shim.streams import StreamLimits, Streams
from tests.hostile.serving import ROUTES, STAGE, Application


def main(port: int) -> None:
    api = ApiDefinition(
        "test", {key: RouteDefinition(LambdaProxy(key), key == "$default") for key in ROUTES}, stage=STAGE
    )
    service = GatewayService(api, Application(), Streams(StreamLimits(retry_ms=10, drain_spread_ms=20)))
    app = ShimApp(service, management=ManagementOptions())
    listening = Address("127.0.0.1", port).bind()
    print(listening.getsockname()[1], flush=True)
    hot_server(app, app.management, drain_s=2).run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))

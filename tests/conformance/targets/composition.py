"""How the shim is put together for the suite; the one place."""

from __future__ import annotations

from shim.app import ShimApp
from shim.faces.management import ManagementOptions
from shim.hot.server import DrainingServer, hot_server
from shim.service import Service


def server_of(service: Service, options: ManagementOptions) -> DrainingServer:
    app = ShimApp(service, management=options)
    return hot_server(app, app.management, drain_s=1.0)

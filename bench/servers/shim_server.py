"""The shim as a process of its own, for measurements: fixed credentials, no authorizer, no `$connect` route."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

import uvicorn
from fastapi import APIRouter

from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE, STATE_PATH
from shim.app import ShimApp
from shim.config import Address
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.gateway.limits import GatewayLimits, Throttle
from shim.gateway.sigv4 import Credential
from shim.hot.server import hot_server, settle_collector
from shim.streams import StreamLimits, Streams

BACKLOG = 4_096


class Echo:
    """Stands behind the routes: a push asks nothing of it."""

    async def invoke(self, function_id: str, event: dict[str, Any]) -> dict[str, Any]:
        return {"statusCode": 200, "body": event.get("body", "")}


def make_service(limits: StreamLimits, redis: str | None = None) -> GatewayService:
    """One API whose throttles are off: they are AWS's quotas, and would be what is measured. `redis`: address of the
    Redis over which it is one node of several."""
    api = ApiDefinition(
        name="bench",
        routes={"$default": RouteDefinition(LambdaProxy("echo"), route_response=True)},
        stage=STAGE,
        limits=GatewayLimits(connects=Throttle(0, 0), requests=Throttle(0, 0)),
    )
    return GatewayService(api, Echo(), Streams(limits) if redis is None else _shared(redis, limits))


def _shared(redis: str, limits: StreamLimits) -> Streams:
    from shim.streams.redis.options import RedisOptions  # noqa: PLC0415 - asked for only
    from shim.streams.redis.streams import RedisStreams  # noqa: PLC0415

    return RedisStreams(RedisOptions(redis), limits)


def state_router(service: GatewayService) -> APIRouter:
    """What a soak looks at from outside."""
    router = APIRouter()

    @router.get(STATE_PATH)
    async def state() -> dict[str, int]:
        return {"tasks": len(asyncio.all_tasks()), "connections": len(await service.streams.awaiting.snapshots())}

    return router


def make_server(service: GatewayService, port: int, *, verified: bool, portable: bool) -> uvicorn.Server:
    """The server that is measured: with the hot path, or `portable`, without."""
    options = ManagementOptions(credentials=(Credential(ACCESS_KEY, SECRET_KEY),), verify=verified)
    app = ShimApp(service, management=options, routers=(state_router(service),))
    if portable:
        config = uvicorn.Config(app, port=port, backlog=BACKLOG, loop="uvloop", log_level="warning", access_log=False)
        return uvicorn.Server(config)
    settle_collector()
    return hot_server(app, app.management, port=port, backlog=BACKLOG)


def main() -> None:
    arguments = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--shared-port", type=int, help="where other nodes of this machine listen too")
    arguments.add_argument("--connections", type=int, default=20_000)
    arguments.add_argument("--resume-window", type=float, default=60.0, help="seconds")
    arguments.add_argument("--unverified", action="store_true", help="take pushes without looking at signatures")
    arguments.add_argument("--portable", action="store_true", help="stock uvicorn, as any ASGI server")
    arguments.add_argument("--redis", help="address of the Redis over which this is one node of several")
    given = arguments.parse_args()
    limits = StreamLimits(connections=given.connections, resume_window_s=given.resume_window)
    service = make_service(limits, given.redis)
    server = make_server(service, given.port, verified=not given.unverified, portable=given.portable)
    if given.shared_port is None:
        server.run()
    else:
        server.run(sockets=[Address(port=given.port).bind(), Address(port=given.shared_port).bind(shared=True)])


if __name__ == "__main__":
    main()

"""Serves the APIs that the first line of standard input names, tells their addresses, ends with standard input."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shim.backends.pushes import PushCatcher
from shim.backends.python import PythonBackend, PythonFunction
from shim.config import Address
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.gateway.sigv4 import Credential
from shim.hot.server import DrainingServer
from shim.service import Problem
from shim.streams import Streams
from tests.conformance.model import STAGE
from tests.conformance.targets.composition import server_of

FIXTURES = Path(__file__).parents[1] / "fixtures"


class EveryApi:
    """Pushes of handlers go to the API whose connection they name, as they would by its address."""

    wait = False

    def __init__(self, services: Mapping[str, GatewayService]) -> None:
        self._services = services

    def post(self, connection_id: str, data: bytes) -> None:
        self._first(lambda service: service.post(connection_id, data))

    def get(self, connection_id: str) -> dict[str, Any]:
        return self._first(lambda service: service.get(connection_id))

    def delete(self, connection_id: str) -> None:
        self._first(lambda service: service.delete(connection_id))

    def _first(self, call: Callable[[GatewayService], Any]) -> Any:
        for service in self._services.values():
            try:
                return call(service)
            except Problem as problem:
                if problem.status != 410:
                    raise
        raise Problem(410, "GoneException")


def definition(name: str, said: Mapping[str, Any]) -> ApiDefinition:
    routes = {
        key: RouteDefinition(
            LambdaProxy(route["handler"]),
            route["response"],
            timeout_s=None if route["timeout_ms"] is None else route["timeout_ms"] / 1000,
            models={model: json.dumps(schema) for model, schema in route["models"].items()},
            model_selection_expression=route["model_expression"],
        )
        for key, route in said["routes"].items()
    }
    authorizer = said["authorizer"]
    return ApiDefinition(
        name=name,
        routes=routes,
        selection_expression=said["expression"],
        stage=STAGE,
        authorizer=AuthorizerDefinition("check", authorizer, tuple(said["identity_sources"])) if authorizer else None,
        stage_variables=said["stage_variables"],
    )


def functions(said: Mapping[str, Any]) -> dict[str, PythonFunction]:
    names = {route["handler"] for route in said["routes"].values()} | {said["authorizer"]}
    return {name: PythonFunction(FIXTURES, "handlers", name) for name in names if name}


async def serve(asked: Mapping[str, Any]) -> None:
    keys = asked["keys"]
    options = ManagementOptions((Credential(keys["access_key_id"], keys["secret_access_key"]),))
    services, servers, sockets = {}, [], []
    addresses = {}
    for name, said in asked["apis"].items():
        service = services[name] = GatewayService(definition(name, said), PythonBackend(functions(said)), Streams())
        sockets.append(Address("127.0.0.1", 0).bind())
        servers.append(server_of(service, options))
        addresses[name] = f"http://127.0.0.1:{sockets[-1].getsockname()[1]}/{STAGE}"
    catcher = PushCatcher(EveryApi(services))
    catcher.install()
    serving = [asyncio.create_task(server._serve([socket])) for server, socket in zip(servers, sockets, strict=True)]
    while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    print(json.dumps(addresses), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    end(servers)
    await asyncio.gather(*serving)


def end(servers: list[DrainingServer]) -> None:
    for server in servers:
        server.should_exit = True


if __name__ == "__main__":
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_EC2_METADATA_DISABLED="true")
    os.environ.setdefault("AWS_REGION", "us-east-1")
    asyncio.run(serve(json.loads(sys.stdin.readline())))

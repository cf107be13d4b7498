"""An old and a new service on the loopback address, with the shim of a cut-over before them, as `ws2sse shim` serves it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from shim.app import ShimApp
from shim.backends.rest_upstream import RestUpstream
from shim.dualrun.cutover.build import cutover_pages, cutover_service
from shim.dualrun.cutover.operator_calls import ACTION_HEADER, PATH
from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.service import CutoverService
from shim.dualrun.cutover.tapped_streams import TappedStreams
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.integrations import FunctionFailed
from tests.shim.serving import listening, listening_hot

ROUTES = ("$connect", "$disconnect", "read", "write", "all", "fail")


@dataclass
class Application:
    """Business code: keeps what it was told, and answers `{"answer": …, "by": …}` through a push to the caller.

    answers: what it says to `read` and `write`, made from the body. delay_s: before it answers.
    """

    name: str
    answer: Callable[[dict[str, Any]], list[str]] = lambda body: [json.dumps({"answer": body.get("text")})]
    delay_s: float = 0.0
    refuses: bool = False
    connects: list[dict[str, Any]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    post: Callable[[str, bytes], object] = lambda _connection, _data: None
    connected: list[str] = field(default_factory=list)

    async def invoke(self, function_id: str, event: Any) -> Any:
        connection = event["requestContext"]["connectionId"]
        if function_id == "$connect":
            if self.refuses:
                return {"statusCode": 403}
            self.connects.append(event)
            self.connected.append(connection)
            return {"statusCode": 200}
        if function_id == "$disconnect":
            self.ends.append(connection)
            self.connected.remove(connection)
            return {}
        body = json.loads(event["body"])
        self.bodies.append(body)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if function_id == "fail":
            raise FunctionFailed("fail", "ValueError", "no")
        for connection_id in list(self.connected) if function_id == "all" else [connection]:
            for text in self.answer(body):
                self.post(connection_id, text.encode())
        return {"statusCode": 200}

    def texts(self) -> list[str]:
        return [body["text"] for body in self.bodies]


@contextmanager
def served(application: Application, name: str = "new") -> Iterator[tuple[GatewayService, int]]:
    """An application by itself, over SSE + POST at `/new`."""
    service = gateway(application, name)
    with listening(ShimApp(service)) as port:
        yield service, port


def gateway(application: Application, stage: str) -> GatewayService:
    api = ApiDefinition(
        name=application.name,
        routes={key: RouteDefinition(LambdaProxy(key)) for key in ROUTES},
        stage=stage,
        selection_expression="$request.body.action",
    )
    service = GatewayService(api, application, TappedStreams())
    application.post = service.post
    return service


@dataclass
class Cutting:
    """A shim with a cut-over under way."""

    service: CutoverService
    old: Application
    new: Application
    port: int

    @property
    def stream(self) -> str:
        return f"http://127.0.0.1:{self.port}/old"

    @property
    def operators(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def socket(self, user: str, **query: str) -> ClientConnection:
        asked = httpx.QueryParams({"user": user, **query})
        return connect(f"ws://127.0.0.1:{self.port}/old?{asked}", compression=None)

    def set(self, token: str | None = None, **changes: Any) -> httpx.Response:
        words = {name: changes.pop(name) for name in ("seen", "force") if name in changes}
        headers = {ACTION_HEADER: "1"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
        return httpx.post(self.operators, json={"changes": changes, "why": "a test", **words}, headers=headers)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = httpx.get(self.operators).raise_for_status().json()
        return told


@contextmanager
def cutting(
    journal: Path, *, old: Application | None = None, new: Application | None = None, **options: Any
) -> Iterator[Cutting]:
    """`options`: of the cut-over."""
    old, new = old or Application("old"), new or Application("new")
    with served(new) as (_, port), cutting_to(f"http://127.0.0.1:{port}", journal, old=old, new=new, **options) as cut:
        yield cut


@contextmanager
def cutting_to(
    url: str, journal: Path, *, old: Application | None = None, new: Application | None = None, **options: Any
) -> Iterator[Cutting]:
    """To a new service that runs, or does not, at `url`."""
    old, new = old or Application("old"), new or Application("new")
    given = {"user_from": ("query:user",), "check_s": 0.1, "settle_s": 0.5, **options}
    upstream = RestUpstream(url=url, stream_path="/new", connect_timeout_s=5, close_timeout_s=1)
    service = cutover_service(gateway(old, "old"), upstream, CutoverOptions(journal=journal, **given))
    old.post = service.post
    app = ShimApp(service, routers=cutover_pages(service))
    with listening_hot(app) as port:
        yield Cutting(service, old, new, port)


def heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(30))
    return message


def act(socket: ClientConnection, text: str, action: str = "read") -> None:
    socket.send(json.dumps({"action": action, "text": text}))

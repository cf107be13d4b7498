"""The client faces alone: functions in the process behind a real service, in memory or on a real socket."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from shim.app import ShimApp
from shim.config import Address
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.emulation import GatewayService
from shim.faces.options import FaceOptions
from shim.faces.websocket_protocol import GatewayWebSocketProtocol, message_and_frame_bytes
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.gateway.limits import GatewayLimits
from shim.integrations import FunctionFailed
from shim.service import Accepted, Handshake
from shim.streams import StreamLimits, Streams

ROUTES = ("$connect", "$disconnect", "echo", "silent", "wait", "fail", "push")
STREAM = {"accept": "text/event-stream"}


class Functions:
    """The application: keeps what it was told. `released` lets the route `wait` go on."""

    def __init__(self) -> None:
        self.connects: list[dict[str, Any]] = []
        self.authorizations: list[dict[str, Any]] = []
        self.bodies: list[str] = []
        self.ends: list[tuple[int, str]] = []
        self.waiting = threading.Event()
        self.released = threading.Event()
        self.push: Callable[[str, bytes], object] = lambda _connection, _data: None

    async def invoke(self, function_id: str, event: Any) -> Any:
        if function_id == "$connect":
            return await self._connect(event)
        if function_id == "$disconnect":
            context = event["requestContext"]
            self.ends.append((context["disconnectStatusCode"], context["disconnectReason"]))
            return {}
        if function_id == "authorizer":
            self.authorizations.append(event)
            effect = "Allow" if "ana" in str(event["headers"].get("Authorization")) else "Deny"
            statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
            return {"principalId": "ana", "policyDocument": {"Statement": [statement]}}
        self.bodies.append(event["body"])
        if function_id == "wait":
            self.waiting.set()
            await soon(self.released.is_set)
        if function_id == "fail":
            raise FunctionFailed("fail", "ValueError", "no")
        if function_id == "push":
            self.push(event["requestContext"]["connectionId"], event["body"].encode())
        if function_id == "silent":
            return {"statusCode": 200}
        return {"statusCode": 200, "body": "as: text" if '"as": "text"' in event["body"] else event["body"]}

    async def _connect(self, event: dict[str, Any]) -> dict[str, Any]:
        self.connects.append(event)
        query = event.get("queryStringParameters") or {}
        if "hold" in query:
            await soon(self.released.is_set)
        headers = {"Sec-WebSocket-Protocol": query["choose"]} if "choose" in query else {}
        return {"statusCode": int(query.get("status", 200)), "headers": headers}


@dataclass
class Faced:
    service: GatewayService
    functions: Functions
    app: ShimApp
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/prod"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/prod"

    async def accepted(self) -> Accepted:
        """A connection that no stream reads."""
        return await self.service.connect(Handshake((), (), "127.0.0.1"))

    def client(self) -> httpx.AsyncClient:
        """Of the application in memory; it can't read streams, see `first_events`."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="https://api.example.org")

    async def first_events(
        self, query: str = "", headers: Mapping[str, str] | None = None, count: int = 1
    ) -> tuple[int, httpx.Headers, list[StreamEvent]]:
        """Status, headers, and events of a GET that then goes away. Other responses have none."""
        return await first_events(self.app, query, {**STREAM, **(headers or {})}, count)


def faced(
    options: FaceOptions | None = None,
    *,
    limits: GatewayLimits | None = None,
    stream_limits: StreamLimits | None = None,
    streams: Streams | None = None,
    authorizer: bool = False,
) -> Faced:
    functions = Functions()
    api = ApiDefinition(
        name="test",
        routes={key: RouteDefinition(LambdaProxy(key), key in {"echo", "wait"}) for key in ROUTES},
        authorizer=AuthorizerDefinition("check", "authorizer") if authorizer else None,
        stage="prod",
        limits=limits or GatewayLimits(),
    )
    service = GatewayService(api, functions, streams or Streams(stream_limits))
    functions.push = service.post

    app = ShimApp(service, faces=options)
    return Faced(service, functions, app)


@contextmanager
def facing(
    options: FaceOptions | Callable[[int], FaceOptions] | None = None, *, access_log: bool = False, **more: Any
) -> Iterator[Faced]:
    """On a real socket, with the WebSocket protocol of the shim. `options` may depend on the port."""
    socket = Address("127.0.0.1", 0).bind()
    port = int(socket.getsockname()[1])
    made = faced(options(port) if callable(options) else options, **more)
    made.port = port
    config = uvicorn.Config(
        made.app,
        ws=GatewayWebSocketProtocol,
        ws_max_size=message_and_frame_bytes(made.service.api.limits),
        proxy_headers=False,
        log_config=None,
        access_log=access_log,
        timeout_graceful_shutdown=2,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(30)
        socket.close()
        assert not thread.is_alive()


async def first_events(
    app: Any, query: str, headers: Mapping[str, str], count: int
) -> tuple[int, httpx.Headers, list[StreamEvent]]:
    messages: list[dict[str, Any]] = []
    reader, events = EventStreamReader(), []
    enough = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)
        if message["type"] == "http.response.body" and messages[0]["status"] == 200:
            events.extend(reader.feed(message.get("body", b"")))
            if len(events) >= count:
                enough.set()

    named = {"host": "api.example.org", **{name.lower(): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/prod",
        "raw_path": b"/prod",
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 443),
        "state": {},
    }
    async with asyncio.timeout(30):
        await app(scope, receive, send)
    start = messages[0]
    return start["status"], httpx.Headers(start["headers"]), events


def eventually(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


async def soon(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - it may be set by another thread
            await asyncio.sleep(0.005)

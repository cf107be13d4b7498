"""The whole shim on a real socket, with an application in the process; behind the hot server, or behind stock uvicorn."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
import websockets.sync.client
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shim.app import ShimApp
from shim.config import Address
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.faces.options import FaceOptions
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.gateway.limits import GatewayLimits
from shim.gateway.sigv4 import Credential
from shim.hot.server import hot_server
from shim.streams import StreamLimits, Streams
from tests.shim.sse_client import STREAM

Kind = Literal["hot", "portable"]
KINDS: tuple[Kind, ...] = ("hot", "portable")
STAGE = "prod"
CALLER = Credential("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
OF_EVERY_REFUSED_HANDSHAKE = "ASGI callable returned without completing handshake."
"""What uvicorn says; see test_log.py."""
ROUTES = ("$connect", "$disconnect", "$default", "push")


@dataclass
class Application:
    """Echoes every message; keeps what it was told."""

    connects: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)

    async def invoke(self, function_id: str, event: Any) -> Any:
        if function_id == "$connect":
            self.connects.append(event)
            offered = event["headers"].get("Sec-WebSocket-Protocol", "")
            headers = {"Sec-WebSocket-Protocol": offered.partition(",")[0].strip()} if offered else {}
            return {"statusCode": 200, "headers": headers}
        if function_id == "$disconnect":
            context = event["requestContext"]
            self.ends.append((context["disconnectStatusCode"], context["disconnectReason"]))
            return {}
        self.bodies.append(event["body"])
        return {"statusCode": 200, "body": event["body"]}


@dataclass(frozen=True)
class Served:
    service: GatewayService
    application: Application
    port: int
    kind: Kind
    errors: list[str]
    """What was logged as an error: nothing that a client sends is one of ours."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{STAGE}"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/{STAGE}"

    def still_serves(self) -> None:
        """What holds after every attack: the process answers, and a new client of each face is served."""
        assert self.ask("GET", "/healthz") == (200, b'{"status":"ok"}')
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        link.request("GET", f"/{STAGE}", headers=STREAM)
        stream, reader = link.getresponse(), EventStreamReader()
        assert stream.status == 200
        session = json.loads(_next(stream, reader).data)["session"]
        assert self.ask("POST", f"/{STAGE}", b"echo", {"Stream-Session": session})[0] == 202
        assert _next(stream, reader).data == "echo"
        assert self.ask("DELETE", f"/{STAGE}", headers={"Stream-Session": session})[0] == 204
        stream.close()
        link.close()
        with websockets.sync.client.connect(self.websocket) as socket:
            socket.send("still there?")
            assert socket.recv(30) == "still there?"
        assert [error for error in self.errors if error != OF_EVERY_REFUSED_HANDSHAKE] == []

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        found = answer.status, answer.read()
        link.close()
        return found


def _next(stream: http.client.HTTPResponse, reader: EventStreamReader) -> StreamEvent:
    while True:
        for event in reader.feed(stream.read1(65_536)):
            return event


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "websockets.client":  # the test's own
            self.found.append(self.format(record))


@contextmanager
def serving(
    kind: Kind = "hot",
    *,
    port: int = 0,
    faces: FaceOptions | None = None,
    management: ManagementOptions | None = None,
    streams: StreamLimits | None = None,
    limits: GatewayLimits | None = None,
    **options: Any,
) -> Iterator[Served]:
    """`options` are those of uvicorn, and `drain_s` where the server is hot."""
    application = Application()
    api = ApiDefinition(
        name="test",
        routes={key: RouteDefinition(LambdaProxy(key), key == "$default") for key in ROUTES},
        stage=STAGE,
        limits=limits or GatewayLimits(),
    )
    service = GatewayService(api, application, Streams(streams))
    app = ShimApp(service, faces=faces, management=management or ManagementOptions(credentials=(CALLER,)))
    given = {"log_config": None, "timeout_graceful_shutdown": 2, "proxy_headers": False, **options}
    if kind == "hot":
        server: uvicorn.Server = hot_server(app, app.management, **given)
    else:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", ws_max_size=131_072, access_log=False, **given))
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    socket = Address("127.0.0.1", port).bind()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield Served(service, application, int(socket.getsockname()[1]), kind, errors.found)
    finally:
        server.should_exit = True
        thread.join(15)
        socket.close()
        logging.getLogger().removeHandler(errors)
        assert not thread.is_alive()


def signed(method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None) -> dict[str, str]:
    """The headers of a call of @connections, as botocore signs it. The path is signed as it is, as for `execute-api`
    by SDKs: percent-encoded once more."""
    request = AWSRequest(method, address, headers=headers or {}, data=body)
    SigV4Auth(Credentials(CALLER.access_key_id, CALLER.secret_access_key), "execute-api", "eu-central-1").add_auth(
        request
    )
    return dict(request.headers.items())


def eventually(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)

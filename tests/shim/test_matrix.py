"""Both kinds of client meet every back end, and one scenario gives the same to all of them.

What a back end can't do, or does otherwise, stands in `OTHERWISE`, and is asserted there.
"""

from __future__ import annotations

import importlib.util
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shim.app import ShimApp
from shim.backends.lambda_ import LambdaBackend
from shim.backends.pushes import PushCatcher
from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.backends.websocket import WebSocketBridge, WebSocketUpstream
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.service import Service
from shim.streams import Streams
from tests.shim.backends.lambda_endpoint import lambda_endpoint
from tests.shim.faces.facing import eventually
from tests.shim.serving import Served, listening, serving
from tests.shim.sse_client import STREAM, SseClient, open_stream, resume_stream

HANDLERS = """
import json
from pathlib import Path
import boto3

ROOM = Path(__file__).parent / "room"

def client():
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
    return session.client("apigatewaymanagementapi", endpoint_url="https://api.example.com/prod")

def authorize(event, context):
    token = event["queryStringParameters"]["token"]
    effect = "Deny" if token == "nobody" else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": token, "policyDocument": {"Statement": [statement]}}

def enter(event, context):
    ROOM.mkdir(exist_ok=True)
    (ROOM / event["requestContext"]["connectionId"]).write_text(event["requestContext"]["authorizer"]["principalId"])
    protocol = event["headers"].get("Sec-WebSocket-Protocol")
    return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "v2"} if protocol else {}}

def leave(event, context):
    about = event["requestContext"]
    (ROOM / about["connectionId"]).unlink(missing_ok=True)
    with (Path(__file__).parent / "left").open("a") as left:
        left.write(json.dumps([about["connectionId"], about["disconnectStatusCode"]]) + "\\n")

def say(event, context):
    who = event["requestContext"]["authorizer"]["principalId"]
    text = json.dumps({"from": who, "text": json.loads(event["body"])["text"]}, ensure_ascii=False)
    for member in sorted(ROOM.iterdir()):
        client().post_to_connection(ConnectionId=member.name, Data=text.encode())
    return {"statusCode": 200}

def whoami(event, context):
    return {"statusCode": 200, "body": json.dumps({"you": event["requestContext"]["connectionId"]})}
"""

ROUTES = {"$connect": "enter", "$disconnect": "leave", "say": "say", "whoami": "whoami"}
SOURCES = ("route.request.querystring.token",)

OTHERWISE = {
    "python": {},
    "lambda": {},
    "websocket": {
        "ids": "the back end knows a connection by the upstream's id, @connections of the shim by the shim's",
        "binary": "it is handed on: the upstream refuses it, by closing with 1003",
        "wait": "a WebSocket's answers name no question: `Prefer: wait` gets 204, and the answer comes on the stream",
    },
    "rest": {
        "ids": "the back end knows a connection by the upstream's id, @connections of the shim by the shim's",
        "wait": "the upstream answers on its stream: `Prefer: wait` gets 204, and the answer comes on the stream",
    },
}
"""Back end -> what differs -> why."""

BACK_ENDS = list(OTHERWISE)
FACES = ["sse", "websocket"]


class DeployedService(GatewayService):
    """Ends its back end with itself, in its own loop."""

    def __init__(self, api: ApiDefinition, backend: LambdaBackend) -> None:
        super().__init__(api, backend, Streams())
        self._deployed = backend

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self._deployed.close()


@dataclass(frozen=True)
class Place:
    """`front`: whom clients talk to. `behind`: the service whose ids the handlers know."""

    backend: str
    port: int
    front: Service
    behind: Service
    root: Path

    def left(self) -> list[list[Any]]:
        """What `$disconnect` was told."""
        told = self.root / "left"
        return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []


class Client(ABC):
    @abstractmethod
    def send(self, text: str) -> None: ...

    @abstractmethod
    def next(self) -> str: ...

    @abstractmethod
    def close(self, code: int, reason: str) -> None: ...

    @abstractmethod
    def closed(self) -> tuple[int, str]:
        """How the server ended it."""

    def ask(self, **message: str) -> Any:
        self.send(json.dumps(message))
        return json.loads(self.next())


class OnEvents(Client):
    def __init__(self, stream: SseClient) -> None:
        self.stream = stream

    def send(self, text: str) -> None:
        assert self.stream.send(text).status_code == 202

    def next(self) -> str:
        event = self.stream.next()
        assert event.type in {"message", "escaped"}, event
        return event.data if event.type == "message" else json.loads(event.data)

    def close(self, code: int, reason: str) -> None:
        words = json.dumps({"code": code, "reason": reason})
        headers = {"Stream-Session": self.stream.session}
        assert (
            httpx.request("DELETE", self.stream.address, content=words, headers=headers, timeout=30).status_code == 204
        )

    def closed(self) -> tuple[int, str]:
        event = self.stream.next()
        assert event.type == "close", event
        words = json.loads(event.data)
        return words["code"], words["reason"]


class OnWebSocket(Client):
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, text: str) -> None:
        self.socket.send(text)

    def next(self) -> str:
        return str(self.socket.recv(30))

    def close(self, code: int, reason: str) -> None:
        self.socket.close(code, reason)

    def closed(self) -> tuple[int, str]:
        with pytest.raises(ConnectionClosed):
            self.socket.recv(30)
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""


@contextmanager
def joined(place: Place, face: str, user: str) -> Iterator[Client]:
    if face == "sse":
        with open_stream(f"http://127.0.0.1:{place.port}/prod", {"token": user}) as stream:
            yield OnEvents(stream)
    else:
        with connect(f"ws://127.0.0.1:{place.port}/prod?token={user}", compression=None) as socket:
            yield OnWebSocket(socket)


def refusal(place: Place, face: str, query: str) -> int:
    """The HTTP status with which a client is not let in."""
    if face == "sse":
        return httpx.get(f"http://127.0.0.1:{place.port}/prod?{query}", headers=STREAM, timeout=30).status_code
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{place.port}/prod?{query}")
    return refused.value.response.status_code


def in_python(root: Path) -> AbstractContextManager[Served]:
    return serving(root, ROUTES, authorizer="authorize", identity_sources=SOURCES, route_responses=("whoami",))


@contextmanager
def in_lambda(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, GatewayService]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    spec = importlib.util.spec_from_file_location("deployed_handlers", root / "handlers.py")
    assert spec is not None
    assert spec.loader is not None
    handlers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(handlers)
    names = [*ROUTES.values(), "authorize"]
    api = ApiDefinition(
        name="test",
        routes={key: RouteDefinition(LambdaProxy(name), key == "whoami") for key, name in ROUTES.items()},
        authorizer=AuthorizerDefinition("check", "authorize", SOURCES),
        stage="prod",
    )
    with lambda_endpoint({name: getattr(handlers, name) for name in names}) as url:
        backend = LambdaBackend({name: name for name in names}, region="us-east-1", endpoint_url=url)
        service = DeployedService(api, backend)
        catcher = PushCatcher(service)
        catcher.install()
        try:
            with listening(ShimApp(service)) as port:
                yield port, service
        finally:
            catcher.uninstall()


@pytest.fixture(params=BACK_ENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    (tmp_path / "handlers.py").write_text(HANDLERS)
    name = request.param
    with ExitStack() as stack:
        if name == "lambda":
            port, service = stack.enter_context(in_lambda(tmp_path, monkeypatch))
            yield Place(name, port, service, service, tmp_path)
            return
        behind = stack.enter_context(in_python(tmp_path))
        if name == "python":
            yield Place(name, behind.port, behind.service, behind.service, tmp_path)
            return
        api = ApiDefinition(name="front", routes={}, stage="prod")
        front: Service
        if name == "websocket":
            front = WebSocketBridge(api, WebSocketUpstream(url=behind.websocket), Streams())
        else:
            upstream = RestUpstream(url=f"http://127.0.0.1:{behind.port}", stream_path="/prod")
            front = RestBridge(api, upstream, Streams())
        port = stack.enter_context(listening(ShimApp(front)))
        yield Place(name, port, front, behind.service, tmp_path)


@pytest.mark.parametrize("face", FACES)
class TestEveryBackEndWithEveryFace:
    def test_a_client_that_the_authorizer_refuses_sees_its_status(self, place: Place, face: str) -> None:
        assert refusal(place, face, "token=nobody") == 403
        assert refusal(place, face, "token=") == 401
        assert refusal(place, face, "") == 401
        assert not (place.root / "room").exists()

    @pytest.mark.parametrize("other", FACES)
    def test_two_clients_talk_leave_and_are_sent_away(self, place: Place, face: str, other: str) -> None:
        with joined(place, face, "ana") as ana, joined(place, other, "bo") as bo:
            ana_id, bo_id = ana.ask(action="whoami")["you"], bo.ask(action="whoami")["you"]
            assert sorted(path.name for path in (place.root / "room").iterdir()) == sorted([ana_id, bo_id])

            said = {"from": "ana", "text": "hällo \u2028 \r\n 😀"}
            assert ana.ask(action="say", text=said["text"]) == said == json.loads(bo.next())
            assert bo.ask(action="say", text="hi") == {"from": "bo", "text": "hi"} == json.loads(ana.next())

            frame = ana.ask(action="unheard-of")
            assert (frame["message"], frame["connectionId"]) == ("Forbidden", ana_id)
            assert set(frame) == {"message", "connectionId", "requestId"}

            place.behind.post(bo_id, b"from outside \r\n")
            assert bo.next() == "from outside \r\n"
            assert place.behind.get(bo_id)["identity"]["sourceIp"] == "127.0.0.1"

            ana.close(4000, "enough")
            eventually(lambda: place.left() == [[ana_id, 4000]])

            place.behind.delete(bo_id)
            assert bo.closed() == (1000, "Connection Closed Normally")
            eventually(lambda: place.left() == [[ana_id, 4000], [bo_id, 1000]])
        assert list((place.root / "room").iterdir()) == []

    def test_messages_keep_their_order_to_a_client(self, place: Place, face: str) -> None:
        with joined(place, face, "ana") as ana:
            ana_id = ana.ask(action="whoami")["you"]
            for number in range(300):
                place.behind.post(ana_id, str(number).encode())

            assert [ana.next() for _ in range(300)] == [str(number) for number in range(300)]

    def test_at_shutdown_of_the_back_end_clients_are_told(self, place: Place, face: str) -> None:
        with joined(place, face, "ana") as ana:
            ana_id = ana.ask(action="whoami")["you"]
            place.behind.streams.close(ana_id, 1001, "Going away")

            assert ana.closed() == (1001, "Going away")


@pytest.mark.parametrize("face", FACES)
def test_the_subprotocol_that_connect_chose_reaches_the_client(place: Place, face: str) -> None:
    if face == "websocket":
        address = f"ws://127.0.0.1:{place.port}/prod?token=ana"
        with connect(address, subprotocols=["v1", "v2"]) as socket:  # type: ignore[list-item]
            assert socket.subprotocol == "v2"
        return
    headers = {**STREAM, "Stream-Protocol": "v1, v2"}
    with httpx.stream("GET", f"http://127.0.0.1:{place.port}/prod?token=ana", headers=headers, timeout=30) as response:
        event = SseClient("", response).next()
    assert json.loads(event.data)["protocol"] == "v2"


def test_a_lost_stream_resumes_with_nothing_lost(place: Place) -> None:
    address = f"http://127.0.0.1:{place.port}/prod"
    with open_stream(address, {"token": "ana"}) as stream:
        stream.send('{"action": "whoami"}')
        last = stream.next()
    known = json.loads(last.data)["you"]
    for number in range(3):
        place.behind.post(known, str(number).encode())
    with resume_stream(address, stream.session, last.id) as resumed:
        assert [resumed.next().data for _ in range(3)] == ["0", "1", "2"]
    assert place.left() == []


def test_which_ids_the_back_end_and_the_shim_know(place: Place) -> None:
    with open_stream(f"http://127.0.0.1:{place.port}/prod", {"token": "ana"}) as stream:
        known = OnEvents(stream).ask(action="whoami")["you"]
        place.front.post(stream.connection_id, b"by the shim's id")

        assert stream.next().data == "by the shim's id"
        assert (known != stream.connection_id) is ("ids" in OTHERWISE[place.backend])


@pytest.mark.parametrize("face", FACES)
def test_what_becomes_of_a_binary_message(place: Place, face: str) -> None:
    with joined(place, face, "ana") as ana:
        if isinstance(ana, OnWebSocket):
            ana.socket.send(b"\x00\xff")
            assert ana.closed()[0] == 1003
            return
        assert isinstance(ana, OnEvents)
        headers = {"Stream-Session": ana.stream.session, "Content-Type": "application/octet-stream"}
        status = httpx.post(ana.stream.address, content=b"\x00\xff", headers=headers, timeout=30).status_code
        if "binary" in OTHERWISE[place.backend]:
            assert (status, ana.closed()[0]) == (202, 1003)
        else:
            assert status == 415
            assert set(ana.ask(action="whoami")) == {"you"}


def test_whether_an_answer_can_be_waited_for(place: Place) -> None:
    with open_stream(f"http://127.0.0.1:{place.port}/prod", {"token": "ana"}) as stream:
        answered = stream.send('{"action": "whoami"}', Prefer="wait=5")
        if "wait" in OTHERWISE[place.backend]:
            assert answered.status_code == 204
            assert set(json.loads(stream.next().data)) == {"you"}
        else:
            assert (answered.status_code, set(answered.json())) == (200, {"you"})

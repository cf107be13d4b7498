"""Shims as processes that serve the same connections over one Redis, and a client that chooses its node."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, Self

import httpx

from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from tests.one_function import AWS, write_application
from tests.running import ROOT, WS2SSE, environment, process

HANDLER = """
import json, os, time
import boto3

FILE = os.path.join(os.path.dirname(__file__), "happened")

def handler(event, context):
    said = event["requestContext"]
    line = {key: said.get(key) for key in ("routeKey", "connectionId", "disconnectStatusCode")}
    with open(FILE, "ab", buffering=0) as file:
        file.write(json.dumps({**line, "pid": os.getpid()}).encode() + b"\\n")
    while event.get("body") == "hold" and not os.path.exists(FILE + ".go_on"):
        time.sleep(0.01)
    if said["routeKey"] == "$default":
        api = boto3.client("apigatewaymanagementapi", endpoint_url="https://example.test/dev")
        api.post_to_connection(ConnectionId=said["connectionId"], Data=b"you said " + event["body"].encode())
    return {"statusCode": 200}
"""


@dataclass
class Node:
    process: Popen[str]
    http: str

    def push(self, connection_id: str, text: str) -> httpx.Response:
        path = f"{self.http}/@connections/{connection_id.replace('=', '%3D')}"
        return httpx.post(path, content=text, timeout=20)

    def broadcast(self, text: str) -> int:
        return int(httpx.post(f"{self.http}/@connections", content=text, timeout=20).json()["sent"])


@dataclass
class Cluster:
    app: Path
    nodes: list[Node] = field(default_factory=list)

    def happened(self, route: str) -> list[dict[str, Any]]:
        file = self.app / "happened"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in map(json.loads, lines) if line["routeKey"] == route]

    def let_go(self) -> None:
        """Functions that were told to hold go on."""
        (self.app / "happened.go_on").touch()

    def eventually_happened(self, route: str, within_s: float = 20.0) -> list[dict[str, Any]]:
        ends = time.monotonic() + within_s
        while not (found := self.happened(route)):
            assert time.monotonic() < ends, f"no {route}"
            time.sleep(0.05)
        return found


@contextmanager
def cluster(app: Path, redis_url: str, count: int = 2, **settings: object) -> Iterator[Cluster]:
    """`settings`: with two underscores for a dot."""
    write_application(app, HANDLER)
    words = [f"{key.replace('__', '.')}={json.dumps(value)}" for key, value in settings.items()]
    command = [*WS2SSE, "shim", str(app), "--port", "0", "--format", "json", "--aws", "configured"]
    for word in ("management.verify=false", "redis.prefix=walk", *words):
        command += ["--set", word]
    own = environment(SHIM_REDIS__URL=redis_url, SHIM_LOGS__LEVEL="error", **AWS)
    with ExitStack() as stack:
        started = [stack.enter_context(process(command, ROOT, own)) for _ in range(count)]
        found = Cluster(app)
        for one in started:
            assert one.stdout is not None
            line = one.stdout.readline()
            assert line, one.communicate()[1]
            found.nodes.append(Node(one, json.loads(line)["stream"]))
        yield found


class Client:
    """One connection, whose stream may go from node to node. Drops nothing and asks for nothing twice."""

    def __init__(self, node: Node) -> None:
        self._http = httpx.Client(timeout=httpx.Timeout(20.0))
        self._stack = ExitStack()
        self.last_id = ""
        self._waiting: list[StreamEvent] = []
        self._follow(node, {})
        words = json.loads(self.event("open").data)
        self.id, self.session = words["connectionId"], words["session"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._http.close()

    def leave(self) -> None:
        """Its stream ends, and it says nothing."""
        self._stack.close()

    def resume(self, node: Node) -> None:
        self.leave()
        self._follow(node, {"Stream-Session": self.session, "Last-Event-ID": self.last_id})

    def say(self, node: Node, text: str) -> int:
        return httpx.post(node.http, content=text, headers={"Stream-Session": self.session}, timeout=20).status_code

    def event(self, kind: str = "message") -> StreamEvent:
        """The next one, which has to be of this kind."""
        while not self._waiting:
            self._waiting += self._reader.feed(next(self._bytes))
        event = self._waiting.pop(0)
        assert event.type == kind, event
        if event.id:
            self.last_id = event.id
        return event

    def texts(self, count: int) -> list[str]:
        return [self.event().data for _ in range(count)]

    def _follow(self, node: Node, headers: dict[str, str]) -> None:
        request = self._http.stream("GET", node.http, headers={"Accept": "text/event-stream", **headers})
        response = self._stack.enter_context(request)
        assert response.status_code == 200, response.status_code
        self._reader = EventStreamReader()
        self._waiting = []
        self._bytes = response.iter_raw()

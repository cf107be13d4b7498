"""The network between the shim and an SSE + REST application breaks again and again, and a phone notices nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.sync.client import connect

from shim.app import ShimApp
from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.gateway.definition import ApiDefinition
from shim.streams import StreamLimits, Streams
from tests.shim.backends.cutting_proxy import cutting_proxy
from tests.shim.faces.facing import eventually
from tests.shim.serving import listening, serving

HANDLERS = """
heard = []

def connect(event, context):
    return {"statusCode": 200}

def hear(event, context):
    heard.append(event["body"])
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}
"""


API = ApiDefinition(name="front", routes={}, stage="prod")


@pytest.mark.slow
def test_a_thousand_messages_each_way_cross_fifty_cuts_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    (tmp_path / "handlers.py").write_text(HANDLERS)
    routes = {"$connect": "connect", "$default": "hear"}
    limits = StreamLimits(retry_ms=10)
    with (
        serving(tmp_path, routes, route_responses=("$default",), limits=limits) as behind,
        cutting_proxy(behind.port) as network,
    ):
        upstream = RestUpstream(url=f"http://127.0.0.1:{network.port}", stream_path="/prod")
        with (
            listening(ShimApp(RestBridge(API, upstream, Streams()))) as port,
            connect(f"ws://127.0.0.1:{port}/prod", compression=None) as phone,
        ):
            phone.send("who am I?")
            connection = str(phone.recv(30))
            received: list[str] = []
            answers = 0
            for number in range(1_000):
                behind.service.post(connection, json.dumps({"n": number}).encode())
                phone.send(f"message {number}")
                if number % 20 == 10:
                    eventually(network.cut)  # it may not have come back from the one before
                while len(received) + answers < 2 * (number + 1) - 60:
                    message = str(phone.recv(30))
                    answers += message == connection
                    received += [message] if message != connection else []
            while len(received) < 1_000 or answers < 1_000:
                message = str(phone.recv(30))
                answers += message == connection
                received += [message] if message != connection else []

        assert [json.loads(message)["n"] for message in received] == list(range(1_000))
        assert answers == 1_000
        assert network.accepted > 50

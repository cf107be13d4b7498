"""A shim on a real socket, whose handlers write down what they get and push it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shim.streams import StreamLimits
from tests.shim.serving import Served, serving

HANDLERS = """
import pathlib

import boto3

SEEN = pathlib.Path(__file__).with_name("seen")


def connect(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "x-refuse" in headers:
        return {"statusCode": int(headers["x-refuse"])}
    offered = headers.get("sec-websocket-protocol", "").split(", ")
    chosen = {"Sec-WebSocket-Protocol": "v2"} if "v2" in offered else {}
    return {"statusCode": 200, "headers": chosen}


def note(event, context):
    with SEEN.open("a") as file:
        file.write(event["body"] + "\\n")
    return {"statusCode": 200}


def client_of(request):
    endpoint = f"https://{request['domainName']}/{request['stage']}"
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, **keys)


def echo(event, context):
    request = event["requestContext"]
    client_of(request).post_to_connection(ConnectionId=request["connectionId"], Data=event["body"].encode())
    return {"statusCode": 200}


def drop(event, context):
    request = event["requestContext"]
    client_of(request).delete_connection(ConnectionId=request["connectionId"])
    return {"statusCode": 200}


def bye(event, context):
    SEEN.with_name("closed").write_text(
        f"{event['requestContext']['disconnectStatusCode']} {event['requestContext']['disconnectReason']}"
    )
"""
ROUTES = {"$connect": "connect", "$default": "echo", "note": "note", "drop": "drop", "$disconnect": "bye"}
LIMITS = StreamLimits(retry_ms=10, replay_events=10_000, replay_bytes=8_388_608, heartbeat_s=1.0)


@pytest.fixture
def shim(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "handlers.py").write_text(HANDLERS, encoding="utf-8")
    with serving(tmp_path, ROUTES, limits=LIMITS) as served:
        yield served


@pytest.fixture
def seen(tmp_path: Path) -> Callable[[], list[str]]:
    """The messages that the route `note` got, in their order."""
    path = tmp_path / "seen"
    return lambda: path.read_text(encoding="utf-8").splitlines() if path.exists() else []

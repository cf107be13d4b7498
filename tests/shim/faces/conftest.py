"""One small application, with a handler for each thing that handlers do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shim.streams import StreamLimits
from tests.shim.serving import Served, serving

HANDLERS = """
import json
import threading
import boto3

connected = []
ended = []
released = threading.Event()

def client(event):
    context = event["requestContext"]
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
    return session.client(
        "apigatewaymanagementapi", endpoint_url=f"https://{context['domainName']}/{context['stage']}"
    )

def connect(event, context):
    refuse = (event.get("queryStringParameters") or {}).get("refuse")
    if refuse == "crash":
        raise RuntimeError("crashed")
    if refuse == "nothing":
        return None
    if refuse == "true":
        return {"statusCode": True}
    if refuse:
        return {"statusCode": int(refuse)}
    connected.append(event["requestContext"]["connectionId"])
    if "Sec-WebSocket-Protocol" in event["headers"]:
        return {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat.v2"}}
    return {"statusCode": 200}

def disconnect(event, context):
    ended.append((event["requestContext"]["connectionId"], event["requestContext"]["disconnectStatusCode"]))

def everybody(event, context):
    for connection_id in connected:
        try:
            client(event).post_to_connection(ConnectionId=connection_id, Data=event["body"].encode())
        except Exception as error:
            assert type(error).__name__ == "GoneException", error

def echo(event, context):
    client(event).post_to_connection(
        ConnectionId=event["requestContext"]["connectionId"],
        Data=json.dumps({"got": event["body"], "domain": event["requestContext"]["domainName"], "authorizer": event["requestContext"].get("authorizer")}),
    )

def kick(event, context):
    client(event).delete_connection(ConnectionId=event["requestContext"]["connectionId"])

def fail(event, context):
    raise ValueError("not this")

def leave(event, context):
    raise SystemExit(3)

def wait(event, context):
    released.wait(30)

def answer(event, context):
    return {"statusCode": 200, "body": "answered"}

def silent(event, context):
    return {"statusCode": 200, "body": "nobody hears this"}

def authorize(event, context):
    token = event["queryStringParameters"].get("token", "")
    if token == "raise":
        raise Exception("Unauthorized")
    if token == "crash":
        raise KeyError("claims")
    effect = "Deny" if token == "deny" else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": token, "policyDocument": {"Statement": [statement]}, "context": {"level": 3}}
"""

ROUTES = {
    "$connect": "connect",
    "$disconnect": "disconnect",
    "all": "everybody",
    "echo": "echo",
    "kick": "kick",
    "fail": "fail",
    "leave": "leave",
    "wait": "wait",
    "answer": "answer",
    "silent": "silent",
}


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    (tmp_path / "handlers.py").write_text(HANDLERS)
    return tmp_path


@pytest.fixture
def shim(handlers: Path) -> Iterator[Served]:
    with serving(handlers, ROUTES, route_responses=("answer",), limits=StreamLimits(resume_window_s=30)) as served:
        yield served


@pytest.fixture
def guarded(handlers: Path) -> Iterator[Served]:
    sources = ("route.request.querystring.token",)
    with serving(handlers, ROUTES, authorizer="authorize", identity_sources=sources) as served:
        yield served

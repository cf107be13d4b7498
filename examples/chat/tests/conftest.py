"""The chat in memory: its own table from serverless.yml, and a record of what it sends to whom."""

import importlib
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import boto3
import jwt
import pytest
import yaml
from moto import mock_aws

ROOT = Path(__file__).parents[1]
TABLE = "tenant-chat-connections-test"
SECRET = "signs the tokens of these tests, and is long enough for HS256"  # noqa: S105


def _forget_the_application():
    for name in [n for n in sys.modules if n in {"handlers", "tokens"} or n.partition(".")[0] == "tenant_chat"]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def declared():
    return yaml.safe_load((ROOT / "serverless.yml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _application_root(monkeypatch):
    """Every test imports the application anew, and leaves no module of it behind for others."""
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setenv("JWT_SECRET", SECRET)
    _forget_the_application()
    yield
    _forget_the_application()


@pytest.fixture
def table(monkeypatch, declared):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("CONNECTIONS_TABLE", TABLE)
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
        properties = dict(declared["resources"]["Resources"]["ConnectionsTable"]["Properties"])
        properties["TableName"] = TABLE
        time_to_live = properties.pop("TimeToLiveSpecification")
        created = boto3.resource("dynamodb").create_table(**properties)
        created.meta.client.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=time_to_live)
        yield created


class Pushes:
    """Stands where the management API stands: keeps what is sent, and knows who is gone."""

    def __init__(self):
        self.sent = []
        self.gone = set()
        self.endpoints = set()

    def answer(self, params, **_):
        connection_id = unquote(params["url_path"].rpartition("/")[2])
        self.endpoints.add(params["url"].partition("/@")[0])
        if connection_id in self.gone:
            return SimpleNamespace(status_code=410), {"Error": {"Code": "GoneException"}, "ResponseMetadata": {}}
        self.sent.append((connection_id, json.loads(params["body"])))
        return SimpleNamespace(status_code=200), {"ResponseMetadata": {}}

    def to(self, connection_id):
        return [message for receiver, message in self.sent if receiver == connection_id]


@pytest.fixture
def pushes(table):
    recorded = Pushes()
    boto3.DEFAULT_SESSION.events.register("before-call.apigatewaymanagementapi.PostToConnection", recorded.answer)
    return recorded


@pytest.fixture
def chat(pushes):
    """Sends to the handlers the events that API Gateway sends."""
    handlers = importlib.import_module("handlers")

    def event(connection_id, user="ana", tenant="acme", **more):
        return {
            "requestContext": {
                "connectionId": connection_id,
                "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
                "stage": "test",
                "authorizer": {"principalId": user, "userId": user, "tenantId": tenant},
                "identity": {"sourceIp": "192.0.2.7"},
            },
            "isBase64Encoded": False,
            **more,
        }

    def connect(connection_id, user, tenant="acme"):
        return handlers.connect(event(connection_id, user, tenant), None)

    def disconnect(connection_id):
        return handlers.disconnect(event(connection_id), None)

    def send(connection_id, body, route="fallback"):
        text = body if isinstance(body, str) else json.dumps(body)
        return getattr(handlers, route)(event(connection_id, body=text), None)

    return SimpleNamespace(connect=connect, disconnect=disconnect, send=send, handlers=handlers)


@pytest.fixture
def token():
    def sign(secret=SECRET, **claims):
        defaults = {"user_id": "ana", "tenant_id": "acme", "exp": int(time.time()) + 60}
        return jwt.encode(defaults | claims, secret, algorithm="HS256")

    return sign

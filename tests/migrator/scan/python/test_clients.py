"""Clients for @connections: where their endpoint comes from and how long they live."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import ManagementClient
from tests.migrator.scan.applications import scan

LEAD = "import boto3, os, json\nNAME = 'apigatewaymanagementapi'\n"
END = "\ndef connect(event, context):\n    pass\n\ndef say(event, context):\n    {use}\n"
SERVICE = (
    "service: s\nprovider: {name: aws, runtime: python3.11}\nfunctions:\n"
    "  say: {handler: app.say, events: [{websocket: say}]}\n"
)


def clients(tmp_path: Path, code: str, use: str = "build(event)") -> list[ManagementClient]:
    text = LEAD + code + END.replace("{use}", use)
    return list(scan(tmp_path, {"serverless.yml": SERVICE, "app.py": text}).management_clients)


def test_clients_of_other_services_are_left_alone(tmp_path: Path) -> None:
    assert clients(tmp_path, "def build(event):\n    boto3.client('sns')\n    boto3.client('apigateway')\n") == []


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("f\"https://{event['requestContext']['domainName']}/{event['requestContext']['stage']}\"", "event"),
        ("'https://' + event['requestContext']['domainName'] + '/dev'", "event"),
        ("'https://%s/%s' % (event['requestContext']['domainName'], 'dev')", "event"),
        ("'https://{}/x'.format(event['requestContext']['domainName'])", "event"),
        ("os.environ['ENDPOINT']", "environment"),
        ("os.getenv('ENDPOINT').replace('wss://', 'https://')", "environment"),
        ("f\"https://{os.environ['API_ID']}.execute-api.eu-west-1.amazonaws.com/dev\"", "environment"),
        ("'https://abc.execute-api.eu-west-1.amazonaws.com/dev'", "literal"),
        ("json.loads(event['body'])['endpoint']", "payload"),
        ("something()", "unknown"),
    ],
)
def test_the_origin_of_the_endpoint(tmp_path: Path, endpoint: str, origin: str) -> None:
    (client,) = clients(tmp_path, f"def build(event):\n    return boto3.client(NAME, endpoint_url={endpoint})\n")

    assert client.endpoint == origin


def test_no_endpoint_is_said_to_be_none(tmp_path: Path) -> None:
    (client,) = clients(tmp_path, "def build(event):\n    return boto3.client(NAME)\n")

    assert client.endpoint == "none"


@pytest.mark.parametrize(
    ("code", "lifetime"),
    [
        ("def build(event):\n    return boto3.client(NAME)\n", "call"),
        ("session = boto3.Session()\ndef build(event):\n    return session.client(service_name=NAME)\n", "call"),
        ("client = boto3.client(NAME)\ndef build(event):\n    return client\n", "module"),
        ("class A:\n    client = boto3.client(NAME)\ndef build(event):\n    return A.client\n", "class"),
        (
            "class A:\n    def __init__(self):\n        self.c = boto3.client(NAME)\ndef build(event):\n    return A()\n",
            "class",
        ),
        (
            "c = None\ndef build(event):\n    global c\n    if c is None:\n        c = boto3.client(NAME)\n    return c\n",
            "lazy",
        ),
        ("import functools\n@functools.lru_cache\ndef build(event):\n    return boto3.client(NAME)\n", "lazy"),
        ("cache = {}\ndef build(event):\n    cache['x'] = boto3.client(NAME)\n    return cache['x']\n", "lazy"),
    ],
)
def test_how_long_a_client_lives(tmp_path: Path, code: str, lifetime: str) -> None:
    (client,) = clients(tmp_path, code)

    assert client.scope == lifetime
    assert client.handlers == ("app.py:say",)

"""Protocols over WebSocket: GraphQL and MQTT that go elsewhere first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.refusals.applications import of_kind, scanned

CHOOSES = """
    def say(event, context):
        return {{"statusCode": 200, "headers": {{"Sec-WebSocket-Protocol": "{name}"}}}}
"""


@pytest.mark.parametrize(
    "files",
    [
        {"web/api.js": "import { generateClient } from 'aws-amplify/api'; const graphql = generateClient();"},
        {"web/query.js": "fetch('/graphql', { method: 'POST' });"},
        {"device.py": "import paho.mqtt.client as mqtt\nclient = mqtt.Client()\nclient.connect('broker')\n"},
        {"iot.py": "import boto3\nboto3.client('iot-data').publish(topic='mqtt/x', payload='1')\n"},
        {"notes.py": "# 'Sec-WebSocket-Protocol': 'graphql-ws'\nx = 1\n"},
    ],
)
def test_other_protocols_elsewhere_are_no_matter(tmp_path: Path, files: dict[str, str]) -> None:
    assert of_kind(scanned(tmp_path, files), "subprotocol") == []


@pytest.mark.parametrize("name", ["json", "chat", "token", "v1"])
def test_a_subprotocol_of_ones_own_is_migrated(tmp_path: Path, name: str) -> None:
    assert of_kind(scanned(tmp_path, {}, CHOOSES.format(name=name)), "subprotocol") == []


@pytest.mark.parametrize("name", ["graphql-ws", "graphql-transport-ws", "mqtt", "v12.stomp", "ocpp1.6"])
def test_a_protocol_that_the_back_end_chooses_is_refused(tmp_path: Path, name: str) -> None:
    inventory = scanned(tmp_path, {}, CHOOSES.format(name=name))

    assert of_kind(inventory, "subprotocol") == [("refuse", ())]
    assert name in inventory.refusals[0].reason


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("new WebSocket(address, 'graphql-ws');", "graphql-ws"),
        ("new WebSocket(address, ['mqtt']);", "mqtt"),
        ("import { createClient } from 'graphql-ws';", "graphql-ws"),
        ("import { Client } from '@stomp/stompjs';", "@stomp/stompjs"),
        ("const client = mqtt.connect('wss://broker/mqtt');", "MQTT"),
    ],
)
def test_a_client_of_a_protocol_is_a_warning(tmp_path: Path, code: str, name: str) -> None:
    inventory = scanned(tmp_path, {"web/page.js": code})

    assert of_kind(inventory, "subprotocol") == [("warn", ())]
    assert f"a client speaks {name} over WebSocket" in inventory.refusals[0].reason


def test_a_graphql_server_is_refused(tmp_path: Path) -> None:
    server = "import { useServer } from 'graphql-ws/lib/use/ws';\nuseServer({ schema }, sockets);\n"

    inventory = scanned(tmp_path, {"server.js": server})

    assert [(r.kind, r.severity) for r in inventory.refusals if r.api is None] == [("subprotocol", "refuse")]

"""Route keys that scripts and clients name tell what a handler's name means."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.scan.files import walk
from migrator.scan.provisioning import named_by_clients, provisioned
from tests.migrator.scan.applications import scan, write

OWN = "def handler(event, context):\n    return event['requestContext']['connectionId']\n"


@pytest.mark.parametrize(
    "code",
    [
        "routes = ['$connect', 'say']",
        "import boto3\nclient = boto3.client('apigatewayv2')\nprint('oute', ['say', 'shout'])",
        "client.create_route(RouteKey=key)",
        "client.create_route(\n",
    ],
)
def test_what_names_no_key_is_left_alone(tmp_path: Path, code: str) -> None:
    assert provisioned(walk(write(tmp_path, {"deploy.py": code}))) == {}


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("for route in ['$connect', 'say']:\n    api.create_route(RouteKey=route)", {"$connect": "", "say": ""}),
        (
            "ROUTES = {'$connect': 'ws_open', 'say': 'ws_talk'}\nclient.create_route(RouteKey=x)",
            {"$connect": "ws_open", "say": "ws_talk"},
        ),
        (
            "ROUTES = [('$disconnect', handlers.gone), ('say', talk)]\nclient.create_route(RouteKey=x)",
            {"$disconnect": "gone", "say": "talk"},
        ),
        ("client.create_route(ApiId=a, RouteKey='say')", {"say": ""}),
    ],
)
def test_keys_of_scripts(tmp_path: Path, code: str, keys: dict[str, str]) -> None:
    assert provisioned(walk(write(tmp_path, {"deploy.py": code}))) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("const s = new WebSocket(u); s.send(JSON.stringify({ action: 'say', text }))", ["say"]),
        ('const s = new WebSocket(u)\nlet p = {"action": "onSay", "n": 1}', ["onSay"]),
        ("const s = new WebSocket(u); const p = { action: name, reaction: 'no' }", []),
        ("fetch(u, { action: 'say' })", []),
    ],
)
def test_keys_of_clients(tmp_path: Path, text: str, keys: list[str]) -> None:
    assert named_by_clients(walk(write(tmp_path, {"web.js": text})), "$request.body.action") == keys


def test_names_become_the_keys_that_are_sent(tmp_path: Path) -> None:
    client = "const s = new WebSocket(u); send({action: 'onJoinGame'}); send({action: 'onDisconnectGame'})"
    names = ("connect", "disconnect", "on_joingame", "on_disconnectgame")
    found = scan(tmp_path, {"web.js": client, **{f"{name}_handler.py": OWN for name in names}})

    assert {route.key: route.handler for route in found.apis[0].routes} == {
        "$connect": "connect_handler.py:handler", "$disconnect": "disconnect_handler.py:handler",
        "onJoinGame": "on_joingame_handler.py:handler", "onDisconnectGame": "on_disconnectgame_handler.py:handler",
    }  # fmt: skip


def test_a_script_tells_which_function_has_which_key(tmp_path: Path) -> None:
    script = dedent("""
        ROUTES = {"$connect": "ws_connect", "sendMessage": "ws_message"}
        for key, name in ROUTES.items():
            client.create_route(RouteKey=key)
    """)
    found = scan(tmp_path, {"deploy.py": script, "ws/connect.py": OWN, "ws/message.py": OWN})

    assert {route.key for route in found.apis[0].routes} == {"$connect", "sendMessage"}

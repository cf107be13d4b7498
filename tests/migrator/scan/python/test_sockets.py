"""Python code that opens a WebSocket."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.scan.files import walk
from migrator.scan.python.sockets import python_clients
from tests.migrator.scan.applications import write


@pytest.mark.parametrize(
    "code",
    [
        "import websockets\nwebsockets.serve(handle, 'localhost')",
        "from websocket_utils import connect\nconnect('x')",
        "import websocket\nprint(websocket.__version__)",
    ],
)
def test_what_opens_nothing_is_left_alone(tmp_path: Path, code: str) -> None:
    assert python_clients(walk(write(tmp_path, {"a.py": code}))) == []


def test_tests_are_not_clients(tmp_path: Path) -> None:
    files = walk(write(tmp_path, {"tests/test_a.py": "import websockets\nwebsockets.connect('x')"}))

    assert python_clients(files) == []


@pytest.mark.parametrize(
    ("code", "library", "url", "token"),
    [
        ("import websockets\nasync def f():\n    async with websockets.connect('wss://x') as s: pass", "websockets", "'wss://x'",
         None),
        ("from websockets.sync.client import connect\nconnect(f'wss://x?token={t}')", "websockets", "f'wss://x?token={t}'", "token"),
        ("import websocket\nurl = 'wss://x?jwt=' + t\nwebsocket.WebSocketApp(url)", "websocket-client", "url", "jwt"),
        ("from websocket import create_connection as cc\ncc('wss://x')", "websocket-client", "'wss://x'", None),
    ],
)  # fmt: skip
def test_the_usual_libraries_are_known(tmp_path: Path, code: str, library: str, url: str, token: str | None) -> None:
    (client,) = python_clients(walk(write(tmp_path, {"a.py": code})))

    assert (client.library, client.url, client.token_parameter) == (library, url, token)


def test_literal_route_keys_are_found(tmp_path: Path) -> None:
    code = "import websocket, json\nws = websocket.create_connection('x')\nws.send(json.dumps({'action': 'say', 'text': 'a'}))"

    assert python_clients(walk(write(tmp_path, {"a.py": code})))[0].sends == ("say",)

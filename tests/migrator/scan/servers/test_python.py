"""WebSocket servers in Python: what only looks like one first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Server
from migrator.scan.files import walk
from migrator.scan.servers.python import python_servers
from tests.migrator.scan.applications import write


def found(tmp_path: Path, code: str, name: str = "server.py") -> list[Server]:
    return list(python_servers(walk(write(tmp_path, {name: dedent(code)}))))


@pytest.mark.parametrize(
    "code",
    [
        "# @app.websocket('/x')\n",
        "import websockets\nasync def f():\n    await websockets.connect('ws://x')\n",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/websocket')\ndef f(): ...\n",
        "@registry.websocket('/x')\ndef f(): ...\n",
        "class WebsocketThing:\n    pass\n",
        "from mine import serve\nserve('websocket')\n",
        "import socketio\nclient = socketio.Client()\n",
        "def websocket(:\n",
        "from chalice import Chalice\napp = Chalice('x')\n@app.on_ws_connect()\ndef websocket(event): ...\n",
    ],
)
def test_what_is_no_server_is_left_alone(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) == []


def test_servers_of_tests_are_left_alone(tmp_path: Path) -> None:
    assert found(tmp_path, "import websockets\nwebsockets.serve(f, 'x', 1)\n", "tests/test_server.py") == []


@pytest.mark.parametrize(
    ("code", "library", "protocol", "listens"),
    [
        ("from fastapi import FastAPI\napp = FastAPI()\n@app.websocket('/ws')\nasync def f(w): ...\n", "fastapi", "websocket", "/ws"),
        ("from fastapi import APIRouter\nr = APIRouter()\n@r.websocket('/a/{id}')\nasync def f(w): ...\n", "fastapi", "websocket", "/a/{id}"),
        ("from starlette.routing import WebSocketRoute\nr = [WebSocketRoute('/ws', f)]\n", "starlette", "websocket", "/ws"),
        ("from starlette.endpoints import WebSocketEndpoint\nclass A(WebSocketEndpoint): ...\n", "starlette", "websocket", None),
        ("from flask_sock import Sock\nsock = Sock(app)\n@sock.route('/echo')\ndef f(ws): ...\n", "flask-sock", "websocket", "/echo"),
        ("from flask_socketio import SocketIO\nsocketio = SocketIO(app)\n", "flask-socketio", "socket.io", None),
        ("import socketio\nsio = socketio.AsyncServer(async_mode='asgi')\n", "python-socketio", "socket.io", None),
        ("from channels.generic.websocket import AsyncWebsocketConsumer\nclass C(AsyncWebsocketConsumer): ...\n", "channels", "websocket", None),
        ("from channels.generic import websocket\nclass C(websocket.JsonWebsocketConsumer): ...\n", "channels", "websocket", None),
        ("import websockets\nwebsockets.serve(f, 'localhost', 8765)\n", "websockets", "websocket", "'localhost':8765"),
        ("from websockets.asyncio.server import serve\nserve(f, port=80)\n", "websockets", "websocket", "80"),
        ("from aiohttp import web\nasync def f(r):\n    ws = web.WebSocketResponse()\n", "aiohttp", "websocket", None),
        ("import tornado.websocket\nclass H(tornado.websocket.WebSocketHandler): ...\n", "tornado", "websocket", None),
        ("from quart import Quart, websocket\napp = Quart('x')\n@app.websocket('/ws')\nasync def f(): ...\n", "quart", "websocket", "/ws"),
        ("from sanic import Sanic\napp = Sanic('websocket')\n@app.websocket('/feed')\nasync def f(r, w): ...\n", "sanic", "websocket", "/feed"),
    ],
)  # fmt: skip
def test_libraries_are_known(tmp_path: Path, code: str, library: str, protocol: str, listens: str | None) -> None:
    (server,) = found(tmp_path, code)

    assert (server.language, server.library, server.protocol, server.listens) == ("python", library, protocol, listens)


def test_broadcast_rooms_and_redis_are_told(tmp_path: Path) -> None:
    code = """
        import redis
        from fastapi import FastAPI
        app = FastAPI()
        rooms: dict = {}
        @app.websocket("/ws")
        async def live(socket):
            for other in rooms["hall"]:
                await other.send_text("x")
    """

    (server,) = found(tmp_path, code)

    assert server.features == ("broadcast", "rooms", "redis")

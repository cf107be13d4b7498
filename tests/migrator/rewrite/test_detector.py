"""The detector sees what is left of the WebSocket API, whoever wrote it."""

import pytest

from migrator.rewrite.detector import remaining


def lines(path: str, text: str, **native: set[str]) -> list[int]:
    return [finding.line for finding in remaining({path: text}, native and {path: native["native"]}, {})]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", "# boto3.client('apigatewaymanagementapi')\n"),
        ("app.py", "class A:\n    def post_to_connection(self, i):\n        self.post_to_connection(i)\n"),
        ("app.py", "import boto3\nboto3.client('dynamodb')\n"),
        ("app.py", "# ws2sse: not understood\nboto3.client('apigatewaymanagementapi')\n"),
        ("app.py", "def handle(event):\n    return event['requestContext']\n"),
        ("app.py", "def broken(:\n"),
        ("a.js", "// new WebSocket(url)\nconst text = `new WebSocket(url)`;\n"),
        ("a.ts", "const s: Socket = new SseSocket(url);\n"),
        ("a.html", "<!-- new WebSocket(url) -->\n"),
        ("a.txt", "new WebSocket(url)\n"),
        ("a.js", "import { WebSocket } from './mine.js';\nnew WebSocket(url);\n"),
        ("a.js", "import R from 'reconnecting-websocket';\nnew R(url, [], { WebSocket: SseSocket });\n"),
        ("a.js", "import useWebSocket from './use-sse-socket.js';\nuseWebSocket(url);\n"),
        ("a.js", "import { WebSocketServer } from 'ws';\nnew WebSocketServer({ port: 1 });\n"),
        ("a.vue", "<template>new WebSocket(u)</template>\n"),
        ("app.py", "import websockets\nwebsockets.serve(handle)\n"),
        ("app.py", "import sse_socket\nsse_socket.connect(url)\n"),
        ("app.py", "import psycopg\npsycopg.connect(url)\n"),
    ],
)
def test_what_is_fine(path: str, text: str) -> None:
    assert lines(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("app.py", "import boto3\nc = boto3.client('apigatewaymanagementapi')\n", 2),
        ("app.py", "def send(c, i):\n    c.post_to_connection(ConnectionId=i, Data='x')\n", 2),
        ("app.py", "def send(c, kw):\n    c.post_to_connection(**kw)\n", 2),
        ("app.py", "try:\n    f()\nexcept c.exceptions.GoneException:\n    pass\n", 3),
        ("a.js", "let a;\nconst s = new WebSocket(url);\n", 2),
        ("a.tsx", "const s: WebSocket = new window.WebSocket(url);\n", 1),
        ("a.html", "<p>\n<script>new WebSocket(u)</script>\n", 2),
        ("a.vue", "<template/>\n<script setup lang='ts'>\nlet s: WebSocket = new WebSocket(u)\n</script>\n", 3),
        ("a.ts", "class Feed extends WebSocket {}\n", 1),
        ("a.js", "import WS from 'ws';\nnew WS(url);\n", 2),
        ("a.js", "const { WebSocket: WS } = require('ws');\nnew WS(url);\n", 2),
        ("a.js", "import R from 'reconnecting-websocket';\nnew R(url);\n", 2),
        ("a.js", "new ReconnectingWebSocket(url);\n", 1),
        ("a.js", "import P from 'partysocket/ws';\nnew P(url, []);\n", 2),
        ("a.js", "import { webSocket } from 'rxjs/webSocket';\nwebSocket(url);\n", 2),
        ("a.js", "import W from 'websocket-as-promised';\nnew W(url);\n", 2),
        ("a.js", "import { w3cwebsocket as W } from 'websocket';\nnew W(url);\n", 2),
        ("a.jsx", "import useWebSocket from 'react-use-websocket';\nuseWebSocket(url);\n", 2),
        ("a.js", "import { useWebSocket } from '@vueuse/core';\nuseWebSocket(url);\n", 2),
        ("a.js", "import S from 'sockette';\nnew S(url);\n", 2),
        ("app.py", "import websockets\nwebsockets.connect(url)\n", 2),
        ("app.py", "from websockets.sync.client import connect as c\nc(url)\n", 2),
        ("app.py", "import websocket as w\nw.WebSocketApp(url)\n", 2),
        ("app.py", "from websocket import create_connection\ncreate_connection(url)\n", 2),
        ("app.py", "async def f(s):\n    await s.ws_connect(url)\n", 2),
    ],
)
def test_what_is_left(path: str, text: str, line: int) -> None:
    assert lines(path, text) == [line]


def test_a_native_function_takes_no_event() -> None:
    source = "def handle(caller):\n    return event['requestContext']\n"
    assert lines("app.py", source, native={"handle"}) == [2]


def test_pushes_through_the_drop_in_are_fine_where_it_is_imported() -> None:
    source = (
        "from sse_service.management import management_client\n\nc = management_client()\n"
        "c.post_to_connection(ConnectionId=i, Data='x')\n"
    )
    assert lines("app.py", source) == []


def test_what_the_account_says_stays_is_no_finding_and_one_more_is() -> None:
    files = {"a.js": "new WebSocket(a);\nnew WebSocket(b);\n"}
    assert remaining(files, {}, {"a.js": 2}) == []
    assert len(remaining(files, {}, {"a.js": 1})) == 2

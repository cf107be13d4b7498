"""JavaScript that opens a WebSocket: what only looks so first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Client
from migrator.scan.browser import browser_clients
from migrator.scan.files import walk
from tests.migrator.scan.applications import write


def clients(tmp_path: Path, code: str, name: str = "web.js") -> list[Client]:
    return browser_clients(walk(write(tmp_path, {name: dedent(code)})))


def only(tmp_path: Path, code: str, name: str = "web.js") -> Client:
    (client,) = clients(tmp_path, code, name)
    return client


@pytest.mark.parametrize(
    "code",
    [
        "// new WebSocket('wss://x')",
        "const text = \"new WebSocket('wss://x')\";",
        "new WebSocketServer({ port: 1 });",
        "class MyWebSocket {}",
        "import { useWebSocket } from './mine'; useWebSocket('wss://x');",
        "import { WebSocketSubject } from './mine'; new WebSocketSubject('wss://x');",
        "class Feed extends EventTarget {}",
        "import { useWebSocket } from './socket'; import { useThrottle } from '@vueuse/core'; useWebSocket('wss://x');",
        "const wss = new WebSocket.Server({ port: 1 });",
        "import { WebSocketServer } from 'ws'; new WebSocketServer({ noServer: true });",
        "import { webSocket } from './rx'; webSocket('wss://x');",
        "new ChatWebSocket(url).open();",
        "declare const socket: WebSocket; useRef<WebSocket | null>(null);",
        "import type { WebSocket } from 'ws'; const s: WebSocket = open();",
        "if (socket.readyState === WebSocket.OPEN) socket.send('x');",
    ],
)
def test_what_opens_no_websocket_is_left_alone(tmp_path: Path, code: str) -> None:
    assert clients(tmp_path, code) == []


@pytest.mark.parametrize(
    "name", ["a.test.js", "b.spec.ts", "__tests__/c.js", "__mocks__/d.ts", "e.test.mts", "f.spec.cts"]
)
def test_tests_are_not_clients(tmp_path: Path, name: str) -> None:
    assert clients(tmp_path, "new WebSocket('wss://x')", name) == []


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.js", "javascript"),
        ("a.mjs", "javascript"),
        ("a.jsx", "javascript"),
        ("a.ts", "typescript"),
        ("a.mts", "typescript"),
        ("a.cts", "typescript"),
        ("a.tsx", "typescript"),
    ],
)
def test_every_kind_of_file_is_read(tmp_path: Path, name: str, language: str) -> None:
    client = only(tmp_path, "const s = new WebSocket(address);", name)

    assert (client.language, client.library, client.url, str(client.location)) == (
        language, "WebSocket", "address", f"{name}:1:11",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "library"),
    [
        ("new window.WebSocket(u)", "WebSocket"),
        ("import RWS from 'x'; new ReconnectingWebSocket(u)", "ReconnectingWebSocket"),
        ("import WS from 'ws'; import WebSocket from 'ws'; new WebSocket(u)", "ws"),
        ("const W = require('ws'); new W(u)", "ws"),
        ("const { WebSocket: W } = require('ws'); new W(u)", "ws"),
        ("new (require('ws'))(u)", "ws"),
        ("import * as all from 'ws'; new all.WebSocket(u)", "ws"),
        ("const { default: W } = await import('isomorphic-ws'); new W(u)", "isomorphic-ws"),
        ("import { w3cwebsocket as W3C } from 'websocket'; new W3C(u)", "websocket"),
        ("const WS = window.WebSocket || window.MozWebSocket; new WS(u)", "WebSocket"),
        ("class Feed extends WebSocket { constructor() { super(u); } }", "WebSocket"),
        ("import RWS from 'reconnecting-websocket'; new RWS(u)", "reconnecting-websocket"),
        ("import { WebSocket as PS } from 'partysocket'; new PS(u)", "partysocket/ws"),
        ("import PS from 'partysocket/ws'; new PS(u)", "partysocket/ws"),
        ("import { useWebSocket } from 'partysocket/react'; useWebSocket(u)", "partysocket/react"),
        (
            "import { webSocket as open } from 'rxjs/webSocket'; const a = 1; const webSocket = open; webSocket(u)",
            "rxjs",
        ),
        ("import { webSocket } from 'rxjs/webSocket'; webSocket({ deserializer: d, url: u })", "rxjs"),
        (
            "import WebSocketAsPromised from 'websocket-as-promised'; new WebSocketAsPromised(u)",
            "websocket-as-promised",
        ),
        ("import Sockette from 'sockette'; new Sockette(u, {})", "sockette"),
        ("import { useWebSocket } from '@vueuse/core'; useWebSocket(u)", "@vueuse/core"),
        ("import { useWebSocket } from 'ahooks'; useWebSocket(u)", "ahooks"),
        ("import { useWebSocket } from 'react-use-websocket'; useWebSocket(u)", "react-use-websocket"),
        (
            "import useWebSocket from 'react-use-websocket'; const { sendMessage } = useWebSocket(u);",
            "react-use-websocket",
        ),
    ],
)
def test_libraries_are_known(tmp_path: Path, code: str, library: str) -> None:
    client = only(tmp_path, code)

    assert (client.library, client.url) == (library, "u")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import { WebSocket } from './construct'; new WebSocket(stack, 'Api', {});", "it comes from './construct'"),
        ("class WebSocket {}\nnew WebSocket(u);", "it is declared on line 1"),
        ("import { io } from 'socket.io-client'; io(u);", "io(...) speaks Socket.IO, which API Gateway can't serve"),
        ("const io = require('socket.io-client'); io.connect(u);", "speaks Socket.IO"),
    ],
)
def test_a_near_miss_is_explained(tmp_path: Path, code: str, why: str) -> None:
    files = walk(write(tmp_path, {"web.js": code}))

    assert browser_clients(files) == []
    (miss,) = files.near_misses
    assert miss.looks_like == "client"
    assert why in miss.why
    assert files.problems == []


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("static/reconnecting-websocket.js", "new WebSocket(u)", "a copy of a published library"),
        ("static/app.4f2c.js", "var a=1;" * 700 + "new WebSocket(u)", "more than 5000 characters"),
    ],
)
def test_copied_libraries_and_bundles_are_not_read(tmp_path: Path, name: str, code: str, why: str) -> None:
    files = walk(write(tmp_path, {name: code}))

    assert browser_clients(files) == []
    assert why in files.problems[0].message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.vue",
            "<template><p/></template>\n<script setup lang='ts'>\nconst s: WebSocket = new WebSocket(u)\n</script>\n",
        ),
        ("a.svelte", "<script>\n  const s = new WebSocket(u);\n</script>\n{#if s}<p/>{/if}\n"),
    ],
)
def test_scripts_of_components_are_read(tmp_path: Path, name: str, text: str) -> None:
    assert only(tmp_path, text, name).location.path == name


def test_places_inside_a_page_are_those_of_the_page(tmp_path: Path) -> None:
    page = "<html>\n<script src='x.js'></script>\n<p>é</p><script>new WebSocket('a');\n  new WebSocket('b');</script>\n</html>\n"

    assert [str(client.location) for client in clients(tmp_path, page, "page.html")] == [
        "page.html:3:17",
        "page.html:4:3",
    ]


@pytest.mark.parametrize(
    ("code", "parameter"),
    [
        ("new WebSocket('wss://x/dev')", None),
        ("new WebSocket(`wss://x/dev?room=${room}`)", None),
        ("new WebSocket(`wss://x/dev?token=${token}`)", "token"),
        ("new WebSocket('wss://x/dev?room=a&authToken=' + token)", "authToken"),
        ("const url = base + '?jwt=' + token; new WebSocket(url)", "jwt"),
        ("const query = new URLSearchParams({ room, token }); new WebSocket(`${base}?${query}`)", "token"),
        ("function open() { const url = new URL(base); url.searchParams.set('access_token', t); new WebSocket(url); }",
         "access_token"),
    ],
)  # fmt: skip
def test_a_token_in_the_address_is_found(tmp_path: Path, code: str, parameter: str | None) -> None:
    client = only(tmp_path, code)

    assert client.token_parameter == parameter
    assert client.token == ("query" if parameter else None)


def test_a_token_in_a_message_is_found(tmp_path: Path) -> None:
    client = only(tmp_path, "const s = new WebSocket(u);\ns.send(JSON.stringify({ action: 'auth', token }));\n")

    assert (client.token, client.token_parameter, client.sends) == ("message", "token", ("auth",))


@pytest.mark.parametrize(
    ("code", "sends"),
    [
        ("s.send(text)", ()),
        ("s.send(JSON.stringify({ action: kind }))", ()),
        ("save({ action: 'draft' })", ()),
        ("s.send(JSON.stringify({ action: 'say', text }))", ("say",)),
        ("const data = { 'action': 'say' }; s.send(JSON.stringify(data))", ("say",)),
        ("const text = JSON.stringify({ action: 'say' }); s.send(text)", ("say",)),
        ("const send = (m) => s.send(JSON.stringify(m)); send({ type: 'ping' }); send({ type: 'ping' })", ("ping",)),
        ("this.sendJsonMessage({ route: 'a' })", ("a",)),
    ],
)
def test_literal_route_keys_are_found(tmp_path: Path, code: str, sends: tuple[str, ...]) -> None:
    assert only(tmp_path, f"const s = new WebSocket(u);\n{code};\n").sends == sends


@pytest.mark.parametrize(
    "code",
    [
        "s.onclose = () => console.log('closed');",
        "s.onclose = () => setTimeout(hide, 100);",
        "setTimeout(() => hide(), 100);",
    ],
)
def test_a_timer_that_does_not_open_again_is_no_reconnect(tmp_path: Path, code: str) -> None:
    assert only(tmp_path, f"function start() {{ const s = new WebSocket(u);\n{code}\n}}\n").reconnect is None


@pytest.mark.parametrize(
    "code",
    [
        "s.onclose = () => { setTimeout(start, 1000); };",
        "s.onclose = () => { setTimeout(() => start(), 1000); };",
        "s.addEventListener('close', () => setTimeout(() => start(), delay));",
        "s.onclose = () => again();\nfunction again() { timer = setTimeout(() => { start(); }, 1000); }",
        "s.onclose = start2; function start2() { start(); }",
    ],
)
def test_opening_again_after_a_close_is_a_reconnect(tmp_path: Path, code: str) -> None:
    found = only(tmp_path, f"function start() {{ const s = new WebSocket(u);\n{code}\n}}\n").reconnect

    assert found is not None
    assert found.line >= 2


def test_a_socket_that_is_opened_when_another_closes_is_a_reconnect(tmp_path: Path) -> None:
    code = "const s = new WebSocket(u);\ns.onclose = () => {\n  ref.current = new WebSocket(u);\n};\n"
    first, second = clients(tmp_path, code)

    assert first.reconnect is None
    assert second.reconnect == second.location


def test_methods_of_a_class_reconnect_too(tmp_path: Path) -> None:
    code = """
    class Socket {
      open() {
        this.ws = new WebSocket(this.url);
        this.ws.onclose = this.closed.bind(this);
      }
      closed() { this.schedule(); }
      schedule() { this.timer = window.setTimeout(() => this.open(), this.delay); }
    }
    """
    assert str(only(tmp_path, code, "socket.ts").reconnect) == "socket.ts:8:29"


@pytest.mark.parametrize(
    ("code", "beats"),
    [
        ("setInterval(refresh, 1000)", False),
        ("setInterval(() => s.send('ping'), 1000)", True),
        ("function beat() { s.send('ping'); } setInterval(beat, 1000)", True),
    ],
)
def test_an_interval_that_sends_is_a_heartbeat(tmp_path: Path, code: str, beats: bool) -> None:
    assert bool(only(tmp_path, f"const s = new WebSocket(u);\n{code};\n").heartbeat) is beats


def test_sockets_of_one_file_account_for_their_timer_once(tmp_path: Path) -> None:
    code = "const s = new WebSocket(a); const t = new WebSocket(b); setInterval(() => s.send('x'), 1);"

    assert [client.heartbeat is not None for client in clients(tmp_path, code)] == [True, False]


def test_code_that_does_not_parse_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    assert len(clients(tmp_path, "const s = new WebSocket(u);\nfunction ( {")) == 1

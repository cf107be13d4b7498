"""Clients in Swift, Kotlin, Java, Dart and C#: found by their libraries, and listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Inventory
from migrator.rewrite.client import rewrite_clients
from migrator.scan.files import walk
from migrator.scan.native_clients import native_clients
from tests.migrator.scan.applications import write


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("App.swift", "// session.webSocketTask(with: url)\n"),
        ("App.swift", 'print("session.webSocketTask(with: url)")\n'),
        ("App.swift", "let socket = WebSocket(request: request)\n"),
        ("Main.kt", "/* client.newWebSocket(request, listener) */\n"),
        ("Main.kt", "fun Route.chat() { webSocket { } }\n// a websocket server of Ktor\n"),
        ("Main.java", "class ChatServer extends WebSocketServer {}\n"),
        ("app.dart", "MyWebSocket.connect(url);\n"),
        ("Hub.cs", "var socket = new WebSocketHandler();\n"),
        ("Hub.cs", "var socket = new WebSocket(url);\n"),
        ("Tests/AppTests.swift", "session.webSocketTask(with: url)\n"),
        ("src/test/MainTest.kt", "client.newWebSocket(request, listener)\n"),
    ],
)
def test_what_opens_nothing_is_left_alone(tmp_path: Path, name: str, code: str) -> None:
    assert native_clients(walk(write(tmp_path, {name: code}))) == []


@pytest.mark.parametrize(
    ("name", "code", "library"),
    [
        ("App.swift", "let task = URLSession.shared.webSocketTask(with: url)\n", "URLSessionWebSocketTask"),
        ("App.swift", "import Starscream\nsocket = WebSocket(request: request)\n", "Starscream"),
        ("App.swift", "let s = SRWebSocket(url: url)\n", "SocketRocket"),
        ("Main.kt", "val s = client.newWebSocket(request, listener)\n", "OkHttp"),
        ("Main.kt", "import io.ktor.client.plugins.websocket.*\nclient.webSocket(host = h) { }\n", "Ktor"),
        ("Main.kt", "class Chat(u: URI) : WebSocketClient(u) {}\n", "Java-WebSocket"),
        ("Main.java", "ws = client.newWebSocket(request, this);\n", "OkHttp"),
        ("Main.java", "HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(u, l);\n", "java.net.http"),
        ("Main.java", "class Chat extends WebSocketClient {}\n", "Java-WebSocket"),
        ("app.dart", "final c = WebSocketChannel.connect(Uri.parse(url));\n", "web_socket_channel"),
        ("app.dart", "c = IOWebSocketChannel.connect(url, headers: h);\n", "web_socket_channel"),
        ("app.dart", "final s = await WebSocket.connect(url);\n", "dart:io"),
        ("Chat.cs", "var s = new ClientWebSocket();\n", "ClientWebSocket"),
        ("Chat.cs", "using NativeWebSocket;\ns = new WebSocket(url);\n", "NativeWebSocket"),
        ("Chat.cs", "using WebSocketSharp;\ns = new WebSocket(url);\n", "WebSocketSharp"),
    ],
)
def test_the_usual_libraries_are_known(tmp_path: Path, name: str, code: str, library: str) -> None:
    (client,) = native_clients(walk(write(tmp_path, {name: code})))

    assert client.library == library
    assert client.location.line == code.count("\n")


def test_an_address_and_a_token_are_told(tmp_path: Path) -> None:
    code = 'let base = "wss://a.example.org/dev?authToken=" + token\nsession.webSocketTask(with: URL(string: base)!)\n'
    (client,) = native_clients(walk(write(tmp_path, {"App.swift": code})))

    assert (client.url, client.token_parameter) == ("wss://a.example.org/dev?authToken=", "authToken")


def test_they_are_skipped_with_the_way_to_keep_them(tmp_path: Path) -> None:
    found = native_clients(walk(write(tmp_path, {"App.swift": "session.webSocketTask(with: url)\n"})))
    edits, (outcome,) = rewrite_clients(tmp_path, Inventory(application="app", clients=tuple(found)))

    assert edits == ()
    assert outcome.status == "skipped"
    assert "docs/how-to/keep-old-phones-alive.md" in outcome.reason

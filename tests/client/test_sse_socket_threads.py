"""The surface of websocket-client and of websockets' threading client, against a real shim."""

from __future__ import annotations

import threading

import pytest

from templates.client.sse_socket import ConnectionClosed
from templates.client.sse_socket_threads import (
    Message,
    WebSocketApp,
    WebSocketBadStatusException,
    WebSocketConnectionClosedException,
    WebSocketTimeoutException,
    connect,
    create_connection,
)
from tests.shim.serving import Served


def address(shim: Served) -> str:
    return f"ws://127.0.0.1:{shim.port}/{shim.stage}"


def test_a_connection_of_websocket_client(shim: Served) -> None:
    socket = create_connection(address(shim), timeout=10, header=["X-Name: ana"])
    assert socket.connected
    assert socket.send("hello") == 5
    assert socket.recv() == "hello"
    socket.settimeout(0.05)
    with pytest.raises(WebSocketTimeoutException):
        socket.recv()
    socket.send("no message is lost by that")
    socket.settimeout(10)
    assert socket.recv() == "no message is lost by that"
    socket.close()
    assert not socket.connected
    with pytest.raises(WebSocketConnectionClosedException):
        socket.send("late")


def test_a_refusal_has_the_exception_of_websocket_client(shim: Served) -> None:
    with pytest.raises(WebSocketBadStatusException, match="403"):
        create_connection(address(shim), header={"X-Refuse": "403"})


def test_an_application_with_callbacks(shim: Served) -> None:
    calls: list[str] = []

    def opened(app: WebSocketApp) -> None:
        calls.append("open")
        app.send("hello")

    def received(app: WebSocketApp, message: Message) -> None:
        calls.append(f"message {message!r}")
        app.close()

    app = WebSocketApp(
        address(shim),
        on_open=opened,
        on_message=received,
        on_error=lambda _app, error: calls.append(f"error {error}"),
        on_close=lambda _app, code, reason: calls.append(f"close {code} {reason!r}"),
    )
    thread = threading.Thread(target=app.run_forever, kwargs={"ping_interval": 30})
    thread.start()
    thread.join(20)
    assert calls == ["open", "message 'hello'", "close 1000 ''"]


def test_an_application_that_can_not_connect_tells_the_error() -> None:
    errors: list[Exception] = []
    app = WebSocketApp("ws://127.0.0.1:9/", on_error=lambda _app, error: errors.append(error))
    assert app.run_forever() is True
    assert len(errors) == 1


def test_a_connection_of_the_threading_client(shim: Served) -> None:
    with connect(address(shim)) as socket:
        socket.send("one")
        assert socket.recv(timeout=10) == "one"
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.05)
        socket.send('{"action": "drop"}')
        assert list(socket) == []
    assert socket.close_code is not None
    with pytest.raises(ConnectionClosed):
        socket.recv()

"""Legacy clients: unchanged, refused with HTTP statuses, and in one room with clients on SSE."""

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from shim.backends.loading import load_function
from tests.shim.faces.facing import eventually
from tests.shim.serving import Served
from tests.shim.sse_client import open_stream


@pytest.mark.parametrize(("refuse", "status"), [("403", 403), ("429", 429), ("crash", 502), ("nothing", 502)])
def test_a_refused_handshake_has_the_status_of_connect(shim: Served, refuse: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{shim.websocket}?refuse={refuse}")

    assert refused.value.response.status_code == status


@pytest.mark.parametrize(("token", "status"), [("", 401), ("raise", 401), ("deny", 403), ("crash", 500)])
def test_a_refusal_by_the_authorizer_is_a_status_too(guarded: Served, token: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{guarded.websocket}?token={token}")

    assert refused.value.response.status_code == status


def test_both_kinds_of_client_are_in_one_room(shim: Served) -> None:
    with connect(shim.websocket) as legacy, open_stream(shim.stream) as modern:
        legacy.send('{"action": "all", "from": "legacy"}')
        assert legacy.recv(30) == modern.next().data == '{"action": "all", "from": "legacy"}'

        modern.send('{"action": "all", "from": "modern"}')
        assert legacy.recv(30) == modern.next().data == '{"action": "all", "from": "modern"}'


def test_the_subprotocol_is_the_one_that_connect_chose(shim: Served) -> None:
    with connect(shim.websocket, subprotocols=["chat.v1", "chat.v2"]) as legacy:
        assert legacy.subprotocol == "chat.v2"


def test_error_frames_leave_the_socket_open(shim: Served) -> None:
    with connect(shim.websocket) as legacy:
        legacy.send("?")
        assert json.loads(legacy.recv(30))["message"] == "Forbidden"
        legacy.send('{"action": "echo"}')
        assert json.loads(legacy.recv(30))["got"] == '{"action": "echo"}'


def test_binary_frames_close_with_1003(shim: Served) -> None:
    with connect(shim.websocket) as legacy:
        legacy.send(b"\x00")
        with pytest.raises(ConnectionClosed):
            legacy.recv(30)

    assert legacy.close_code == 1003


def test_delete_connection_closes_the_socket(shim: Served) -> None:
    with connect(shim.websocket) as legacy:
        legacy.send('{"action": "kick"}')
        with pytest.raises(ConnectionClosed):
            legacy.recv(30)

    assert legacy.close_code == 1000


def test_disconnect_runs_once_with_the_code_of_the_client(shim: Served) -> None:
    ended = load_function(shim.root, "handlers", "disconnect").__globals__["ended"]
    with connect(shim.websocket) as legacy:
        legacy.send('{"action": "echo"}')
        legacy.recv(30)
        legacy.close(1000, "bye")
    eventually(lambda: bool(ended))

    assert [code for _connection, code in ended] == [1000]

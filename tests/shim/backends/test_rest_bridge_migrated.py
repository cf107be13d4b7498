"""The example, rewritten by `ws2sse migrate`, keeps serving phones that were never updated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from shim.app import ShimApp
from shim.backends.rest import RestBridge
from shim.backends.rest_upstream import RestUpstream
from shim.gateway.definition import ApiDefinition
from shim.streams import Streams
from tests.running import running_migrated, token
from tests.shim.serving import listening
from tests.shim.sse_client import STREAM, open_stream


@pytest.fixture(scope="module")
def port(migrated_chat: Path) -> Iterator[int]:
    api = ApiDefinition(name="front", routes={}, stage="prod")
    with (
        running_migrated(migrated_chat) as base,
        listening(ShimApp(RestBridge(api, RestUpstream(url=base), Streams()))) as port,
    ):
        yield port


def phone(port: int, user: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{port}/prod?token={token(user)}", compression=None)


def heard(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this type."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(30))
        if message.get("type") == kind:
            return message


def test_a_token_that_is_none_is_refused_as_before(port: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{port}/prod?token=forged")

    assert refused.value.response.status_code in {401, 403}
    assert httpx.get(f"http://127.0.0.1:{port}/prod?token=forged", headers=STREAM).status_code in {401, 403}


def test_old_phones_and_new_pages_talk(port: int) -> None:
    with phone(port, "ana") as ana, phone(port, "bo") as bo:
        assert heard(ana, "presence")["user"] == "bo"
        bo.send('{"type": "chat", "text": "h\u00e4llo"}')
        assert heard(ana, "chat_message")["text"] == "h\u00e4llo"
        with open_stream(f"http://127.0.0.1:{port}/prod", {"token": token("cy")}) as cy:
            ana.send('{"type": "chat", "text": "to all"}')
            while '"chat_message"' not in (said := cy.next().data):
                pass
            assert json.loads(said)["text"] == "to all"


def test_an_answer_and_an_error_arrive_as_frames(port: int) -> None:
    with phone(port, "dee") as dee:
        dee.send('{"type": "ping", "echo": 7}')
        assert heard(dee, "pong")["echo"] == 7
        dee.send("this is not json")
        assert heard(dee, "error")


def test_who_leaves_is_said_to_have_left(port: int) -> None:
    with phone(port, "eve") as eve:
        with phone(port, "fox"):
            assert heard(eve, "presence") == {"type": "presence", "event": "joined", "user": "fox"}
        assert heard(eve, "presence") == {"type": "presence", "event": "left", "user": "fox"}

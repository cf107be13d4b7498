"""WebSockets of one node of several, and what becomes of them while Redis is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, eventually, facing
from tests.shim.streams.redis_world import own_options


@pytest.fixture
def shim(redis_server: RedisServer) -> Iterator[Faced]:
    options = own_options(redis_server.url, timeout_s=0.5, check_s=0.2)
    with facing(streams=RedisStreams(options)) as shim:
        yield shim


def connection_ids(shim: Faced) -> list[str]:
    return [event["requestContext"]["connectionId"] for event in shim.functions.connects]


def test_who_left_while_redis_was_away_is_not_connected_when_it_is_back(
    shim: Faced, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(shim.websocket) as leaving, connect(shim.websocket) as staying:
        for client in (leaving, staying):
            client.send('{"action": "echo"}')
            client.recv(30)
        left, stayed = connection_ids(shim)
        redis_server.stop()
        try:
            leaving.close()
            eventually(lambda: f"the end of connection {left} was not heard" in caplog.text)
        finally:
            redis_server.start()
        eventually(lambda: f"Redis had lost connection {stayed}" in caplog.text)

    assert f"Redis had lost connection {left}" not in caplog.text


def test_a_client_that_has_to_be_closed_while_redis_stands_still_is_closed_and_told_of_once(
    shim: Faced, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(shim.websocket) as client:
        client.send('{"action": "echo"}')
        client.recv(30)
        redis_server.pause()
        try:
            client.send(b"bytes, which are not taken")
            with pytest.raises(ConnectionClosed):
                client.recv(30)
        finally:
            redis_server.go_on()
        eventually(lambda: bool(shim.functions.ends))

    assert shim.functions.ends == [(1006, "the connection was lost")]
    assert "Traceback" not in caplog.text

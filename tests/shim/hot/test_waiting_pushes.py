"""Pushes whose answers have to be waited for: in order, also where requests stand behind one another on one socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shim.app import ShimApp
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.gateway.definition import ApiDefinition
from shim.gateway.ids import new_connection_id
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.serving import listening_hot
from tests.shim.streams.redis_world import own_options


class NoFunctions:
    async def invoke(self, function_id: str, event: Any) -> Any:
        raise AssertionError("there are no routes")


@pytest.fixture
def served(redis_server: RedisServer) -> Iterator[tuple[int, GatewayService]]:
    options = own_options(redis_server.url, timeout_s=0.5)
    service = GatewayService(ApiDefinition(name="test", routes={}, stage="prod"), NoFunctions(), RedisStreams(options))
    with listening_hot(ShimApp(service, management=ManagementOptions(verify=False))) as port:
        yield port, service


def opened(service: GatewayService) -> str:
    connection = new_connection_id()
    service.streams.open(connection)
    service.streams.activate(connection)
    return connection


def push(connection: str, body: bytes, invocation: str = "") -> bytes:
    path = f"/prod/@connections/{connection.replace('=', '%3D')}" if connection else "/prod/@connections"
    repeat = f"amz-sdk-invocation-id: {invocation}\r\n" if invocation else ""
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\n{repeat}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def talking(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        yield client


def statuses(client: socket.socket, count: int) -> list[int]:
    """Of so many answers, in the order in which they came."""
    return [status for status, _headers in answers(client, count)]


def answers(client: socket.socket, count: int) -> list[tuple[int, dict[bytes, bytes]]]:
    reader = client.makefile("rb")
    found = []
    for _ in range(count):
        status, headers = int(reader.readline().split()[1]), {}
        while (line := reader.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        reader.read(int(headers[b"content-length"]))
        found.append((status, headers))
    return found


def test_one_that_is_acknowledged_was_taken(served: tuple[int, GatewayService]) -> None:
    port, service = served
    connection = opened(service)
    with talking(port) as client:
        client.sendall(push(connection, b"hello"))

        assert statuses(client, 1) == [200]
    assert [event.payload for event in service.streams.kept(connection)] == ["hello"]
    assert service.pushes.sent == 1


def test_requests_that_come_together_are_answered_in_their_order(served: tuple[int, GatewayService]) -> None:
    port, service = served
    connection = opened(service)
    health = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
    large = b"x" * 130_000
    with talking(port) as client:
        client.sendall(push(connection, b"1"))
        client.sendall(push(connection, b"2") + health)
        client.sendall(push("nobody-at-all12=", b"3"))
        client.sendall(push(connection, large))
        client.sendall(push("", b"all"))

        assert statuses(client, 6) == [200, 200, 200, 410, 200, 200]
    assert [event.payload for event in service.streams.kept(connection)] == ["1", "2", large.decode()]


def test_a_repeated_one_is_sent_once(served: tuple[int, GatewayService]) -> None:
    port, service = served
    connection = opened(service)
    with talking(port) as client:
        for _ in range(2):
            client.sendall(push(connection, b"once", "invocation-1"))
        assert statuses(client, 2) == [200, 200]

    assert len(service.streams.kept(connection)) == 1


def test_while_redis_is_away_the_answer_is_503_and_the_next_try_counts(
    served: tuple[int, GatewayService], redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, service = served
    connection = opened(service)
    again = push(connection, b"again", "invocation-2")
    monkeypatch.setattr("random.randint", lambda _least, most: most)
    with talking(port) as client:
        client.sendall(push(connection, b"first"))
        assert statuses(client, 1) == [200]
        redis_server.pause()
        try:
            for request in (again, again.replace(b"POST", b"GET")):
                client.sendall(request)
                ((status, headers),) = answers(client, 1)
                assert (status, headers[b"retry-after"]) == (503, b"3"), "it is drawn, so that not all come at once"
        finally:
            redis_server.go_on()
        client.sendall(again)
        assert statuses(client, 1) == [200]
    kept = [event.payload for event in service.streams.kept(connection)]
    assert kept == ["first", "again"]  # whether or not Redis had taken the one that got no answer


def test_a_caller_that_leaves_before_the_answer_harms_nobody(
    served: tuple[int, GatewayService], redis_server: RedisServer
) -> None:
    port, service = served
    connection = opened(service)
    redis_server.pause()
    with talking(port) as client:
        client.sendall(push(connection, b"left"))
    redis_server.go_on()
    with talking(port) as client:
        client.sendall(push(connection, b"stayed"))
        assert statuses(client, 1) == [200]

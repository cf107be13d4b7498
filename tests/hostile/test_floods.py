"""More clients than may be: those that are served stay served, the others are told when to come back."""

from __future__ import annotations

import contextlib
import json
import socket

import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from shim.faces.options import FaceOptions
from shim.gateway.limits import GatewayLimits, Throttle
from shim.streams import StreamLimits
from tests.hostile.serving import KINDS, Kind, eventually, serving
from tests.hostile.wire import Wire, request, wire

STREAM = request(Accept="text/event-stream")
MOST = 24


def status(client: Wire) -> int:
    answer = client.answer()
    assert answer is not None
    return answer.status


@pytest.mark.parametrize("kind", KINDS)
def test_connections_beyond_the_limit_are_503_until_there_is_room(kind: Kind) -> None:
    limits = StreamLimits(connections=MOST, resume_window_s=0)
    with serving(kind, streams=limits) as shim, contextlib.ExitStack() as open_ones:
        for _ in range(MOST):
            client = open_ones.enter_context(wire(shim.port))
            client.send(STREAM)
            assert status(client) == 200
        for _ in range(3 * MOST):
            with wire(shim.port) as late:
                late.send(STREAM)
                answer = late.answer()
                assert answer is not None
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) > 0
                assert set(json.loads(answer.body)) == {"message", "connectionId", "requestId"}
        with pytest.raises(InvalidStatus) as refused:
            websockets.sync.client.connect(shim.websocket)
        assert refused.value.response.status_code == 503
        assert "Retry-After" in refused.value.response.headers
        assert len(shim.application.connects) == MOST
        open_ones.close()
        eventually(lambda: len(shim.application.ends) == MOST)
        shim.still_serves()


@pytest.mark.parametrize("kind", KINDS)
def test_new_connections_faster_than_the_throttle_are_429(kind: Kind) -> None:
    limits = GatewayLimits(connects=Throttle(rate_per_s=0.001, burst=5))
    with serving(kind, limits=limits) as shim:
        statuses = []
        for _ in range(20):
            with wire(shim.port) as client:
                client.send(STREAM)
                statuses.append(status(client))
        assert statuses == [200] * 5 + [429] * 15


def test_messages_faster_than_the_throttle_are_told_so_on_the_stream() -> None:
    with serving(limits=GatewayLimits(requests=Throttle(rate_per_s=0.001, burst=3))) as shim:
        with websockets.sync.client.connect(shim.websocket) as client:
            for _ in range(20):
                client.send("x")
            heard = [client.recv(30) for _ in range(20)]
        assert heard.count("x") == 3
        assert sum("Too Many Requests" in str(text) for text in heard) == 17


def test_tickets_beyond_the_limit_are_429() -> None:
    with serving(faces=FaceOptions(tickets=10, tickets_of_one_address=5)) as shim, wire(shim.port) as client:
        statuses = []
        for _ in range(20):
            client.send(request("/prod/ticket", method="POST", body=b""))
            statuses.append(status(client))
        assert statuses == [201] * 5 + [429] * 15
        shim.still_serves()


@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_sockets_that_say_nothing_shut_nobody_out(kind: Kind) -> None:
    with serving(kind) as shim, contextlib.ExitStack() as open_ones:
        for number in range(400):
            connection = socket.create_connection(("127.0.0.1", shim.port), 5)
            open_ones.callback(connection.close)
            if number % 2:
                connection.sendall(b"POST /prod HTTP/1.1\r\nHost: a\r\nContent-Le")
        shim.still_serves()


@pytest.mark.parametrize("kind", KINDS)
def test_clients_that_come_and_go_at_once_leave_nothing_behind(kind: Kind) -> None:
    with serving(kind, streams=StreamLimits(resume_window_s=0)) as shim:
        for _ in range(100):
            with socket.create_connection(("127.0.0.1", shim.port), 5) as client:
                client.sendall(STREAM)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        eventually(lambda: shim.service.streams.snapshots() == [])
        eventually(lambda: len(shim.application.ends) == len(shim.application.connects))
        shim.still_serves()


def test_more_messages_than_are_handled_at_once_are_429() -> None:
    with (
        serving(limits=GatewayLimits(messages_at_once=0)) as shim,
        wire(shim.port) as client,
        wire(shim.port) as stream,
    ):
        stream.send(STREAM)
        opened = stream.answer()
        assert opened is not None
        session = json.loads(opened.body.split(b"data: ")[1])["session"]
        client.send(request(method="POST", body=b"{}", Stream_Session=session))
        answer = client.answer()
        assert answer is not None
        assert answer.status == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 3

"""Whatever is endless is cut off: the memory of the process does not grow with what one client sends."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosed

from shim.service import Problem
from shim.streams import StreamLimits
from tests.hostile.corpus import PUSH
from tests.hostile.serving import Kind, Served, eventually, serving
from tests.hostile.wire import request, wire
from tests.shim.sse_client import open_stream

SENT = 48 * 1024 * 1024
MAY_GROW = 16 * 1024 * 1024
PIECE = 65_536
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@pytest.fixture
def shim() -> Iterator[Served]:
    with serving("hot") as served:
        served.still_serves()
        yield served
        served.still_serves()


def pour(port: int, begin: bytes, piece: bytes) -> int:
    """Sends until all is sent or the peer closes; the most that the process grew by meanwhile."""
    before, most = resident(), 0
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.settimeout(2)
        try:
            client.sendall(begin)
            for _ in range(SENT // len(piece)):
                client.sendall(piece)
                most = max(most, resident() - before)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):  # it takes no more, or is closed
            pass
        return max(most, resident() - before)


HOST = b"Host: a\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LETTERS = b"a" * PIECE
CHUNK = b"10000\r\n" + LETTERS + b"\r\n"
ENDLESS = {
    "a body": (request(method="POST", Content_Length=str(SENT), Stream_Session="x"), LETTERS),
    "a chunked body": (b"POST /prod HTTP/1.1\r\nStream-Session: x\r\n" + HOST + CHUNKED, CHUNK),
    "a chunk's extension": (b"POST /prod HTTP/1.1\r\n" + HOST + CHUNKED + b"5;", LETTERS),
    "a line of a batch": (
        request(method="POST", Content_Length=str(SENT), Content_Type="application/x-ndjson", Stream_Session="x"),
        LETTERS,
    ),
    "a push": (request(PUSH, "POST", Content_Length=str(SENT)), LETTERS),
    "a chunked push": (f"POST {PUSH} HTTP/1.1\r\n".encode() + HOST + CHUNKED, CHUNK),
    "what nobody asked for": (request("/elsewhere", "POST", Content_Length=str(SENT)), LETTERS),
    "bytes behind a stream": (request(Accept="text/event-stream"), LETTERS),
}
HEADS = {
    "an address": (b"GET /", LETTERS),
    "a header": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: ", LETTERS),
    "a name": (b"GET /healthz HTTP/1.1\r\n" + HOST, LETTERS),
    "headers": (b"GET /healthz HTTP/1.1\r\n" + HOST, b"X: a\r\n" * 10_000),
    "the head of a push": (f"POST {PUSH} HTTP/1.1\r\n".encode() + HOST + b"X: ", LETTERS),
    "a trailer": (b"POST /prod HTTP/1.1\r\nStream-Session: x\r\n" + HOST + CHUNKED + b"0\r\nX: ", LETTERS),
}
LARGE_HEAD = 1024 * 1024
PIPELINED = {"requests": request("/healthz"), "pushes": request(PUSH, "POST", b"{}")}


@pytest.mark.parametrize(("begin", "piece"), ENDLESS.values(), ids=ENDLESS)
def test_endless(begin: bytes, piece: bytes, shim: Served) -> None:
    assert pour(shim.port, begin, piece) < MAY_GROW


@pytest.mark.parametrize(("begin", "piece"), HEADS.values(), ids=HEADS)
def test_a_head_that_does_not_end_is_refused(begin: bytes, piece: bytes, shim: Served) -> None:
    """Each packet of it copies all that came before, on the loop that serves everybody."""
    with wire(shim.port, patience_s=0.6) as client:
        client.send(begin)
        for _ in range(LARGE_HEAD // len(piece)):
            client.send(piece)
        answer = client.answer()
        assert answer is None or answer.status in {400, 410, 414, 431}
        assert client.closed()


@pytest.mark.parametrize("one", PIPELINED.values(), ids=PIPELINED)
def test_requests_that_wait_for_the_answers_of_others_are_bounded(one: bytes, shim: Served) -> None:
    before = resident()
    with wire(shim.port) as client:
        client.socket.settimeout(1)
        with suppress(TimeoutError):
            client.send(one * (8 * LARGE_HEAD // len(one)))
        shim.ask("GET", "/healthz")
        assert resident() - before < MAY_GROW


def test_an_endless_message_of_a_websocket(shim: Served) -> None:
    before = resident()

    def fragments() -> Iterator[str]:
        for _ in range(SENT // 30_000):
            yield "x" * 30_000

    with websockets.sync.client.connect(shim.websocket, max_size=None) as client, pytest.raises(ConnectionClosed):
        client.send(fragments())
    eventually(lambda: [code for code, _reason in shim.application.ends][-1:] == [1009])
    assert resident() - before < MAY_GROW


def refusals(shim: Served, connection_id: str) -> int:
    """How many of many large pushes are refused."""
    refused = 0
    for _ in range(SENT // 100_000):
        try:
            shim.service.post(connection_id, b"x" * 100_000)
        except Problem as problem:
            refused += problem.status == 429
    return refused


@pytest.mark.parametrize("kind", ["hot", "portable"])
def test_a_client_that_does_not_read_its_stream(kind: Kind) -> None:
    """The budget is used up, then pushes are refused; nothing is kept beyond it."""
    with serving(kind, streams=StreamLimits(replay_bytes=1_048_576)) as shim, wire(shim.port) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.send(request(Accept="text/event-stream"))
        opened = client.answer()
        assert opened is not None
        connection_id = json.loads(opened.body.split(b"data: ")[1])["connectionId"]
        before = resident()
        assert refusals(shim, connection_id) > 300
        assert resident() - before < MAY_GROW
        shim.still_serves()


def test_what_is_sent_to_a_client_that_is_away_is_bounded(shim: Served) -> None:
    with open_stream(shim.address) as stream:
        who = stream.connection_id
    before = resident()
    refusals(shim, who)
    assert resident() - before < MAY_GROW

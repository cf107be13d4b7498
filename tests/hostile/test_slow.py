"""Clients that send slowly, or not at all: each is dropped within a limit, however it dribbles."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shim.faces.management import ManagementOptions
from shim.faces.options import FaceOptions
from shim.hot import protocol
from shim.streams import StreamLimits
from tests.hostile.corpus import KEY, PUSH
from tests.hostile.serving import CALLER, Served, eventually, serving
from tests.hostile.wire import Wire, request, wire
from tests.shim.sse_client import open_stream

LIMIT_S = 0.4
LATE_S = 4.0


@contextmanager
def dribbling(client: Wire, begin: bytes, drop: bytes) -> Iterator[None]:
    """Sends a beginning, and then a drop whenever a tenth of the limit is over."""
    ended = threading.Event()

    def drip() -> None:
        client.send(begin)
        while not ended.wait(LIMIT_S / 10):
            client.send(drop)

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def shim(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(protocol, "SLOWEST_REQUEST_S", LIMIT_S)
    with serving("hot") as served:
        yield served
        served.still_serves()


def dropped(client: Wire, *statuses: int | None) -> None:
    """Within the limit, and not at once."""
    begun = time.monotonic()
    answer = client.answer()
    took = time.monotonic() - begun
    assert (answer and answer.status) in statuses
    assert LIMIT_S / 2 < took < LATE_S
    assert client.closed()


HEADS = {
    "a first letter": (b"G", b""),
    "an endless address": (b"GET /", b"a"),
    "an endless header": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b"a"),
    "endless headers": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n"),
    "a push": (f"POST {PUSH} HTTP/1.1\r\n".encode(), b"Host: a\r\n"),
    "a handshake": (b"GET /prod HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", KEY.encode()),
}


@pytest.mark.parametrize(("begin", "drop"), HEADS.values(), ids=HEADS)
def test_a_head_must_arrive_in_time(begin: bytes, drop: bytes, shim: Served) -> None:
    with wire(shim.port) as client, dribbling(client, begin, drop):
        dropped(client, 408)


@pytest.mark.parametrize("target", ["/prod", PUSH, "/elsewhere"])
@pytest.mark.parametrize("framing", [b"Content-Length: 1000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_body_must_arrive_in_time(target: str, framing: bytes, shim: Served) -> None:
    with open_stream(shim.address) as stream, wire(shim.port) as client:
        head = f"POST {target} HTTP/1.1\r\nHost: a\r\nStream-Session: {stream.session}\r\n".encode() + framing + b"\r\n"
        drop = b"1\r\nx\r\n" if b"chunked" in framing else b"x"
        if target == "/elsewhere":  # which is refused at once; then the rest of its body must come
            client.send(head)
            refusal = client.answer()
            assert refusal is not None
            assert refusal.status == 403
            with dribbling(client, b"", drop):
                dropped(client, None)  # it had its answer
            return
        with dribbling(client, head, drop):
            dropped(client, 408)


@pytest.mark.parametrize("kind", ["hot", "portable"])
def test_a_message_must_arrive_in_time_behind_any_server(kind: str) -> None:
    with serving(kind, faces=FaceOptions(body_s=LIMIT_S)) as shim, open_stream(shim.address) as stream:  # type: ignore[arg-type]
        head = request(method="POST", Stream_Session=stream.session, Content_Length="1000")
        with wire(shim.port) as client, dribbling(client, head, b"x"):
            dropped(client, 408)
        shim.still_serves()


def test_a_push_must_arrive_in_time_behind_any_server() -> None:
    options = ManagementOptions(credentials=(CALLER,), body_s=LIMIT_S)
    with serving("portable", management=options) as shim:
        head = request(PUSH, "POST", Content_Length="1000", X="unusual")
        with wire(shim.port) as client, dribbling(client, head, b"x"):
            dropped(client, 408)
        shim.still_serves()


@pytest.mark.parametrize("kind", ["hot", "portable"])
def test_a_kept_connection_that_says_nothing_more_is_closed(kind: str) -> None:
    with serving(kind, timeout_keep_alive=LIMIT_S) as shim, wire(shim.port) as client:  # type: ignore[arg-type]
        assert client.in_step()
        begun = time.monotonic()
        assert client.closed()
        assert LIMIT_S / 2 < time.monotonic() - begun < LATE_S


@pytest.mark.parametrize("said", [b"", b"\r\n" * 10])
def test_a_connection_that_never_says_anything_is_closed(said: bytes, shim: Served) -> None:
    with wire(shim.port, patience_s=4 * LIMIT_S) as client:
        client.send(said)
        assert client.closed()


def test_a_handshake_with_a_body_is_answered_or_closed(shim: Served) -> None:
    with wire(shim.port, patience_s=4 * LIMIT_S) as client:
        head = f"GET /prod HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{KEY}"
        client.send(f"{head}Sec-WebSocket-Version: 13\r\nContent-Length: 5\r\n\r\nhello".encode())
        client.answer()


def test_a_stream_whose_request_has_half_a_body_is_not_written_into(shim: Served) -> None:
    with wire(shim.port, patience_s=4 * LIMIT_S) as client:
        client.send(request(Accept="text/event-stream", Content_Length="50") + b"hello")
        opened = client.answer()
        assert opened is not None
        assert opened.status == 200
        with pytest.raises(TimeoutError):  # it is silent, or it was closed: it is no 408 between two chunks
            assert client.closed()


def test_a_client_that_leaves_while_connect_runs_leaves_nothing_behind() -> None:
    """And the others go on getting their heartbeats."""
    with serving("hot", streams=StreamLimits(heartbeat_s=0.2)) as shim:
        invoke = shim.application.invoke

        async def slowly(function_id: str, event: object) -> object:
            if function_id == "$connect":
                await asyncio.sleep(0.3)
            return await invoke(function_id, event)

        shim.application.invoke = slowly  # type: ignore[method-assign]
        with open_stream(shim.address):
            for _ in range(3):
                with wire(shim.port) as client:
                    client.send(request(Accept="text/event-stream"))
            eventually(lambda: len(shim.application.connects) == 4)
            eventually(lambda: len(shim.service.streams.snapshots()) == 1)
            eventually(lambda: [code for code, _reason in shim.application.ends] == [1006] * 3)
        shim.still_serves()

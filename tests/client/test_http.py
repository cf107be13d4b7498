"""The Python client's HTTP/1.1, against answers that are written byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates.client.sse_socket import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidStatus,
    MessageRefused,
    NegotiationError,
    connect,
)

OPEN = b'retry: 10\nevent: open\nid: e1-0\ndata: {"connectionId": "c", "session": "s3cret"}\n\n'
CLOSE = b'event: close\ndata: {"code": 1000, "reason": "done"}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@dataclass
class Answer:
    """Bytes as they stand, in pieces; then the connection is closed, or waits for the next request."""

    pieces: list[bytes]
    keep: bool = False


@dataclass
class Script:
    """Answers each request of a method with the next answer in line, the last one again and again."""

    answers: dict[str, list[Answer]]
    requests: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    connections: int = 0
    address: str = ""
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def of(self, method: str) -> list[tuple[bytes, bytes]]:
        return [(head, body) for name, head, body in self.requests if name == method]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                body = await reader.readexactly(int(lengths[0]) if lengths else 0)
                method = head.split(b" ")[0].decode()
                self.requests.append((method, head, body))
                line = self.answers[method]
                answer = line.pop(0) if len(line) > 1 else line[0]
                for piece in answer.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if not answer.keep:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def scripted(
    get: list[Answer], post: list[Answer] | None = None, delete: list[Answer] | None = None
) -> AsyncIterator[Script]:
    gone = Answer([b"HTTP/1.1 204 No Content\r\n\r\n"])
    script = Script({"GET": get, "POST": post or [Answer([TAKEN], keep=True)], "DELETE": delete or [gone]})
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/dev?a=b%20c"
    try:
        yield script
    finally:
        server.close()
        for task in script.running:
            task.cancel()
        await asyncio.gather(*script.running, return_exceptions=True)


def staying(*pieces: bytes) -> Answer:
    return Answer([CHUNKED, *(chunk(piece) for piece in pieces)], keep=True)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 0200 OK\r\n\r\n",
        b"HTTP/1.1 200\n\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSpace : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000 + b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        HEAD + b"Content-Length: +5\r\n\r\n12345",
        CHUNKED + b"-1\r\n",
        CHUNKED + b"0x5\r\nabcde\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"2\r\nabc\r\n",
        CHUNKED + b"f" * 20 + b"\r\n",
        CHUNKED + chunk(OPEN)[:-20],
        b"",
    ],
)
async def test_what_is_no_http_opens_nothing(head: bytes) -> None:
    async with scripted([Answer([head])]) as script:
        with pytest.raises((EOFError, InvalidStatus)):
            await connect(script.address)


@pytest.mark.parametrize(
    "answer",
    [
        [HEAD + b"\r\n" + OPEN + CLOSE],
        [HEAD + b"Content-Length: %d\r\n\r\n" % len(OPEN + CLOSE), OPEN, CLOSE],
        [HEAD + b"Content-Length: %d, %d\r\n\r\n" % (len(OPEN + CLOSE), len(OPEN + CLOSE)), OPEN, CLOSE],
        [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", CHUNKED, chunk(OPEN), chunk(CLOSE), b"0\r\n\r\n"],
        [CHUNKED, chunk(OPEN).replace(b"\r\n", b";name=value\r\n", 1), chunk(CLOSE), b"0\r\nTrailer: x\r\n\r\n"],
        [HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n", OPEN, CLOSE],
        [HEAD.replace(b" OK", b"") + b"\r\n", OPEN + CLOSE],
        [b"".join([CHUNKED, *(chunk(b"%c" % byte) for byte in OPEN + CLOSE)])],
        [b"%c" % byte for byte in CHUNKED + chunk(OPEN) + chunk(CLOSE)],
    ],
)
async def test_every_way_to_tell_the_end_of_a_body(answer: list[bytes]) -> None:
    async with scripted([Answer(answer)]) as script, connect(script.address) as ws:
        assert [message async for message in ws] == []
        assert (ws.close_code, ws.close_reason) == (1000, "done")


@settings(max_examples=30)
@given(st.lists(st.integers(1, 400), max_size=30))
async def test_how_the_network_cuts_an_answer_changes_nothing(places: list[int]) -> None:
    body = OPEN + b"id: e1-1\ndata: caf\xc3\xa9\n\n" + CLOSE
    wire = CHUNKED + chunk(body[:50]) + chunk(body[50:]) + b"0\r\n\r\n"
    at = sorted({0, len(wire), *(place for place in places if place < len(wire))})
    pieces = [wire[start:end] for start, end in pairwise(at)]
    async with scripted([Answer(pieces)]) as script, connect(script.address) as ws:
        assert [message async for message in ws] == ["café"]


async def test_requests_say_what_they_have_to() -> None:
    async with scripted([staying(OPEN)]) as script:
        address = script.address.replace("ws://", "ws://us%20er:pass@")
        headers = {"X-Token": "t1", "stream-session": "forged"}
        async with connect(
            address, additional_headers=headers, origin="https://a.example", subprotocols=["v1", "v2"]
        ) as ws:
            await ws.send("é")
    (get, _), (post, body), (delete, words) = script.of("GET")[0], script.of("POST")[0], script.of("DELETE")[0]
    for said in (b"GET /dev?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:", b"\r\nAccept: text/event-stream\r\n"):
        assert said in get
    for said in (
        b"Stream-Protocol: v1, v2\r\n",
        b"Origin: https://a.example\r\n",
        b"Authorization: Basic dXMgZXI6cGFzcw==\r\n",
    ):
        assert said in get
    assert b"stream-session: forged" in get
    for head in (post, delete):
        assert head.count(b"tream-") == 1
        assert b"X-Token: t1\r\n" in head
        assert b"Stream-Session: s3cret\r\n" in head
    assert b"Content-Length: 2\r\n" in post
    assert body == "é".encode()
    assert json.loads(words) == {"code": 1000, "reason": ""}


async def test_messages_share_a_connection_and_one_that_was_closed_meanwhile_is_replaced_at_once() -> None:
    async with scripted(
        [staying(OPEN)], [Answer([TAKEN], keep=True), Answer([TAKEN]), Answer([TAKEN], keep=True)]
    ) as script:
        async with connect(script.address, give_up_after=0) as ws:
            for text in ("a", "b", "c", "d"):
                await ws.send(text)
        assert [body for _head, body in script.of("POST")] == [b"a", b"b", b"c", b"d"]
        assert script.connections == 4


async def test_a_message_without_an_answer_is_sent_again_with_the_same_key() -> None:
    busy = Answer([b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"])
    at_it = Answer([b"HTTP/1.1 409 Conflict\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"])
    async with scripted([staying(OPEN)], [Answer([]), busy, at_it, Answer([TAKEN[:-5]]), Answer([TAKEN])]) as script:
        async with connect(script.address) as ws:
            await ws.send("once")
        keys = {line for head, _body in script.of("POST") for line in head.split(b"\r\n") if line.startswith(b"Idem")}
        assert len(script.of("POST")) == 5
        assert len(keys) == 1


async def test_an_error_frame_is_received_and_another_refusal_is_raised() -> None:
    frame = b'{"message": "Forbidden", "connectionId": "c", "requestId": "r"}'
    answers = [
        Answer([b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(frame), frame)]),
        Answer([b"HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\nwhat"]),
        Answer([TAKEN]),
    ]
    async with scripted([staying(OPEN)], answers) as script, connect(script.address) as ws:
        await ws.send("a")
        assert await ws.recv() == frame.decode()
        with pytest.raises(MessageRefused) as refused:
            await ws.send("b")
        assert (refused.value.response.status_code, refused.value.response.body) == (400, b"what")
        await ws.send("c")


@pytest.mark.parametrize(("status", "code"), [(401, 1006), (410, 1006), (413, 1009)])
async def test_refusals_of_a_message_that_end_the_connection(status: int, code: int) -> None:
    answer = Answer([b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status])
    async with scripted([staying(OPEN)], [answer]) as script, connect(script.address) as ws:
        with pytest.raises(ConnectionClosedError):
            await ws.send("a")
        assert ws.close_code == code


async def test_repeats_are_dropped_and_the_last_id_is_told() -> None:
    one, two, three = (b"id: e1-%d\ndata: %d\n\n" % (number, number) for number in (1, 2, 3))
    streams = [Answer([HEAD + b"\r\n", OPEN, one, two]), Answer([HEAD + b"\r\n", two, one, three, CLOSE])]
    async with scripted(streams) as script, connect(script.address) as ws:
        assert [message async for message in ws] == ["1", "2", "3"]
        first, second = (head for head, _body in script.of("GET"))
        assert b"Last-Event-ID" not in first
        assert b"Last-Event-ID: e1-2\r\n" in second
        assert b"Stream-Session: s3cret\r\n" in second


async def test_silence_longer_than_heartbeat_timeout_is_a_lost_stream() -> None:
    async with scripted([staying(OPEN), staying(CLOSE)]) as script:
        async with connect(script.address, heartbeat_timeout=0.05) as ws:
            assert [message async for message in ws] == []
        assert len(script.of("GET")) == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_resume_that_is_refused_ends_the_connection_with_1008(status: int) -> None:
    refusal = Answer([b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status])
    async with scripted([Answer([HEAD + b"\r\n", OPEN]), refusal]) as script, connect(script.address) as ws:
        with pytest.raises(ConnectionClosedError):
            await ws.recv()
        assert ws.close_code == 1008


@pytest.mark.parametrize(
    "event",
    [
        b"event: escaped\ndata: {\n\n",
        b"event: escaped\ndata: 1\n\n",
        b"event: binary\ndata: ?\n\n",
        b"event: close\ndata: []\n\n",
    ],
)
async def test_what_is_not_our_protocol_ends_the_connection_with_1007(event: bytes) -> None:
    async with scripted([staying(OPEN, event)]) as script, connect(script.address) as ws:
        with pytest.raises(ConnectionClosedError):
            await ws.recv()
        assert ws.close_code == 1007


async def test_a_subprotocol_that_was_not_offered_opens_nothing() -> None:
    opened = OPEN.replace(b'"s3cret"', b'"s3cret", "protocol": "v9"')
    async with scripted([staying(opened)]) as script:
        with pytest.raises(NegotiationError, match=r"chose the subprotocol 'v9' of \['v1'\]"):
            await connect(script.address, subprotocols=["v1"])
        assert len(script.of("DELETE")) == 1


async def test_a_session_that_would_be_another_header_is_not_taken() -> None:
    opened = OPEN.replace(b"s3cret", b"s3cret\\r\\nX: 1")
    async with scripted([staying(opened)]) as script:
        with pytest.raises(InvalidHandshake):
            await connect(script.address)


async def test_the_loop_waits_for_a_busy_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("templates.client.sse_socket.random.random", lambda: 0.01)
    busy = Answer([b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"])
    async with scripted([busy, Answer([]), staying(OPEN)]) as script:
        async for ws in connect(script.address):
            await ws.close()
            break
        assert len(script.of("GET")) == 3


@pytest.mark.parametrize("status", [204, 410])
async def test_a_close_whose_answer_was_lost_is_told_once_more(status: int) -> None:
    told = Answer([b"HTTP/1.1 %d Gone\r\nContent-Length: 0\r\n\r\n" % status])
    async with scripted([staying(OPEN)], delete=[Answer([]), told]) as script:
        async with connect(script.address) as ws:
            await ws.close(4000, "bye")
        assert (ws.close_code, ws.close_reason) == (4000, "bye")
        assert len(script.of("DELETE")) == 2


async def test_a_close_that_the_server_does_not_hear_of_is_a_lost_connection() -> None:
    async with scripted([staying(OPEN)], delete=[Answer([])]) as script, connect(script.address) as ws:
        await ws.close(4000, "bye")
        assert ws.close_code == 1006
        with pytest.raises(ConnectionClosedError, match="was not told of the close"):
            await ws.recv()

"""What clients of the runs write down."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.chaos.clients import PlainClient
from tests.chaos.history import Lost, Opened, Over, Recorder, Resumed
from tests.chaos.made_up import RULES

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
OPEN = HEAD + b'retry: 1\nid: e-0\nevent: open\ndata: {"connectionId": "one", "session": "s"}\n\n'
GONE = b"HTTP/1.1 204 No Content\r\n\r\n"


async def written(*answers: bytes) -> list[type]:
    left = iter(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(left))
        await writer.drain()
        writer.close()

    recorder = Recorder(RULES)
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        client = PlainClient(recorder, "one", lambda: [server.sockets[0].getsockname()], random.Random(1))
        async with asyncio.timeout(10):
            await client._run()
    return [type(line) for line in recorder.history.lines]


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        pytest.param(HEAD + b"retry: 1\n\n", [Resumed, Lost], id="a stream"),
        pytest.param(HEAD, [Lost], id="a head alone, since the connection ended before there was a stream"),
    ],
)
async def test_a_stream_is_another_one_when_its_first_bytes_came(answer: bytes, then: list[type]) -> None:
    assert await written(OPEN, answer, GONE) == [Opened, Lost, *then, Over]

"""Whatever a server says on its stream, the client tells it and goes on."""

from __future__ import annotations

import asyncio

import pytest

from shim.dualrun.replay.stream_client import StreamClient
from tests.shim.backends.scripted_application import HOLD, OPEN, answer, application, stream

DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (b"event: escaped\nid: e-1\ndata: " + DEEP, "msg", "escaped event that is not JSON: [["),
        (b"event: escaped\nid: e-1\ndata: {}", "msg", "escaped event that is not a string: {}"),
        (b"event: binary\nid: e-1\ndata: {}", "msg", "binary event that is not base64: {}"),
        ("event: binary\nid: e-1\ndata: ü".encode(), "msg", "binary event that is not base64: ü"),
        (b"event: other\nid: e-1\ndata: {}", "error", "event 'other': {}"),
        (b"event: close\ndata: " + DEEP, "close", ""),
    ],
)
async def test_an_event_that_can_not_be_read_is_told(event: bytes, kind: str, text: str) -> None:
    told: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def hear(kind: str, _channel: str, _status: int | None, text: str, **_: object) -> None:
        told.put_nowait((kind, text))

    with application(get=[stream(OPEN, event + b"\n\n", HOLD)], delete=[answer(204)]) as server:
        client = StreamClient(f"http://127.0.0.1:{server.port}/stream", hear)
        await client.connect((), ())
        try:
            assert (await asyncio.wait_for(told.get(), 30))[0] == "open"
            found, said = await asyncio.wait_for(told.get(), 30)
        finally:
            await client.close()
    assert found == kind
    assert said.startswith(text)

"""Streams that write themselves: everything once and in order, to peers that read, stall, and vanish."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.hot.writers import StreamWriter, StreamWriters
from shim.streams import ConnectionGone, SlowReader, StreamLimits, Streams
from shim.streams.response import StreamRequest


class _Socket(asyncio.Protocol):
    def __init__(self, writers: StreamWriters, asked: StreamRequest) -> None:
        self.writers, self.asked = writers, asked
        self.writer: StreamWriter | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.writer = StreamWriter(self.writers, self.asked, transport)
        self.beginning = asyncio.create_task(self.writer.begin())

    def pause_writing(self) -> None:
        assert self.writer
        self.writer.pause()

    def resume_writing(self) -> None:
        assert self.writer
        self.writer.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.writer:
            self.writer.lost()


class Peer:
    """The client's end: reads chunks of the body, and events from them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.parser = EventStreamReader()
        self.chunks: list[bytes] = []

    async def chunk(self) -> bytes | None:
        """None at the end of the body."""
        async with asyncio.timeout(30):
            size = int(await self.reader.readline(), 16)
            data = await self.reader.readexactly(size + 2)
        if size == 0:
            return None
        self.chunks.append(data[:-2])
        return data[:-2]

    async def events(self, count: int) -> list[StreamEvent]:
        found: list[StreamEvent] = []
        while len(found) < count:
            chunk = await self.chunk()
            assert chunk is not None
            found += self.parser.feed(chunk)
        return found


@asynccontextmanager
async def streaming(
    streams: Streams,
    connection: str,
    *,
    heartbeat_s: float = 15.0,
    last_event_id: str | None = None,
    session: str | None = None,
) -> AsyncIterator[tuple[Peer, StreamWriters]]:
    loop = asyncio.get_running_loop()
    writers = StreamWriters(loop, heartbeat_s)
    asked = StreamRequest(streams, connection, last_event_id, session)
    server = await loop.create_server(lambda: _Socket(writers, asked), "127.0.0.1", 0)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], limit=1 << 22)
        try:
            yield Peer(reader, writer), writers
        finally:
            writer.close()
    finally:
        server.close()


def opened(streams: Streams) -> tuple[str, str]:
    connection = streams.open()
    streams.activate(connection.connection_id)
    return connection.connection_id, connection.session


async def until(true: object) -> None:
    assert callable(true)
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - the writer tells nobody
            await asyncio.sleep(0.005)


def is_detached(streams: Streams, connection: str) -> bool:
    return streams._broker._connections[connection].detached_at is not None


async def test_the_first_bytes_tell_when_to_come_back_and_who_one_is() -> None:
    streams = Streams()
    connection, session = opened(streams)
    async with streaming(streams, connection, session=session) as (peer, _):
        (event,) = await peer.events(1)

        assert peer.chunks[0].startswith(b"retry: ")
        assert json.loads(event.data) == {"connectionId": connection, "session": session}
        assert event.id.endswith("-0")


async def test_messages_of_one_pass_of_the_loop_leave_in_one_write() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):
        await peer.chunk()
        for n in range(5):
            streams.send(connection, str(n))
        chunk = await peer.chunk()

        assert chunk is not None
        assert [event.data for event in peer.parser.feed(chunk)] == list("01234")


async def test_messages_of_other_threads_arrive_in_order() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):

        def send() -> None:
            for n in range(500):
                streams.send(connection, str(n))

        sending = asyncio.create_task(asyncio.to_thread(send))

        assert [event.data for event in await peer.events(500)] == [str(n) for n in range(500)]
        await sending


async def test_a_close_comes_after_everything_that_was_sent_before() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, writers):
        await peer.chunk()
        streams.send(connection, "last")
        streams.close(connection, 4001, "bye")
        events = await peer.events(2)

        assert [event.type for event in events] == ["message", "close"]
        assert json.loads(events[1].data) == {"code": 4001, "reason": "bye"}
        assert await peer.chunk() is None
        await until(lambda: not len(writers))


async def test_going_away_tells_when_to_come_back() -> None:
    streams = Streams(StreamLimits(retry_ms=10, drain_spread_ms=7_000))
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):
        await peer.chunk()
        streams.close_all(1001, "Going away")
        await peer.events(1)

        assert peer.parser.retry is not None
        assert 10 <= peer.parser.retry <= 7_010


async def test_the_newest_stream_wins_and_the_older_one_ends() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (old, _):
        await old.chunk()
        async with streaming(streams, connection) as (new, _):
            await new.chunk()
            streams.send(connection, "for the newest")

            assert [event.data for event in await new.events(1)] == ["for the newest"]
            assert await old.chunk() is None
            assert not is_detached(streams, connection)


async def test_large_messages_leave_one_after_the_other() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):
        for n in range(4):
            streams.send(connection, str(n) * 100_000)

        assert [event.data[:1] for event in await peer.events(4)] == list("0123")


async def test_a_lost_stream_begins_the_resume_window_and_a_new_one_has_the_rest() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, writers):
        streams.send(connection, "1")
        (first,) = await peer.events(1)
        peer.writer.transport.abort()
        await until(lambda: is_detached(streams, connection))
        assert not len(writers)
    streams.send(connection, "2")
    async with streaming(streams, connection, last_event_id=first.id) as (peer, _):
        assert [event.data for event in await peer.events(1)] == ["2"]


async def test_a_rotated_stream_ends_whole_and_its_connection_goes_on() -> None:
    streams = Streams(StreamLimits(rotation_s=0.02))
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):
        await peer.chunk()

        assert await peer.chunk() is None
        await until(lambda: is_detached(streams, connection))
    streams.info(connection)


async def test_a_silent_stream_gets_comments() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    async with streaming(streams, connection, heartbeat_s=0.04) as (peer, _):
        await peer.chunk()

        assert await peer.chunk() == b":\n\n"
        assert await peer.chunk() == b":\n\n"


async def test_who_does_not_read_fills_the_budget_and_then_pushers_are_told() -> None:
    streams = Streams(StreamLimits(replay_bytes=400_000, replay_events=100_000))
    connection, _ = opened(streams)
    async with streaming(streams, connection) as (peer, _):
        sent = 0
        refused = False
        while not refused and sent < 1_000:  # sockets hold some megabytes at most
            try:
                streams.send(connection, f"{sent:08}" + "x" * 60_000)
                sent += 1
            except SlowReader:
                refused = True
            await asyncio.sleep(0)
        assert refused
        events = await peer.events(sent)

        assert [int(event.data[:8]) for event in events] == list(range(sent))
        streams.send(connection, "reads again")
        assert (await peer.events(1))[0].data == "reads again"


async def test_a_connection_that_went_while_the_headers_were_sent_ends_its_response() -> None:
    streams = Streams()
    connection, _ = opened(streams)
    streams.close(connection)
    async with streaming(streams, connection) as (peer, writers):
        assert await peer.chunk() is None
        assert not len(writers)
    with pytest.raises(ConnectionGone):
        streams.info(connection)

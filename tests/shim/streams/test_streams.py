"""A connection outlives its streams, loses nothing in silence, and ends once."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from shim.streams import (
    Closed,
    Event,
    Gap,
    StreamLimits,
    Streams,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(streams: Streams, **options: object) -> str:
    connection = streams.open(**options).connection_id  # type: ignore[arg-type]
    streams.activate(connection)
    return connection


def event_id(streams: Streams, connection: str, seq: int) -> str:
    return f"{streams._broker._connections[connection].epoch}-{seq}"


async def take(stream: AsyncIterator[Event | Gap], count: int) -> list[str | bytes | Gap]:
    taken: list[str | bytes | Gap] = []
    async with asyncio.timeout(30):
        while len(taken) < count:
            event = await anext(stream)
            taken.append(event if isinstance(event, Gap) else event.payload)
    return taken


async def rest(stream: AsyncIterator[Event | Gap]) -> list[str | bytes | Gap]:
    async with asyncio.timeout(30):
        return [event if isinstance(event, Gap) else event.payload async for event in stream]


class TestSending:
    async def test_messages_arrive_in_order_from_any_thread(self) -> None:
        streams = Streams()
        connection = opened(streams)
        async with streams.subscribe(connection) as stream:
            thread = threading.Thread(target=lambda: [streams.send(connection, str(n)) for n in range(100)])
            thread.start()
            received = await take(stream, 100)
            thread.join()

        assert received == [str(n) for n in range(100)]


class TestResuming:
    async def test_an_event_that_was_never_sent_skips_nothing(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.send(connection, "1")

        for lie in (event_id(streams, connection, 99), "other-1"):
            async with streams.subscribe(connection, lie) as stream:
                assert await take(stream, 1) == ["1"]
            streams._broker._connections[connection].read_seq = 0

    @pytest.mark.parametrize("nonsense", ["", "x", "a-b", "a-" + "9" * 40, "a-٣", "-1-1x"])
    async def test_an_id_that_is_not_ours_resumes_where_the_last_stream_stopped(self, nonsense: str) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.send(connection, "1")

        async with streams.subscribe(connection, nonsense) as stream:
            assert await take(stream, 1) == ["1"]


class TestEnding:
    async def test_the_application_is_told_once_with_what_it_had_annotated(self) -> None:
        streams = Streams()
        connection = opened(streams, attributes={"user": "ana"})
        told: asyncio.Queue[Closed] = asyncio.Queue()
        running = asyncio.create_task(streams.run(told.put))
        await asyncio.sleep(0)
        for thread in [threading.Thread(target=streams.close, args=(connection, 1001, "bye")) for _ in range(8)]:
            thread.start()

        assert await asyncio.wait_for(told.get(), 30) == Closed(connection, 1001, "bye", {"user": "ana"})
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert told.empty()
        assert streams.find() == []

    async def test_one_failing_disconnect_does_not_keep_the_others_from_being_told(self) -> None:
        streams = Streams()
        first, second = opened(streams), opened(streams)
        told = []

        async def on_disconnect(closed: Closed) -> None:
            told.append(closed.connection_id)
            if closed.connection_id == first:
                raise RuntimeError("handler failed")

        streams.close(first)
        streams.close(second)
        await streams.shutdown(on_disconnect)

        assert told == [first, second]

    async def test_a_slow_disconnect_holds_up_no_other_and_no_sweep(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(resume_window_s=10), clock=clock)
        slow, quick, lost = (opened(streams) for _ in range(3))
        told: asyncio.Queue[str] = asyncio.Queue()

        async def on_disconnect(closed: Closed) -> None:
            if closed.connection_id == slow:
                await asyncio.Event().wait()
            await told.put(closed.connection_id)

        running = asyncio.create_task(streams.run(on_disconnect))
        streams.close(slow)
        streams.close(quick)
        assert await asyncio.wait_for(told.get(), 30) == quick
        clock.now += 11
        assert await asyncio.wait_for(told.get(), 30) == lost
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for task in streams._telling._tasks:
            task.cancel()

    async def test_shutdown_closes_everybody(self) -> None:
        streams = Streams()
        connections = [opened(streams), opened(streams)]
        told: list[Closed] = []

        async def on_disconnect(closed: Closed) -> None:
            told.append(closed)

        await streams.shutdown(on_disconnect)

        assert [(closed.connection_id, closed.code) for closed in told] == [(c, 1001) for c in connections]


class TestAnnotations:
    def test_what_is_found_is_a_copy(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.annotate(connection, room="a")
        streams.annotate(connection, seats=[1])
        streams.find(room="a")[0]["room"] = "changed"
        streams.attributes(connection)["seats"].append(2)

        assert streams.attributes(connection) == {"connection_id": connection, "room": "a", "seats": [1]}

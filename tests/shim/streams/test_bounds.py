"""What a connection keeps is bounded in count, bytes and time, and who does not read is told off, then let go."""

from __future__ import annotations

import asyncio

import pytest

from shim.streams import ConnectionGone, Gap, PayloadTooLarge, SlowReader, StreamLimits, Streams
from shim.streams.attachment import MOST_BYTES_AT_ONCE
from shim.streams.response import jittered_retry_ms, jittered_rotation_s
from tests.shim.streams.test_streams import Clock, event_id, opened, rest, take


class TestTime:
    async def test_what_no_stream_has_taken_is_kept_however_old(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(replay_s=10, resume_window_s=1_000), clock=clock)
        connection = opened(streams)
        streams.send(connection, "old")
        clock.now += 500
        streams._broker.expire()

        async with streams.subscribe(connection) as stream:
            assert await take(stream, 1) == ["old"]

    async def test_what_was_taken_is_forgotten_after_its_time_and_said_to_be_missing(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(replay_s=10), clock=clock)
        connection = opened(streams)
        streams.send(connection, "1")
        async with streams.subscribe(connection) as stream:
            await take(stream, 1)
        clock.now += 11
        streams.send(connection, "2")
        streams._broker.expire()

        async with streams.subscribe(connection, event_id(streams, connection, 0)) as stream:
            assert await take(stream, 2) == [Gap(1, 1), "2"]


class TestSlowReaders:
    def stalled(self, streams: Streams) -> str:
        connection = opened(streams)
        streams.attach(connection, None, lambda: None)
        streams.send(connection, "1")
        streams.send(connection, "2")
        with pytest.raises(SlowReader):
            streams.send(connection, "3")
        return connection

    async def test_a_client_that_reads_again_in_time_stays(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(replay_events=2, slow_reader_s=30), clock=clock)
        connection = opened(streams)
        attachment = streams.attach(connection, None, lambda: None)
        for text in ("1", "2"):
            streams.send(connection, text)
        with pytest.raises(SlowReader):
            streams.send(connection, "3")
        attachment.take()
        clock.now += 31

        assert streams._broker.expire() == 0
        assert streams.send(connection, "3") == 3

    async def test_one_that_does_not_is_closed_with_a_reason(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(replay_events=2, slow_reader_s=30), clock=clock)
        connection = self.stalled(streams)
        clock.now += 29
        assert streams._broker.expire() == 0
        clock.now += 1

        assert streams._broker.expire() == 1
        (closed,) = streams._broker.ended()
        assert (closed.connection_id, closed.code) == (connection, 1008)
        assert closed.reason == "the client does not read what is sent to it"

    async def test_without_a_stream_the_oldest_make_room(self) -> None:
        streams = Streams(StreamLimits(replay_events=2))
        connection = opened(streams)
        for text in ("1", "2", "3"):
            streams.send(connection, text)

        async with streams.subscribe(connection) as stream:
            assert await take(stream, 3) == [Gap(1, 1), "2", "3"]


class TestSlices:
    async def test_a_stream_takes_about_so_much_at_a_time(self) -> None:
        streams = Streams()
        connection = opened(streams)
        attachment = streams.attach(connection, None, lambda: None)
        for _ in range(5):
            streams.send(connection, b"x" * (MOST_BYTES_AT_ONCE // 2))

        assert [len(attachment.take() or []) for _ in range(4)] == [2, 2, 1, 0]

    async def test_everything_sent_before_the_close_is_taken_in_slices_too(self) -> None:
        streams = Streams()
        connection = opened(streams)
        for n in range(4):
            streams.send(connection, str(n) * MOST_BYTES_AT_ONCE)
        async with streams.subscribe(connection) as stream:
            streams.close(connection)

            assert [str(text)[:1] for text in await rest(stream)] == ["0", "1", "2", "3"]


class TestBroadcast:
    async def test_it_passes_over_those_that_are_gone_or_do_not_read(self) -> None:
        streams = Streams(StreamLimits(replay_events=1))
        slow, gone, well = opened(streams), opened(streams), opened(streams)
        streams.attach(slow, None, lambda: None)
        streams.send(slow, "unread")
        streams.close(gone)
        pending = streams.open().connection_id

        assert streams.broadcast("all", [slow, gone, well, pending, "nobody"]) == 1
        async with streams.subscribe(well) as stream:
            assert await take(stream, 1) == ["all"]

    async def test_everyone_gets_it_in_its_own_sequence(self) -> None:
        streams = Streams()
        first, second = opened(streams), opened(streams)
        streams.send(first, "before")

        assert streams.broadcast(b"all") == 2
        async with streams.subscribe(first) as one, streams.subscribe(second) as other:
            assert await take(one, 2) == ["before", "all"]
            taken = await anext(other)
            assert other.encode(taken) == f"id: {other.epoch}-1\ndata: all\n\n".encode()

    def test_it_is_encoded_once(self) -> None:
        streams = Streams()
        first, second = opened(streams), opened(streams)
        streams.broadcast("all")
        kept = [streams._broker._connections[connection].kept[0] for connection in (first, second)]

        assert kept[0] is kept[1]

    def test_a_large_one_is_refused_for_all(self) -> None:
        with pytest.raises(PayloadTooLarge):
            Streams(StreamLimits(payload_bytes=4)).broadcast("12345")


class TestRotation:
    async def test_a_stream_ends_between_two_events_and_the_connection_goes_on(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.send(connection, "1")
        stream = streams.subscribe(connection)
        stream.rotate_after(0.01)

        assert await rest(stream) == ["1"]
        assert not stream.closed
        stream.end()
        assert streams.send(connection, "2") == 2

    def test_it_comes_up_to_a_tenth_earlier_so_that_not_all_come_back_at_once(self) -> None:
        times = {jittered_rotation_s(StreamLimits(rotation_s=100)) for _ in range(50)}

        assert len(times) > 1
        assert all(90 <= time <= 100 for time in times)
        assert jittered_rotation_s(StreamLimits()) == 0

    def test_clients_are_told_different_times_to_wait(self) -> None:
        times = {jittered_retry_ms(StreamLimits(retry_ms=1_000)) for _ in range(200)}

        assert len(times) > 1
        assert all(1_000 <= time <= 1_500 for time in times)


async def test_an_attachment_is_woken_from_any_thread() -> None:
    streams = Streams()
    connection = opened(streams)
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    streams.attach(connection, None, lambda: loop.call_soon_threadsafe(woken.set))
    await asyncio.to_thread(streams.send, connection, "x")

    async with asyncio.timeout(30):
        await woken.wait()


def test_a_connection_that_is_gone_cannot_be_attached_to() -> None:
    with pytest.raises(ConnectionGone):
        Streams().attach("nobody", None, lambda: None)


async def test_a_small_message_that_was_read_makes_no_room_for_one_that_pushes_out_unread_ones() -> None:
    streams = Streams(StreamLimits(replay_bytes=100))
    connection = opened(streams)
    attachment = streams.attach(connection, None, lambda: None)
    streams.send(connection, "x")
    attachment.take()
    sent = []
    for n in range(10):
        try:
            streams.send(connection, f"{n}" * 40)
            sent.append(f"{n}" * 40)
        except SlowReader:
            pass
    taken = [event.payload for event in attachment.take() or [] if not isinstance(event, Gap)]

    assert taken == sent == ["0" * 40, "1" * 40]


async def test_a_stall_ends_with_the_stream_that_stalled() -> None:
    clock = Clock()
    streams = Streams(StreamLimits(replay_events=1, slow_reader_s=30, resume_window_s=60), clock=clock)
    connection = opened(streams)
    attachment = streams.attach(connection, None, lambda: None)
    streams.send(connection, "1")
    with pytest.raises(SlowReader):
        streams.send(connection, "2")
    clock.now += 2
    attachment.end()
    clock.now += 59

    assert streams._broker.expire() == 0

"""A connection outlives its streams, loses nothing in silence, and ends once."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from shim.streams import (
    Closed,
    ConnectionGone,
    Event,
    Gap,
    PayloadTooLarge,
    SlowReader,
    StreamLimits,
    Streams,
    TooManyConnections,
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
    async with asyncio.timeout(2):
        while len(taken) < count:
            event = await anext(stream)
            taken.append(event if isinstance(event, Gap) else event.payload)
    return taken


async def rest(stream: AsyncIterator[Event | Gap]) -> list[str | bytes | Gap]:
    async with asyncio.timeout(2):
        return [event if isinstance(event, Gap) else event.payload async for event in stream]


class TestSending:
    def test_nobody_can_send_to_a_connection_that_is_unknown(self) -> None:
        with pytest.raises(ConnectionGone):
            Streams().send("nobody", "x")

    def test_nobody_can_send_before_connect_has_succeeded(self) -> None:
        streams = Streams()
        pending = streams.open()

        with pytest.raises(ConnectionGone):
            streams.send(pending.connection_id, "x")

    def test_nobody_can_send_after_the_connection_was_closed(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.close(connection)

        with pytest.raises(ConnectionGone, match="is gone"):
            streams.send(connection, "x")

    def test_a_message_over_the_limit_is_refused_with_both_numbers(self) -> None:
        streams = Streams(StreamLimits(payload_bytes=4))
        connection = opened(streams)

        with pytest.raises(PayloadTooLarge, match="the message has 6 bytes; at most 4 are allowed"):
            streams.send(connection, "äöü")

    async def test_messages_arrive_in_order_from_any_thread(self) -> None:
        streams = Streams()
        connection = opened(streams)
        async with streams.subscribe(connection) as stream:
            thread = threading.Thread(target=lambda: [streams.send(connection, str(n)) for n in range(100)])
            thread.start()
            received = await take(stream, 100)
            thread.join()

        assert received == [str(n) for n in range(100)]

    async def test_a_reader_that_does_not_keep_up_makes_the_sender_wait_not_lose(self) -> None:
        streams = Streams(StreamLimits(replay_events=2))
        connection = opened(streams)
        async with streams.subscribe(connection) as stream:
            streams.send(connection, "1")
            streams.send(connection, "2")
            with pytest.raises(SlowReader):
                streams.send(connection, "3")

            assert await take(stream, 2) == ["1", "2"]
            assert streams.send(connection, "3") == 3

    def test_more_connections_than_allowed_are_refused(self) -> None:
        streams = Streams(StreamLimits(connections=1))
        opened(streams)

        with pytest.raises(TooManyConnections, match="1 connections are open"):
            streams.open()


class TestResuming:
    async def test_what_was_sent_between_two_streams_is_delivered_by_the_second(self) -> None:
        streams = Streams()
        connection = opened(streams)
        async with streams.subscribe(connection) as stream:
            streams.send(connection, "1")
            await take(stream, 1)
        streams.send(connection, "2")

        async with streams.subscribe(connection, event_id(streams, connection, 1)) as stream:
            assert await take(stream, 1) == ["2"]

    async def test_an_event_that_the_client_did_not_see_is_sent_again(self) -> None:
        streams = Streams()
        connection = opened(streams)
        for text in ("1", "2", "3"):
            streams.send(connection, text)
        async with streams.subscribe(connection) as stream:
            await take(stream, 3)

        async with streams.subscribe(connection, event_id(streams, connection, 1)) as stream:
            assert await take(stream, 2) == ["2", "3"]

    async def test_what_is_no_longer_held_is_reported_as_a_gap(self) -> None:
        streams = Streams(StreamLimits(replay_events=2))
        connection = opened(streams)
        for text in ("1", "2", "3", "4"):
            streams.send(connection, text)

        async with streams.subscribe(connection, event_id(streams, connection, 0)) as stream:
            assert await take(stream, 3) == [Gap(1, 2), "3", "4"]

    async def test_the_bound_in_bytes_holds_too(self) -> None:
        streams = Streams(StreamLimits(replay_bytes=100))
        connection = opened(streams)
        for n in range(10):
            streams.send(connection, str(n) * 40)

        async with streams.subscribe(connection, event_id(streams, connection, 0)) as stream:
            gap, *kept = await take(stream, 3)
        assert isinstance(gap, Gap)
        assert kept == ["8" * 40, "9" * 40]

    async def test_the_newest_stream_wins(self) -> None:
        streams = Streams()
        connection = opened(streams)
        async with streams.subscribe(connection) as old, streams.subscribe(connection) as new:
            streams.send(connection, "x")

            assert await take(new, 1) == ["x"]
            assert await rest(old) == []
            assert old.superseded

    async def test_an_old_stream_that_ends_late_does_not_detach_the_new_one(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(resume_window_s=10), clock=clock)
        connection = opened(streams)
        old = streams.subscribe(connection)
        async with streams.subscribe(connection) as new:
            old.end()
            clock.now += 60
            streams._broker.expire()
            streams.send(connection, "still here")

            assert await take(new, 1) == ["still here"]

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


class TestRetries:
    def test_a_key_is_claimed_once(self) -> None:
        streams = Streams()
        connection = opened(streams)

        assert streams.claim(connection, "key", "first") == "first"
        assert streams.claim(connection, "key", "second") == "first"
        assert streams.claim(opened(streams), "key", "other connection") == "other connection"

    def test_only_the_latest_keys_are_remembered(self) -> None:
        streams = Streams(StreamLimits(idempotency_keys=1))
        connection = opened(streams)
        streams.claim(connection, "a", "1")
        streams.claim(connection, "b", "2")

        assert streams.claim(connection, "a", "3") == "3"

    def test_nothing_is_claimed_for_a_connection_that_is_gone(self) -> None:
        with pytest.raises(ConnectionGone):
            Streams().claim("nobody", "key", "answer")


class TestSession:
    def test_the_secret_is_not_the_id_and_the_id_is_not_the_secret(self) -> None:
        streams = Streams()
        connection = streams.open()

        assert connection.session != connection.connection_id
        with pytest.raises(ConnectionGone):
            streams.connection_of(connection.connection_id)

    def test_the_secret_speaks_for_its_connection_until_it_ends(self) -> None:
        streams = Streams()
        connection = streams.open()
        streams.activate(connection.connection_id)

        assert streams.connection_of(connection.session) == connection.connection_id
        streams.close(connection.connection_id)
        with pytest.raises(ConnectionGone):
            streams.connection_of(connection.session)


class TestEnding:
    async def test_what_was_sent_before_the_close_still_arrives(self) -> None:
        streams = Streams()
        connection = opened(streams)
        async with streams.subscribe(connection) as stream:
            streams.send(connection, "last words")
            streams.close(connection, 1000, "bye")

            assert await rest(stream) == ["last words"]
            assert stream.closed
            assert (stream.close_code, stream.close_reason) == (1000, "bye")

    def test_only_one_call_closes(self) -> None:
        streams = Streams()
        connection = opened(streams)

        assert [streams.close(connection), streams.close(connection)] == [True, False]

    def test_a_refused_connection_never_was(self) -> None:
        streams = Streams()
        pending = streams.open()
        streams.annotate(pending.connection_id, user="ana")
        streams.abandon(pending.connection_id)

        assert streams.find() == []
        assert not streams.close(pending.connection_id)

    async def test_the_application_is_told_once_with_what_it_had_annotated(self) -> None:
        streams = Streams()
        connection = opened(streams, attributes={"user": "ana"})
        told: asyncio.Queue[Closed] = asyncio.Queue()
        running = asyncio.create_task(streams.run(told.put))
        await asyncio.sleep(0)
        for thread in [threading.Thread(target=streams.close, args=(connection, 1001, "bye")) for _ in range(8)]:
            thread.start()

        assert await asyncio.wait_for(told.get(), 2) == Closed(connection, 1001, "bye", {"user": "ana"})
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

    async def test_a_client_that_does_not_come_back_is_gone_after_the_window(self) -> None:
        clock = Clock()
        streams = Streams(StreamLimits(resume_window_s=60), clock=clock)
        connection = opened(streams)
        async with streams.subscribe(connection):
            clock.now += 3600
            assert streams._broker.expire() == 0
        clock.now += 59
        assert streams._broker.expire() == 0
        clock.now += 1
        assert streams._broker.expire() == 1

    async def test_a_connection_is_given_a_moment_for_its_first_stream(self) -> None:
        clock = Clock()
        streams = Streams(clock=clock)
        opened(streams, resume_window_s=0)

        assert streams._broker.expire() == 0
        clock.now += 6
        assert streams._broker.expire() == 1

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
        assert await asyncio.wait_for(told.get(), 2) == quick
        clock.now += 11
        assert await asyncio.wait_for(told.get(), 5) == lost
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for task in streams._telling:
            task.cancel()

    async def test_without_a_window_the_connection_ends_with_its_stream(self) -> None:
        streams = Streams()
        connection = opened(streams, resume_window_s=0)
        async with streams.subscribe(connection):
            pass

        with pytest.raises(ConnectionGone):
            streams.info(connection)

    async def test_shutdown_closes_everybody(self) -> None:
        streams = Streams()
        connections = [opened(streams), opened(streams)]
        told: list[Closed] = []

        async def on_disconnect(closed: Closed) -> None:
            told.append(closed)

        await streams.shutdown(on_disconnect)

        assert [(closed.connection_id, closed.code) for closed in told] == [(c, 1001) for c in connections]


class TestAnnotations:
    def test_connections_are_found_by_all_the_given_attributes(self) -> None:
        streams = Streams()
        ana, bo, cy = (opened(streams) for _ in range(3))
        streams.annotate(ana, tenant="acme", user="ana")
        streams.annotate(bo, tenant="acme", user="bo")
        streams.annotate(cy, tenant="other", user="ana")

        assert [found["connection_id"] for found in streams.find(tenant="acme")] == [ana, bo]
        assert [found["connection_id"] for found in streams.find(tenant="acme", user="ana")] == [ana]
        assert len(streams.find()) == 3
        assert streams.find(tenant="nobody") == []
        assert streams.find(never_set=None) == []

    def test_a_changed_attribute_is_found_under_its_new_value_only(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.annotate(connection, room="a", kept=1)
        streams.annotate(connection, room="b")

        assert streams.find(room="a") == []
        assert streams.find(room="b", kept=1) == [{"connection_id": connection, "room": "b", "kept": 1}]

    def test_values_that_can_not_be_indexed_are_compared(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.annotate(connection, tags=["x"])

        assert streams.find(tags=["x"])
        assert not streams.find(tags=["y"])

    def test_what_is_found_is_a_copy(self) -> None:
        streams = Streams()
        connection = opened(streams)
        streams.annotate(connection, room="a")
        streams.annotate(connection, seats=[1])
        streams.find(room="a")[0]["room"] = "changed"
        streams.attributes(connection)["seats"].append(2)

        assert streams.attributes(connection) == {"connection_id": connection, "room": "a", "seats": [1]}

    def test_nothing_can_be_annotated_to_a_connection_that_is_gone(self) -> None:
        streams = Streams()
        with pytest.raises(ConnectionGone):
            streams.annotate("nobody", a=1)
        with pytest.raises(ConnectionGone):
            streams.attributes("nobody")
        streams.forget("nobody")

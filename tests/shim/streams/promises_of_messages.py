"""What any broker promises of messages: none is lost in silence, and none comes twice."""

from __future__ import annotations

import asyncio

import pytest

from shim.streams import ConnectionGone, Gap, PayloadTooLarge, SlowReader, TooManyConnections
from tests.shim.streams.promising import (
    World,
    last_id,
    opened,
    promise,
    rest,
    take,
    until,
)


@promise
async def nobody_can_send_to_a_connection_that_is_unknown_pending_or_closed(world: World) -> None:
    streams = await world.streams()
    pending = (await streams.awaiting.open()).connection_id
    closed = await opened(streams)
    await streams.awaiting.close(closed)

    for gone in ("nobody", pending, closed):
        with pytest.raises(ConnectionGone, match="is gone"):
            await streams.awaiting.send(gone, "x")


@promise
async def a_message_over_the_limit_is_refused_with_both_numbers(world: World) -> None:
    streams = await world.streams(payload_bytes=4)
    connection = await opened(streams)

    with pytest.raises(PayloadTooLarge, match="the message has 6 bytes; at most 4 are allowed"):
        await streams.awaiting.send(connection, "äöü")
    with pytest.raises(PayloadTooLarge):
        await streams.awaiting.broadcast("12345")


@promise
async def an_id_is_taken_once(world: World) -> None:
    streams = await world.streams()
    await streams.awaiting.open("BFaT_fALIAMCKug=")

    with pytest.raises(ValueError, match="is taken"):
        await streams.awaiting.open("BFaT_fALIAMCKug=")


@promise
async def more_connections_than_allowed_are_refused(world: World) -> None:
    streams = await world.streams(connections=1)
    connection = await opened(streams)
    with pytest.raises(TooManyConnections, match="1 connections are open"):
        await streams.awaiting.open()
    await streams.awaiting.close(connection)

    assert await opened(streams)


@promise
async def messages_are_numbered_and_arrive_byte_for_byte_in_order(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    sent = ["text", "", "a\r\nb\n", "ä\u2028ö", b"\xff\x00", "x" * 70_000]
    async with await streams.awaiting.subscribe(connection) as stream:
        numbers = [await streams.awaiting.send(connection, data) for data in sent]

        assert numbers == [1, 2, 3, 4, 5, 6]
        assert await take(stream, 6) == sent


@promise
async def bytes_that_are_sent_as_binary_stay_so(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    async with await streams.awaiting.subscribe(connection) as stream:
        await streams.awaiting.send(connection, b"text", binary=True)

        assert await take(stream, 1) == [b"text"]


@promise
async def a_thread_may_send_by_the_blocking_method(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    async with await streams.awaiting.subscribe(connection) as stream:
        await asyncio.to_thread(lambda: [streams.send(connection, str(n)) for n in range(20)])

        assert await take(stream, 20) == [str(n) for n in range(20)]


@promise
async def a_reader_that_does_not_keep_up_makes_the_sender_wait_not_lose(world: World) -> None:
    streams = await world.streams(replay_events=2)
    connection = await opened(streams)
    attachment = await streams.awaiting.attach(connection, None, lambda: None)
    await streams.awaiting.send(connection, "1")
    await streams.awaiting.send(connection, "2")
    with pytest.raises(SlowReader):
        await streams.awaiting.send(connection, "3")

    assert len(attachment.take() or []) == 2
    assert await streams.awaiting.send(connection, "3") == 3


@promise
async def a_client_that_does_not_read_is_closed_with_a_reason(world: World) -> None:
    streams = await world.streams(replay_events=1, slow_reader_s=30)
    connection = await opened(streams)
    attachment = await streams.awaiting.attach(connection, None, lambda: None)
    await streams.awaiting.send(connection, "1")
    with pytest.raises(SlowReader):
        await streams.awaiting.send(connection, "2")
    world.pass_time(29)
    assert await streams.awaiting.expire() == 0
    world.pass_time(2)

    assert await streams.awaiting.expire() == 1
    await until(lambda: attachment.closed)
    assert (attachment.close_code, attachment.close_reason) == (1008, "the client does not read what is sent to it")


@promise
async def without_a_stream_the_oldest_make_room_and_the_client_is_told(world: World) -> None:
    streams = await world.streams(replay_events=2)
    connection = await opened(streams)
    for text in ("1", "2", "3", "4"):
        await streams.awaiting.send(connection, text)

    async with await streams.awaiting.subscribe(connection) as stream:
        assert await take(stream, 3) == [Gap(1, 2), "3", "4"]


@promise
async def the_bound_in_bytes_holds_too(world: World) -> None:
    streams = await world.streams(replay_bytes=100)
    connection = await opened(streams)
    for n in range(10):
        await streams.awaiting.send(connection, str(n) * 40)

    async with await streams.awaiting.subscribe(connection) as stream:
        assert await take(stream, 3) == [Gap(1, 8), "8" * 40, "9" * 40]


@promise
async def what_was_sent_between_two_streams_is_delivered_by_the_second(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    await streams.awaiting.send(connection, "1")
    async with await streams.awaiting.subscribe(connection) as stream:
        seen = await last_id(stream, 1)
    await streams.awaiting.send(connection, "2")

    async with await streams.awaiting.subscribe(connection, seen) as stream:
        assert await take(stream, 1) == ["2"]


@promise
async def an_event_that_the_client_did_not_see_is_sent_again(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    for text in ("1", "2", "3"):
        await streams.awaiting.send(connection, text)
    async with await streams.awaiting.subscribe(connection) as stream:
        seen = await last_id(stream, 1)
        await take(stream, 2)

    async with await streams.awaiting.subscribe(connection, seen) as stream:
        assert await take(stream, 2) == ["2", "3"]


@promise
async def an_id_that_is_not_ours_skips_nothing(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    await streams.awaiting.send(connection, "1")
    epoch = (await streams.awaiting.info(connection)).epoch

    for lie in ("", "x", "a-b", "a-" + "9" * 40, "a-٣", "-1-1x", "other-1", f"{epoch}-99", f"{epoch}.7-99"):
        async with await streams.awaiting.subscribe(connection, lie):
            pass  # takes nothing
    async with await streams.awaiting.subscribe(connection, f"{epoch}-99") as stream:
        assert await take(stream, 1) == ["1"]


@promise
async def the_newest_stream_wins(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    async with (
        await streams.awaiting.subscribe(connection) as old,
        await streams.awaiting.subscribe(connection) as new,
    ):
        await streams.awaiting.send(connection, "x")

        assert await take(new, 1) == ["x"]
        assert await rest(old) == []
        assert old.superseded


@promise
async def an_old_stream_that_ends_late_does_not_detach_the_new_one(world: World) -> None:
    streams = await world.streams(resume_window_s=10)
    connection = await opened(streams)
    old = await streams.awaiting.subscribe(connection)
    async with await streams.awaiting.subscribe(connection) as new:
        old.end()
        world.pass_time(11)
        await streams.awaiting.expire()
        await streams.awaiting.send(connection, "still here")

        assert await take(new, 1) == ["still here"]

"""What any broker promises. `PROMISES` are functions of a `World`; `test_memory.py` and `test_redis.py` run them all.

Everything goes through `streams.awaiting`, as faces and back ends go; time passes by `World.pass_time`, not by waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

import pytest

from shim.streams import (
    Closed,
    ConnectionGone,
    Event,
    Gap,
    PayloadTooLarge,
    SlowReader,
    Streams,
    Subscription,
    TooManyConnections,
)


class World(Protocol):
    """Brokers to be tried, and their clock."""

    async def streams(self, **limits: Any) -> Streams:
        """New ones, of which nobody knows anything."""

    def pass_time(self, seconds: float) -> None: ...


Promise = Callable[[World], Awaitable[None]]
PROMISES: list[Promise] = []


def promise(function: Promise) -> Promise:
    PROMISES.append(function)
    return function


async def opened(streams: Streams, **options: Any) -> str:
    connection = (await streams.awaiting.open(**options)).connection_id
    await streams.awaiting.activate(connection)
    return connection


async def take(stream: AsyncIterator[Event | Gap], count: int) -> list[str | bytes | Gap]:
    taken: list[str | bytes | Gap] = []
    async with asyncio.timeout(5):
        while len(taken) < count:
            event = await anext(stream)
            taken.append(event if isinstance(event, Gap) else event.payload)
    return taken


async def rest(stream: AsyncIterator[Event | Gap]) -> list[str | bytes | Gap]:
    async with asyncio.timeout(5):
        return [event if isinstance(event, Gap) else event.payload async for event in stream]


async def last_id(stream: Subscription, count: int) -> str:
    """The id of the last of so many events, as the client has it."""
    found = b""
    async with asyncio.timeout(5):
        for _ in range(count):
            found = stream.encode(await anext(stream))
    return found.partition(b"\n")[0].removeprefix(b"id: ").decode()


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


@promise
async def a_key_is_claimed_once_and_the_latest_are_remembered(world: World) -> None:
    streams = await world.streams(idempotency_keys=2)
    connection = await opened(streams)

    assert await streams.awaiting.claim(connection, "a", "first") == "first"
    assert await streams.awaiting.claim(connection, "a", "second") == "first"
    assert await streams.awaiting.claim(await opened(streams), "a", "another's") == "another's"
    await streams.awaiting.claim(connection, "b", "1")
    await streams.awaiting.claim(connection, "c", "1")
    assert await streams.awaiting.claim(connection, "a", "forgotten") == "forgotten"
    with pytest.raises(ConnectionGone):
        await streams.awaiting.claim("nobody", "a", "1")


@promise
async def the_secret_speaks_for_its_connection_until_it_ends(world: World) -> None:
    streams = await world.streams()
    connection = await streams.awaiting.open()
    await streams.awaiting.activate(connection.connection_id)

    assert await streams.awaiting.connection_of(connection.session) == connection.connection_id
    with pytest.raises(ConnectionGone):
        await streams.awaiting.connection_of(connection.connection_id)
    await streams.awaiting.close(connection.connection_id)
    with pytest.raises(ConnectionGone):
        await streams.awaiting.connection_of(connection.session)


@promise
async def what_was_sent_before_the_close_still_arrives(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    async with await streams.awaiting.subscribe(connection) as stream:
        await streams.awaiting.send(connection, "last words")

        assert [await streams.awaiting.close(connection, 4000, "bye") for _ in range(2)] == [True, False]
        assert await rest(stream) == ["last words"]
        assert stream.closed
        assert (stream.close_code, stream.close_reason) == (4000, "bye")


@promise
async def a_refused_connection_never_was(world: World) -> None:
    streams = await world.streams()
    pending = await streams.awaiting.open()
    await streams.awaiting.annotate(pending.connection_id, user="ana")
    await streams.awaiting.abandon(pending.connection_id)

    assert await streams.awaiting.find() == []
    assert not await streams.awaiting.close(pending.connection_id)
    with pytest.raises(ConnectionGone):
        await streams.awaiting.activate(pending.connection_id)


@promise
async def the_application_is_told_once_with_what_it_had_annotated(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams, attributes={"user": "ana"})
    told: asyncio.Queue[Closed] = asyncio.Queue()
    running = asyncio.create_task(streams.run(told.put))
    await asyncio.gather(*(streams.awaiting.close(connection, 1001, "bye") for _ in range(8)))

    assert await asyncio.wait_for(told.get(), 5) == Closed(connection, 1001, "bye", {"user": "ana"})
    await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert told.empty()
    assert await streams.awaiting.find() == []


@promise
async def a_client_that_does_not_come_back_is_gone_after_the_window(world: World) -> None:
    streams = await world.streams(resume_window_s=60)
    connection = await opened(streams)
    async with await streams.awaiting.subscribe(connection):
        world.pass_time(3600)
        assert await streams.awaiting.expire() == 0
    await until_async(lambda: _is_detached(streams, connection))
    world.pass_time(58)
    assert await streams.awaiting.expire() == 0
    world.pass_time(3)
    assert await streams.awaiting.expire() == 1
    with pytest.raises(ConnectionGone):
        await streams.awaiting.info(connection)


@promise
async def a_connection_is_given_a_moment_for_its_first_stream(world: World) -> None:
    streams = await world.streams()
    await opened(streams, resume_window_s=0)

    assert await streams.awaiting.expire() == 0
    world.pass_time(6)
    assert await streams.awaiting.expire() == 1


@promise
async def without_a_window_the_connection_ends_with_its_stream(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams, resume_window_s=0)
    async with await streams.awaiting.subscribe(connection):
        pass

    await until_async(lambda: _is_gone(streams, connection))


@promise
async def a_broadcast_reaches_all_or_those_that_are_named(world: World) -> None:
    streams = await world.streams()
    first, second, gone = await opened(streams), await opened(streams), await opened(streams)
    await streams.awaiting.close(gone)
    async with (
        await streams.awaiting.subscribe(first) as one,
        await streams.awaiting.subscribe(second) as other,
    ):
        assert await streams.awaiting.broadcast("all") == 2
        assert await streams.awaiting.broadcast("some", [second, gone, "nobody"]) == 1
        await streams.awaiting.send(first, "end")
        await streams.awaiting.send(second, "end")

        assert await take(one, 2) == ["all", "end"]
        assert await take(other, 3) == ["all", "some", "end"]


@promise
async def broadcasts_and_pushes_have_one_order_and_are_resumed_together(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    for n in range(3):
        await streams.awaiting.send(connection, f"push {n}")
        await streams.awaiting.broadcast(f"all {n}")
    sent = [f"{kind} {n}" for n in range(3) for kind in ("push", "all")]
    for already in range(1, 6):
        async with await streams.awaiting.subscribe(connection, f"{await _epoch(streams, connection)}-0") as stream:
            seen = await last_id(stream, already)
        async with await streams.awaiting.subscribe(connection, seen) as stream:
            assert await take(stream, 6 - already) == sent[already:]


@promise
async def connections_are_found_by_all_the_given_attributes(world: World) -> None:
    streams = await world.streams()
    ana, bo, cy = [await opened(streams) for _ in range(3)]
    await streams.awaiting.annotate(ana, tenant="acme", user="ana")
    await streams.awaiting.annotate(bo, tenant="acme", user="bo")
    await streams.awaiting.annotate(cy, tenant="other", user="ana", tags=["x"])

    async def found(**wanted: Any) -> list[str]:
        return [one["connection_id"] for one in await streams.awaiting.find(**wanted)]

    assert await found(tenant="acme") == [ana, bo]
    assert await found(tenant="acme", user="ana") == [ana]
    assert await found() == [ana, bo, cy]
    assert await found(tags=["x"]) == [cy]
    for nobody in ({"tenant": "nobody"}, {"never_set": None}, {"tags": ["y"]}):
        assert await found(**nobody) == []


@promise
async def a_changed_attribute_is_found_under_its_new_value_only(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    await streams.awaiting.annotate(connection, room="a", kept=1)
    await streams.awaiting.annotate(connection, room="b")

    assert await streams.awaiting.find(room="a") == []
    assert await streams.awaiting.find(room="b", kept=1) == [{"connection_id": connection, "room": "b", "kept": 1}]
    assert await streams.awaiting.attributes(connection) == {"connection_id": connection, "room": "b", "kept": 1}
    await streams.awaiting.forget(connection)
    assert await streams.awaiting.find() == []


@promise
async def nothing_can_be_annotated_to_a_connection_that_is_gone(world: World) -> None:
    streams = await world.streams()
    with pytest.raises(ConnectionGone):
        await streams.awaiting.annotate("nobody", a=1)
    with pytest.raises(ConnectionGone):
        await streams.awaiting.attributes("nobody")
    await streams.awaiting.forget("nobody")


@promise
async def what_is_told_of_a_connection_is_how_it_is(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    before = await streams.awaiting.info(connection)
    world.pass_time(10)
    await streams.awaiting.touch(connection)
    after = await streams.awaiting.info(connection)
    await streams.awaiting.send(connection, "four")
    (shown,) = await streams.awaiting.snapshots()

    assert after.opened_at == before.opened_at
    assert after.last_active_at >= before.last_active_at + 10
    assert (shown.connection_id, shown.sent, shown.waiting_bytes, shown.kept_events) == (connection, 1, 4, 1)
    assert [event.payload for event in await streams.awaiting.kept(connection)] == ["four"]
    with pytest.raises(ConnectionGone):
        await streams.awaiting.touch("nobody")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def until_async(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def _epoch(streams: Streams, connection: str) -> str:
    return (await streams.awaiting.info(connection)).epoch


async def _is_detached(streams: Streams, connection: str) -> bool:
    return not any(one.attached for one in await streams.awaiting.snapshots() if one.connection_id == connection)


async def _is_gone(streams: Streams, connection: str) -> bool:
    try:
        await streams.awaiting.info(connection)
    except ConnectionGone:
        return True
    return False

"""What any broker promises of connections: who speaks for them, what is kept beside them, and how they end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shim.streams import Claimed, ClaimState, Closed, ConnectionGone
from tests.shim.streams.promising import (
    World,
    epoch_of,
    is_detached,
    is_gone,
    last_id,
    opened,
    promise,
    rest,
    take,
    until_async,
)


@promise
async def a_key_is_claimed_once_and_the_latest_are_remembered(world: World) -> None:
    streams = await world.streams(idempotency_keys=2)
    connection, other = await opened(streams), await opened(streams)

    assert await streams.awaiting.claim(connection, "a", "first") == Claimed("first", ClaimState.FIRST)
    assert await streams.awaiting.claim(connection, "a", "second") == Claimed("first", ClaimState.UNDER_WAY)
    assert await streams.awaiting.claim(other, "a", "another's") == Claimed("another's", ClaimState.FIRST)
    await streams.awaiting.claim(connection, "b", "1")
    await streams.awaiting.claim(connection, "c", "1")
    assert await streams.awaiting.claim(connection, "a", "forgotten") == Claimed("forgotten", ClaimState.FIRST)
    with pytest.raises(ConnectionGone):
        await streams.awaiting.claim("nobody", "a", "1")


@promise
async def what_was_claimed_is_ended_once_and_by_whoever_claimed_it(world: World) -> None:
    streams = await world.streams()
    connection = await opened(streams)
    await streams.awaiting.claim(connection, "a", "two words\nand a line")
    await streams.awaiting.end_claim(connection, "a", "of another")
    assert (await streams.awaiting.claim(connection, "a", "again")).state is ClaimState.UNDER_WAY
    await streams.awaiting.end_claim(connection, "a", "two words\nand a line")
    await streams.awaiting.end_claim(connection, "a", "two words\nand a line", "not any more")
    await streams.awaiting.give_back_claim(connection, "a", "two words\nand a line")

    assert await streams.awaiting.claim(connection, "a", "again") == Claimed("two words\nand a line", ClaimState.ENDED)
    await streams.awaiting.claim(connection, "b", "1")
    await streams.awaiting.end_claim(connection, "b", "1", "500")
    assert await streams.awaiting.claim(connection, "b", "2") == Claimed("500", ClaimState.ENDED)
    await streams.awaiting.end_claim("nobody", "a", "1")


@promise
async def what_was_given_back_may_be_claimed_by_another(world: World) -> None:
    streams = await world.streams(idempotency_keys=2)
    connection = await opened(streams)
    for attempt in ("first", "second"):
        assert await streams.awaiting.claim(connection, "a", attempt) == Claimed(attempt, ClaimState.FIRST)
        await streams.awaiting.give_back_claim(connection, "a", "of another")
        assert (await streams.awaiting.claim(connection, "a", "too early")).state is ClaimState.UNDER_WAY
        await streams.awaiting.give_back_claim(connection, "a", attempt)
    await streams.awaiting.give_back_claim("nobody", "a", "first")


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

    assert await asyncio.wait_for(told.get(), 30) == Closed(connection, 1001, "bye", {"user": "ana"})
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
    await until_async(lambda: is_detached(streams, connection))
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

    await until_async(lambda: is_gone(streams, connection))


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
        async with await streams.awaiting.subscribe(connection, f"{await epoch_of(streams, connection)}-0") as stream:
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
async def nothing_can_be_annotated_to_a_connection_thatis_gone(world: World) -> None:
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

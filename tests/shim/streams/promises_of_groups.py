"""What any broker promises of groups: those that are equal in some attributes, at the moment of the broadcast."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shim.streams import PayloadTooLarge, Streams
from tests.shim.streams.promising import (
    World,
    epoch_of,
    is_detached,
    last_id,
    opened,
    promise,
    rest,
    take,
    until_async,
)


async def member(streams: Streams, **attributes: Any) -> str:
    return await opened(streams, attributes=attributes)


async def received(streams: Streams, *connections: str) -> list[list[Any]]:
    """All that was sent to each, which it takes only now."""
    found = []
    for connection in connections:
        async with await streams.awaiting.subscribe(connection) as stream:
            await streams.awaiting.close(connection)
            found.append(await rest(stream))
    return found


@promise
async def a_group_is_all_that_are_equal_in_every_attribute(world: World) -> None:
    streams = await world.streams()
    ana = await member(streams, room="a", role="host")
    bo = await member(streams, room="a", role="guest")
    cy = await member(streams, room="b", role="host")
    nobody = await opened(streams)

    assert await streams.awaiting.broadcast("room", group={"room": "a"}) == 2
    assert await streams.awaiting.broadcast("host", group={"room": "a", "role": "host"}) == 1
    assert await streams.awaiting.broadcast("empty", group={"room": "c"}) == 0
    assert await streams.awaiting.broadcast("never", group={"seat": "a"}) == 0
    assert await streams.awaiting.broadcast("annotated", group={}) == 3
    assert await received(streams, ana, bo, cy, nobody) == [
        ["room", "host", "annotated"],
        ["room", "annotated"],
        ["annotated"],
        [],
    ]


@promise
async def whoever_is_not_open_is_in_no_group(world: World) -> None:
    streams = await world.streams()
    gone = await member(streams, room="a")
    await streams.awaiting.close(gone)
    pending = (await streams.awaiting.open(attributes={"room": "a"})).connection_id

    assert await streams.awaiting.broadcast("early", group={"room": "a"}) == 0
    await streams.awaiting.activate(pending)
    assert await streams.awaiting.broadcast("in time", group={"room": "a"}) == 1
    assert await received(streams, pending) == [["in time"]]


@promise
async def membership_is_that_of_the_broadcast_whatever_changes_before_the_stream_comes_back(world: World) -> None:
    streams = await world.streams()
    leaves = await member(streams, room="a")
    joins = await member(streams, room="b")
    async with await streams.awaiting.subscribe(leaves) as stream:
        await streams.awaiting.send(leaves, "first")
        seen = await last_id(stream, 1)
    await streams.awaiting.broadcast("while in a", group={"room": "a"})
    await streams.awaiting.annotate(leaves, room="b")
    await streams.awaiting.annotate(joins, room="a")
    await streams.awaiting.broadcast("after", group={"room": "a"})
    await streams.awaiting.forget(joins)
    async with await streams.awaiting.subscribe(leaves, seen) as stream:
        await streams.awaiting.close(leaves)
        assert await rest(stream) == ["while in a"]
    assert await received(streams, joins) == [["after"]]


@promise
async def broadcasts_to_groups_and_pushes_have_one_order_and_are_resumed_together(world: World) -> None:
    streams = await world.streams()
    connection, other = await member(streams, room="a"), await member(streams, room="b")
    for n in range(3):
        await streams.awaiting.send(connection, f"push {n}")
        await streams.awaiting.broadcast(f"b {n}", group={"room": "b"})
        await streams.awaiting.broadcast(f"a {n}", group={"room": "a"})
        await streams.awaiting.broadcast(f"all {n}")
    sent = [f"{kind} {n}" for n in range(3) for kind in ("push", "a", "all")]
    seen = f"{await epoch_of(streams, connection)}-0"
    for text in sent:
        async with await streams.awaiting.subscribe(connection, seen) as stream:
            assert await take(stream, 1) == [text]
        async with await streams.awaiting.subscribe(connection, seen) as stream:
            seen = await last_id(stream, 1)
    assert await received(streams, other) == [[f"{kind} {n}" for n in range(3) for kind in ("b", "all")]]


@promise
async def a_group_of_any_value_is_what_find_finds(world: World) -> None:
    streams = await world.streams()
    connections = {}
    for value in ("1", 1, True, None, 1.5, ["x"], {"k": "v"}, "", "\n", "ä"):
        connections[repr(value)] = await member(streams, of=value)
        await streams.awaiting.annotate(connections[repr(value)], more="yes")
    for value in ("1", None, 1.5, ["x"], {"k": "v"}, "", "\n", "ä"):
        found = [one["connection_id"] for one in await streams.awaiting.find(of=value, more="yes")]
        assert found == [connections[repr(value)]]
        assert await streams.awaiting.broadcast(repr(value), group={"more": "yes", "of": value}) == 1
        assert await received(streams, *found) == [[repr(value)]]


@promise
async def a_thread_may_broadcast_by_the_blocking_method(world: World) -> None:
    streams = await world.streams()
    connection = await member(streams, room="a", tags=["x"])
    async with await streams.awaiting.subscribe(connection) as stream:
        assert await in_thread(streams, {"room": "a"}) == 1
        assert await in_thread(streams, {"tags": ["x"]}) == 1
        assert await in_thread(streams, {"room": "b"}) == 0

        assert await take(stream, 2) == ["text", "text"]


async def in_thread(streams: Streams, group: dict[str, Any]) -> int:
    return await asyncio.to_thread(streams.broadcast, "text", group=group)


@promise
async def what_cannot_be_a_broadcast_is_refused(world: World) -> None:
    streams = await world.streams(payload_bytes=4)
    connection = await member(streams, room="a")

    with pytest.raises(ValueError, match="to connection ids or to a group"):
        await streams.awaiting.broadcast("x", [connection], group={"room": "a"})
    with pytest.raises(ValueError, match="to connection ids or to a group"):
        streams.broadcast("x", [connection], group={"room": "a"})
    with pytest.raises(PayloadTooLarge):
        await streams.awaiting.broadcast("12345", group={"room": "a"})
    assert await received(streams, connection) == [[]]


@promise
async def what_only_others_were_sent_is_no_gap(world: World) -> None:
    streams = await world.streams(broadcast_events=4)
    quiet, busy = await member(streams, room="a"), await member(streams, room="b")
    async with await streams.awaiting.subscribe(busy) as others:
        async with await streams.awaiting.subscribe(quiet) as stream:
            await streams.awaiting.broadcast("first", group={"room": "a"})
            seen = await last_id(stream, 1)
            for n in range(12):  # more than are kept, while its stream is there
                await streams.awaiting.broadcast(str(n), group={"room": "b"})
                assert await take(others, 1) == [str(n)]
        await until_async(lambda: is_detached(streams, quiet))
        async with await streams.awaiting.subscribe(quiet, seen):
            pass  # and one that brought nothing
        await until_async(lambda: is_detached(streams, quiet))
        await streams.awaiting.broadcast("second", group={"room": "a"})

        async with await streams.awaiting.subscribe(quiet, seen) as stream:
            assert await take(stream, 1) == ["second"]


@promise
async def what_the_client_did_not_see_is_sent_again_whatever_others_were_sent_since(world: World) -> None:
    streams = await world.streams()
    quiet, busy = await member(streams, room="a"), await member(streams, room="b")
    async with await streams.awaiting.subscribe(busy) as others:
        async with await streams.awaiting.subscribe(quiet) as stream:
            await streams.awaiting.broadcast("first", group={"room": "a"})
            seen = await last_id(stream, 1)
            await streams.awaiting.broadcast("second", group={"room": "a"})
            assert await take(stream, 1) == ["second"]  # which the client does not get
            for n in range(3):
                await streams.awaiting.broadcast(str(n), group={"room": "b"})
                assert await take(others, 1) == [str(n)]
        await until_async(lambda: is_detached(streams, quiet))

        async with await streams.awaiting.subscribe(quiet, seen) as stream:
            assert await take(stream, 1) == ["second"]

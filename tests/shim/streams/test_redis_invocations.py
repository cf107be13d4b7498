"""A call that is repeated at another node is carried out once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shim.streams import BrokerUnavailable, ConnectionGone
from shim.streams.redis.scripts_of_messages import KNOWN_BYTES, KNOWN_MS
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_world import RedisWorld


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=1.0, check_s=3600)
    yield world
    await world.close()


async def bodies(streams: RedisStreams, connection_id: str) -> list[str]:
    return [str(event.payload) for event in await streams.awaiting.kept(connection_id)]


async def test_calls_without_a_name_are_all_new(world: RedisWorld) -> None:
    streams = await world.streams()
    connection_id = await opened(streams)

    assert [await streams.awaiting.send(connection_id, "x") for _ in range(3)] == [1, 2, 3]


async def test_the_same_name_for_another_connection_is_another_call(world: RedisWorld) -> None:
    streams = await world.streams()
    sent = [await streams.awaiting.send(await opened(streams), "x", invocation="i") for _ in range(2)]

    assert sent == [1, 1]


async def test_at_any_node_and_at_the_same_time_it_is_sent_once(world: RedisWorld) -> None:
    nodes = [await world.streams() for _ in range(3)]
    connection_id = await opened(nodes[0])
    asked = [node.awaiting.send(connection_id, "x", invocation="i") for node in nodes for _ in range(5)]

    assert sorted(await asyncio.gather(*asked)) == [*[0] * 14, 1]
    assert await nodes[1].awaiting.send(connection_id, "y", invocation="i2") == 2
    assert await bodies(nodes[2], connection_id) == ["x", "y"]


async def test_one_that_was_not_carried_out_is_new(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    pending = (await here.awaiting.open()).connection_id
    with pytest.raises(ConnectionGone):
        await here.awaiting.send(pending, "x", invocation="i")
    await here.awaiting.activate(pending)

    assert await there.awaiting.send(pending, "x", invocation="i") == 1


async def test_one_that_got_no_answer_is_sent_once_whatever_became_of_it(
    world: RedisWorld, redis_server: RedisServer
) -> None:
    here, there = await world.streams(), await world.streams()
    connection_id = await opened(here)
    await there.awaiting.info(connection_id)
    redis_server.pause()
    try:
        with pytest.raises(BrokerUnavailable):
            await here.awaiting.send(connection_id, "x", invocation="i")
    finally:
        redis_server.go_on()
    await there.awaiting.send(connection_id, "x", invocation="i")

    assert await bodies(there, connection_id) == ["x"]


async def test_a_broadcast_that_is_repeated_reaches_nobody(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    for _ in range(3):
        await opened(here)
    sent = [await node.awaiting.broadcast("x", invocation="i") for node in (here, there, here)]

    assert sent == [3, 0, 0]
    assert await there.awaiting.broadcast("x", invocation="j") == 3


async def test_what_is_remembered_is_bounded_and_goes(world: RedisWorld) -> None:
    streams = await world.streams()
    connection_id = await opened(streams)
    for number in range(200):
        await streams.awaiting.send(connection_id, "x", invocation=f"{number}-" + "long" * 300)
    client = world.client()
    (name,) = [key async for key in client.scan_iter(f"*{world.options.prefix}*:{connection_id}:i")]
    size, lives_ms = await client.strlen(name), await client.pttl(name)
    await client.aclose()

    assert size == KNOWN_BYTES
    assert 0 < lives_ms <= KNOWN_MS
    assert await streams.awaiting.send(connection_id, "x", invocation="150-" + "long" * 300) == 0


async def test_a_connection_that_nobody_pushes_to_by_name_costs_nothing(world: RedisWorld) -> None:
    streams = await world.streams()
    connection_id = await opened(streams)
    await streams.awaiting.send(connection_id, "x")
    client = world.client()
    names = [key async for key in client.scan_iter(f"*{world.options.prefix}*:{connection_id}:i")]
    await client.aclose()

    assert names == []

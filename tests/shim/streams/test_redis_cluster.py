"""The broker in a Cluster keeps what any broker promises, though no script sees more than one slot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shim.streams import BrokerUnavailable, Gap
from shim.streams.redis.keys import Keys, partition_of
from tests.redis_cluster import RedisCluster
from tests.shim.streams import promises_of_connections, promises_of_groups, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise, opened, rest, take, until
from tests.shim.streams.redis_world import RedisWorld, dead, stop, told_by

assert promises_of_connections
assert promises_of_groups
assert promises_of_messages  # which fill PROMISES


@pytest.fixture
async def world(redis_cluster: RedisCluster) -> AsyncIterator[RedisWorld]:
    """Whose nodes do not lose their leases when time jumps."""
    world = RedisWorld(redis_cluster.url, lease_s=1e6)
    yield world
    await world.close()


async def test_what_one_node_does_the_other_delivers_from_all_masters(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connections = [await opened(here) for _ in range(24)]
    streams = [await there.awaiting.subscribe(connection) for connection in connections]
    for n, connection in enumerate(connections):
        await here.awaiting.send(connection, f"own {n}")
    assert await here.awaiting.broadcast("all") == 24
    assert await here.awaiting.broadcast("some", connections[::2]) == 12
    for n, (connection, stream) in enumerate(zip(connections, streams, strict=True)):
        await here.awaiting.close(connection)
        assert await rest(stream) == [f"own {n}", "all", *(["some"] if n % 2 == 0 else [])]
        stream.end()
    assert len({partition_of(connection, world.options.count) for connection in connections}) > 1


async def test_those_that_a_dead_node_had_end_once_in_every_partition(redis_cluster: RedisCluster) -> None:
    world = RedisWorld(redis_cluster.url)
    try:
        here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
        connections = [await opened(here, attributes={"n": n}) for n in range(24)]
        for connection in connections:
            await here.awaiting.subscribe(connection)
        await dead(here)
        await world.live(world.options.lease_s + 1, there)
        await there.awaiting.expire()
        told, running = await told_by(there)
        await world.live(61, there)
        await until(lambda: len(told) >= 24)
        await stop(running)

        assert sorted(closed.connection_id for closed in told) == sorted(connections)
        assert {closed.code for closed in told} == {1006}
        assert await there.awaiting.find() == []
    finally:
        await world.close()


async def test_a_slot_that_moves_while_messages_are_sent_loses_and_repeats_none(
    world: RedisWorld, redis_cluster: RedisCluster
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    slot = Keys(world.options.prefix, partition_of(connection, world.options.count), world.options.count).slot
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "before")
        assert await take(stream, 1) == ["before"]
        refused, sent = set[str](), list[str]()

        async def push() -> None:
            for n in range(60):
                try:
                    await here.awaiting.send(connection, str(n))
                    sent.append(str(n))
                except BrokerUnavailable:
                    refused.add(str(n))
                await asyncio.sleep(0.002)

        pushing = asyncio.create_task(push())
        await asyncio.to_thread(redis_cluster.move, slot)
        await pushing
        await here.awaiting.send(connection, "after")
        received: list[object] = []
        while not received or received[-1] != "after":
            received += await take(stream, 1)

        texts = [text for text in received if not isinstance(text, Gap)]  # another server answers: that is told
        assert [text for text in texts if text not in refused] == [*sent, "after"]
        assert len(texts) == len(set(texts))


def _is_slow(promise: Promise) -> bool:
    """Those of messages are kept in each run; the others in the long one."""
    return promise.__module__ != promises_of_messages.__name__


@pytest.mark.parametrize(
    "promise",
    [pytest.param(one, marks=[pytest.mark.slow] if _is_slow(one) else []) for one in PROMISES],
    ids=lambda promise: promise.__name__,
)
async def test_cluster(promise: Promise, world: RedisWorld) -> None:
    await promise(world)

"""Another server takes over, and may lack the latest: nodes find it, go on, and tell their clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from shim.streams import BrokerUnavailable, Gap
from tests.redis_cluster import RedisCluster, eventually
from tests.redis_sentinels import RedisSentinels
from tests.shim.streams import promises_of_connections, promises_of_groups, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise, last_id, opened, take, until
from tests.shim.streams.redis_world import RedisWorld, at_last, stop, told_by

assert promises_of_connections
assert promises_of_groups
assert promises_of_messages  # which fill PROMISES


@pytest.fixture
def sentinels() -> Iterator[RedisSentinels]:
    servers = RedisSentinels()
    yield servers
    servers.close()


@pytest.fixture
def cluster() -> Iterator[RedisCluster]:
    """With a replica for each master."""
    servers = RedisCluster(3, 3)
    yield servers
    servers.close()


async def test_what_the_new_master_lacks_is_told_as_a_gap_and_all_that_follows_arrives(
    sentinels: RedisSentinels,
) -> None:
    world = RedisWorld(sentinels.url)
    here, there = await world.streams(), await world.streams()
    attached, resumed, idle = [await opened(here) for _ in range(3)]
    stream = await there.awaiting.subscribe(attached)
    idle_stream = await there.awaiting.subscribe(idle)
    before = await here.awaiting.subscribe(resumed)
    told, running = await told_by(here, there)
    try:
        await here.awaiting.send(attached, "kept")
        await here.awaiting.send(resumed, "kept too")
        seen = await last_id(before, 1)
        before.end()
        await asyncio.to_thread(sentinels.replicated)
        sentinels.cut()
        await here.awaiting.send(attached, "lost, but seen")
        await here.awaiting.send(resumed, "lost and never seen")
        await here.awaiting.broadcast("lost by all")
        assert await take(stream, 3) == ["kept", "lost, but seen", "lost by all"]
        assert await take(idle_stream, 1) == ["lost by all"]
        sentinels.lose_the_master()
        await asyncio.to_thread(sentinels.promoted)
        for text in ("a", "b", "c"):  # as many as were lost, and more
            await at_last(partial(here.awaiting.send, attached, text))
            await at_last(partial(here.awaiting.send, resumed, text))
        await here.awaiting.broadcast("to all again")

        gap, *texts = await take(stream, 5)
        assert isinstance(gap, Gap)
        assert texts == ["a", "b", "c", "to all again"]
        gap, text = await take(idle_stream, 2)
        assert isinstance(gap, Gap)
        assert text == "to all again"
        async with await there.awaiting.subscribe(resumed, seen) as again:
            gap, *texts = await take(again, 5)
            assert isinstance(gap, Gap)
            assert texts == ["a", "b", "c", "to all again"]
        assert told == []
    finally:
        await stop(running)
        await world.close()


@pytest.mark.slow
async def test_threads_find_the_new_master_too(sentinels: RedisSentinels) -> None:
    world = RedisWorld(sentinels.url)
    node = await world.streams()
    connection = await opened(node)

    def send(text: str) -> bool:
        try:
            return node.send(connection, text) > 0
        except BrokerUnavailable:
            return False

    try:
        assert await asyncio.to_thread(send, "before")
        await asyncio.to_thread(sentinels.replicated)
        sentinels.kill(sentinels.master)
        await asyncio.to_thread(sentinels.promoted)
        await asyncio.to_thread(eventually, lambda: send("after"))
        async with await at_last(partial(node.awaiting.subscribe, connection)) as stream:
            gap, *texts = await take(stream, 3)

        assert isinstance(gap, Gap)
        assert texts == ["before", "after"]
    finally:
        await world.close()


@pytest.mark.slow
async def test_in_a_cluster_a_replica_takes_over_and_the_others_go_on_meanwhile(cluster: RedisCluster) -> None:
    world = RedisWorld(cluster.url)
    here, there = await world.streams(), await world.streams()
    connections = [await opened(here) for _ in range(24)]
    streams = [await there.awaiting.subscribe(connection) for connection in connections]
    told, running = await told_by(here, there)
    try:
        await here.awaiting.broadcast("before")
        for stream in streams:
            assert await take(stream, 1) == ["before"]
        await asyncio.to_thread(lambda: [cluster.client(place).execute_command("WAIT", 1, 5000) for place in range(3)])
        cluster.kill(0)
        refused = 0
        ended = ""
        for connection in connections:
            try:
                await here.awaiting.send(connection, "meanwhile")
            except BrokerUnavailable:
                refused += 1
            else:
                ended = connection
        assert 0 < refused < 24
        await here.awaiting.close(ended, 4000, "bye")
        await until(lambda: bool(told))
        place = connections.index(ended)
        del connections[place], streams[place]
        for connection in connections:
            await at_last(partial(here.awaiting.send, connection, "after"))
        gaps = 0
        for stream in streams:
            received = await take(stream, 1)
            while received[-1] != "after":
                received += await take(stream, 1)
            gaps += any(isinstance(one, Gap) for one in received)
        assert gaps == refused
        assert [(closed.connection_id, closed.code) for closed in told] == [(ended, 4000)]
    finally:
        await stop(running)
        await world.close()


@pytest.fixture(scope="module")
def quiet_sentinels() -> Iterator[RedisSentinels]:
    servers = RedisSentinels()
    yield servers
    servers.close()


@pytest.fixture
async def world(quiet_sentinels: RedisSentinels) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(quiet_sentinels.url, lease_s=1e6)
    yield world
    await world.close()


@pytest.mark.slow
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_behind_sentinels(promise: Promise, world: RedisWorld) -> None:
    await promise(world)

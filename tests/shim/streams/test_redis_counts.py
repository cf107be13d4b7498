"""What a node counts of its dealings with Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shim.streams import BrokerUnavailable, Event
from shim.streams.redis.counts import RedisCounts
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened, until
from tests.shim.streams.redis_world import RedisWorld, stop, told_by


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=0.5, check_s=3600)
    yield world
    await world.close()


class TestAway:
    def test_time_away_adds_up(self) -> None:
        counts = RedisCounts()
        counts.unanswered(10.0)
        counts.unanswered(12.0)
        assert counts.away_s(13.0) == 3.0
        counts.answered(5, 0.001, 14.0)
        assert counts.away_s(20.0) == 0.0
        counts.unanswered(20.0)

        assert (counts.away_before_s, counts.away_s(21.0), counts.failures["away"], counts.calls) == (4.0, 1.0, 3, 5)

    async def test_a_server_that_stands_still_is_away_until_it_goes_on(
        self, world: RedisWorld, redis_server: RedisServer
    ) -> None:
        streams = await world.streams()
        connection_id = await opened(streams)
        redis_server.pause()
        try:
            with pytest.raises(BrokerUnavailable):
                await streams.awaiting.touch(connection_id)
            assert streams.counts.away_since is not None
        finally:
            redis_server.go_on()
        await streams.awaiting.touch(connection_id)

        assert streams.counts.away_since is None
        assert streams.counts.away_before_s > 0

    async def test_what_redis_refuses_is_no_absence(self, world: RedisWorld) -> None:
        streams = await world.streams()
        connection_id = await opened(streams)
        client = world.client()
        await client.set(f"{world.tag}:{connection_id}:c", "not a hash")
        await client.aclose()
        with pytest.raises(BrokerUnavailable):
            await streams.awaiting.touch(connection_id)

        assert (streams.counts.failures["refused"], streams.counts.away_since) == (1, None)


async def test_what_comes_with_the_wake_up_is_told_from_what_has_to_be_read(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection_id = await opened(here)
    subscription = await here.awaiting.subscribe(connection_id)
    await here.awaiting.send(connection_id, "own")
    await there.awaiting.send(connection_id, "of another node")
    await until(lambda: here.counts.straight == 2)
    (member,) = await here.members()
    member._tasks[0].cancel()  # the one that listens
    await there.awaiting.send(connection_id, "nobody listened")
    await member.node.check()
    await until(lambda: here.counts.read == 1)
    events = [await anext(subscription) for _ in range(3)]

    assert [event.message.data for event in events if isinstance(event, Event)] == [
        b"own",
        b"of another node",
        b"nobody listened",
    ]
    assert (here.counts.found["missed"], here.counts.straight) == (1, 2)


async def test_a_connection_whose_last_stream_was_at_another_node_is_taken_over(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection_id = await opened(here)
    for streams in (here, here, there, here):
        (await streams.awaiting.subscribe(connection_id)).end()
        await streams.awaiting.info(connection_id)  # after it was told

    assert (here.counts.resumed, here.counts.taken_over) == (2, 1)
    assert (there.counts.resumed, there.counts.taken_over) == (1, 1)


async def test_ends_and_all_connections_are_counted(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    first, _second = await opened(here), await opened(there)
    told, tasks = await told_by(here)
    await until(lambda: here.counts.open_everywhere == 2)
    await here.awaiting.close(first)
    await until(lambda: here.counts.told == 1 and here.counts.open_everywhere == 1)
    await stop(tasks)

    assert [closed.connection_id for closed in told] == [first]

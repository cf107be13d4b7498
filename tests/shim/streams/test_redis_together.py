"""What nodes count together in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_world import RedisWorld


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=5.0, check_s=3600, lease_s=3600)
    yield world
    await world.close()


class TestTokens:
    async def test_all_nodes_take_from_one_bucket(self, world: RedisWorld) -> None:
        nodes = [await world.streams() for _ in range(3)]
        taken = [await node.together.take_tokens("x", 0.001, 10, 4) for node in nodes]

        assert [one.taken for one in taken] == [4, 4, 2]

    async def test_of_those_who_ask_at_the_same_time_none_gets_what_another_got(self, world: RedisWorld) -> None:
        nodes = [await world.streams() for _ in range(2)]
        asked = [node.together.take_tokens("x", 0.001, 50, 3) for node in nodes for _ in range(20)]

        assert sum(one.taken for one in await asyncio.gather(*asked)) == 50

    async def test_it_fills_with_time_and_not_beyond_its_burst(self, world: RedisWorld) -> None:
        streams = await world.streams()
        take = streams.together.take_tokens
        assert (await take("x", 2.0, 10, 10)).taken == 10
        empty = await take("x", 2.0, 10, 1)
        assert empty.taken == 0
        assert 0 < empty.more_in_s <= 0.5
        world.pass_time(2)
        assert (await take("x", 2.0, 10, 3)).taken == 3
        world.pass_time(3600)

        assert (await take("x", 2.0, 10, 100)).taken == 10

    async def test_buckets_are_apart_and_worker_threads_have_the_same(self, world: RedisWorld) -> None:
        streams = await world.streams()
        assert (await streams.together.take_tokens("x", 0.001, 5, 5)).taken == 5
        other = await asyncio.to_thread(streams.take_tokens, "y", 0.001, 5, 2)
        same = await asyncio.to_thread(streams.take_tokens, "x", 0.001, 5, 2)

        assert (other[0], same[0]) == (2, 0)


class TestSeats:
    async def test_all_nodes_count_the_same_seats(self, world: RedisWorld) -> None:
        here, there = await world.streams(), await world.streams()
        for streams in (here, there):
            assert await streams.together.take_seat("ana", await opened(streams), 2)
        third = await opened(here)

        assert not await here.together.take_seat("ana", third, 2)
        assert await here.together.take_seat("bo", third, 2)

    async def test_a_seat_that_is_given_back_is_free(self, world: RedisWorld) -> None:
        here, there = await world.streams(), await world.streams()
        first, second = await opened(here), await opened(there)
        assert await here.together.take_seat("ana", first, 1)
        assert await here.together.take_seat("ana", first, 1)  # whose it is
        assert not await there.together.take_seat("ana", second, 1)
        await there.together.leave_seat("ana", first)

        assert await there.together.take_seat("ana", second, 1)

    async def test_the_seat_of_a_connection_whose_node_died_is_free_when_it_is_wanted(self, world: RedisWorld) -> None:
        streams = await world.streams()
        for number in range(3):
            assert await streams.together.take_seat("ana", f"never-opened-{number}", 4)
        living = await opened(streams)
        assert await streams.together.take_seat("ana", living, 4)
        assert not await streams.together.take_seat("ana", "new", 4)  # they may be about to open
        world.pass_time(11)

        assert await streams.together.take_seat("ana", "new", 4)
        world.pass_time(11)
        assert not await streams.together.take_seat("ana", "newer", 1)

    async def test_more_seats_than_are_looked_at_at_once(self, world: RedisWorld) -> None:
        streams = await world.streams()
        living = [await opened(streams) for _ in range(3)]
        for one in [*living, *(f"gone-{number}" for number in range(600))]:
            assert await streams.together.take_seat("ana", one, 603)
        world.pass_time(11)

        assert await streams.together.take_seat("ana", "new", 603)
        assert not await streams.together.take_seat("ana", "newer", 4)

    async def test_a_seat_is_one_round_trip(self, world: RedisWorld) -> None:
        streams = await world.streams()
        connection_id = await opened(streams)
        before = streams.counts.calls
        await streams.together.take_seat("ana", connection_id, 2)

        assert streams.counts.calls - before == 1


async def test_in_a_cluster_it_is_all_the_same(redis_cluster: RedisCluster) -> None:
    """Each step touches keys of one slot, which a Cluster insists on."""
    world = RedisWorld(redis_cluster.url, timeout_s=5.0, check_s=3600)
    here, there = await world.streams(), await world.streams()
    living = [await opened(here) for _ in range(4)]
    seats = [await streams.together.take_seat("ana", one, 3) for one in living for streams in (here, there)]
    world.pass_time(11)
    tokens = [(await streams.together.take_tokens("x", 0.001, 5, 3)).taken for streams in (here, there)]
    issued = [await here.tickets.issue(f"{n}", b"u", f"192.0.2.{n}", most=3, most_own=1, seconds=30) for n in range(4)]
    spent = [await streams.tickets.spend("1", b"s", "192.0.2.1") for streams in (here, there)]
    for one in living:
        await here.answers.keep(one, "k", one)
        await here.awaiting.claim(one, "k", one)
    answers = [await there.answers.find(one, "k") for one in living]
    taken = [(await there.awaiting.claim(one, "k", "again")).text for one in living]
    repeats = [await streams.awaiting.send(living[0], "x", invocation="i") for streams in (here, there)]
    pushed = [await streams.awaiting.broadcast("x", invocation="j") for streams in (here, there)]
    full = not await here.together.take_seat("ana", living[3], 3)
    await world.close()

    assert seats == [True] * 6 + [False] * 2
    assert full
    assert tokens == [3, 2]
    assert issued == [True, True, True, False]
    assert spent == [True, False]
    assert answers == taken == living
    assert (repeats, pushed) == ([1, 0], [4, 0])

"""A node that ends lets go of its streams one after the other; each client is told soon, and misses nothing."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams.redis.leaving import LEAST_AT_ONCE, SLICE_S, some_at_once
from tests.shim.streams.promising import opened, rest, take
from tests.shim.streams.redis_world import RedisWorld


async def test_streams_that_are_still_here_are_written_while_others_have_ended(world: RedisWorld) -> None:
    here = await world.streams(drain_spread_ms=60_000)
    connections = [await opened(here) for _ in range(2 * LEAST_AT_ONCE)]
    streams = [await here.awaiting.subscribe(one) for one in connections]
    leaving = asyncio.ensure_future(here.awaiting.leave())
    assert await rest(streams[0]) == []

    await here.awaiting.send(connections[-1], "in time")
    assert await take(streams[-1], 1) == ["in time"]
    assert await rest(streams[-1]) == []
    await leaving


async def test_who_comes_to_a_node_that_is_leaving_is_sent_on_at_once(world: RedisWorld) -> None:
    here, there = await world.streams(drain_spread_ms=60_000), await world.streams()
    for _ in range(2 * LEAST_AT_ONCE):
        await here.awaiting.subscribe(await opened(here))
    leaving = asyncio.ensure_future(here.awaiting.leave())
    await asyncio.sleep(0)

    late = await opened(there)
    assert await rest(await here.awaiting.subscribe(late)) == []
    assert not leaving.done()
    await there.awaiting.send(late, "kept")
    async with await there.awaiting.subscribe(late) as stream:
        assert await take(stream, 1) == ["kept"]
    await leaving


async def test_a_node_that_has_not_begun_has_nothing_to_let_go_of(world: RedisWorld) -> None:
    here = await world.streams()
    await here.awaiting.leave()

    assert here.counts.hosted.total() == 0


@pytest.mark.parametrize(
    ("count", "spread_s", "at_once"), [(0, 0, 1), (7, 0, 7), (7, 5, 10), (1_000, 5, 10), (9_000, 5, 90)]
)
def test_few_have_gone_soon_and_many_in_time(count: int, spread_s: float, at_once: int) -> None:
    assert some_at_once(count, spread_s) == at_once


@given(st.integers(0, 1_000_000), st.floats(SLICE_S, 600))
def test_it_never_takes_longer_than_it_may(count: int, spread_s: float) -> None:
    assert (count - 1) // some_at_once(count, spread_s) * SLICE_S < spread_s

"""A node that ends lets go of its streams one after the other; each client is told soon, and misses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.streams import Closed
from shim.streams.redis.leaving import LEAST_AT_ONCE, SLICE_S, some_at_once
from shim.streams.redis.lua import Script
from shim.streams.redis.registry import Registry
from shim.streams.redis.scripts_of_connections import DETACH
from shim.streams.redis.streams import RedisStreams
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


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Connections of which Redis does not hear that their streams ended, while they are in it."""
    unheard: list[str] = []
    post = Registry.post

    def lossy(
        registry: Registry, script: Script, connection_id: str, arguments: tuple[str | bytes | int, ...], read: Any
    ) -> None:
        if script is not DETACH or connection_id not in unheard:
            post(registry, script, connection_id, arguments, read)

    with monkeypatch.context() as during:
        during.setattr(Registry, "post", lossy)
        yield unheard


async def ended_unheard(node: RedisStreams, connection: str, unheard: list[str]) -> None:
    stream = await node.awaiting.subscribe(connection)
    unheard.append(connection)
    stream.end()


async def test_what_redis_did_not_hear_of_when_a_stream_ended_it_hears_when_the_node_leaves(
    world: RedisWorld, unheard: list[str]
) -> None:
    here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    await ended_unheard(here, await opened(here), unheard)
    unheard.clear()
    await here.shutdown(nobody)

    await world.live(61, there)
    assert await there.awaiting.expire() == 1


async def test_what_it_never_hears_of_others_find_at_once_as_of_a_dead_node(
    world: RedisWorld, unheard: list[str]
) -> None:
    here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    await ended_unheard(here, await opened(there), unheard)
    await here.shutdown(nobody)

    assert await there.awaiting.expire() == 0  # its window begins
    await world.live(61, there)
    assert await there.awaiting.expire() == 1


async def nobody(closed: Closed) -> None:
    raise AssertionError(closed)


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

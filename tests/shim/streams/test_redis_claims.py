"""Who handles a message that is sent again, when the node is gone that had taken it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shim.streams import Claimed, ClaimState
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_world import RedisWorld, dead

LEASE_S = 30


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=5, check_s=3600, lease_s=LEASE_S)
    yield world
    await world.close()


async def state(node: RedisStreams, connection: str, text: str = "again") -> ClaimState:
    return (await node.awaiting.claim(connection, "k", text)).state


async def test_as_long_as_the_lease_of_the_node_lasts_nobody_else_does(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(there)
    await here.awaiting.claim(connection, "k", "here")
    await dead(here)
    await world.live(LEASE_S - 1, there)
    before = await state(there, connection)
    await world.live(2, there)

    assert before is ClaimState.UNDER_WAY
    assert await state(there, connection, "there") is ClaimState.FIRST
    assert await state(there, connection) is ClaimState.UNDER_WAY


async def test_nor_as_long_as_it_renews_it(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(there)
    await here.awaiting.claim(connection, "k", "here")
    await world.live(10 * LEASE_S, here, there)

    assert await state(there, connection) is ClaimState.UNDER_WAY


async def test_what_a_dead_node_had_ended_is_not_taken_over(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(there)
    await here.awaiting.claim(connection, "k", "here")
    await here.awaiting.end_claim(connection, "k", "here")
    await dead(here)
    await world.live(LEASE_S + 1, there)

    assert await there.awaiting.claim(connection, "k", "there") == Claimed("here", ClaimState.ENDED)


async def test_of_a_node_that_was_told_to_end_it_is_taken_over_at_once(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(there)
    await here.awaiting.claim(connection, "k", "here")
    for member in await here.members():
        await member.leave()

    assert await state(there, connection) is ClaimState.FIRST


@pytest.mark.parametrize("late", ["end_claim", "give_back_claim"])
async def test_a_node_that_was_given_up_does_not_end_what_another_has_taken_over(world: RedisWorld, late: str) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(there)
    await here.awaiting.claim(connection, "k", "here")
    await state(there, connection)
    await world.live(LEASE_S + 1, there)
    taken = await state(there, connection, "there")
    await getattr(here.awaiting, late)(connection, "k", "here")

    assert taken is ClaimState.FIRST
    assert await state(here, connection) is ClaimState.UNDER_WAY


async def test_a_claim_that_was_given_back_before_redis_read_it_is_none(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    await here.awaiting.give_back_claim(connection, "k", "late")
    late = await state(here, connection, "late")

    assert late is not ClaimState.FIRST
    assert await state(there, connection) is ClaimState.FIRST
    assert await state(here, connection, "late") is ClaimState.UNDER_WAY


async def test_worker_threads_claim_for_their_node(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)

    assert here.claim(connection, "k", "1") == Claimed("1", ClaimState.FIRST)
    assert await state(there, connection) is ClaimState.UNDER_WAY
    here.give_back_claim(connection, "k", "1")
    assert here.claim(connection, "k", "2") == Claimed("2", ClaimState.FIRST)
    here.end_claim(connection, "k", "2")
    assert await state(there, connection) is ClaimState.ENDED

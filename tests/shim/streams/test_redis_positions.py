"""Wake-ups that get lost are made good by position."""

from __future__ import annotations

import asyncio
from typing import Any

from shim.streams.redis.membership import Membership
from shim.streams.redis.positions import Positions
from shim.streams.redis.steps import Step
from tests.shim.streams.promising import opened, take, until
from tests.shim.streams.redis_world import RedisWorld, kill_subscriptions


async def test_wake_ups_that_were_lost_are_found_by_position(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        deaf = member.node.heard
        member._listening._heard = lambda _payload: None
        await here.awaiting.send(connection, "own")
        await here.awaiting.broadcast("all")
        await member.node.check()
        member._listening._heard = deaf

        assert await take(stream, 2) == ["own", "all"]


async def test_a_broadcast_does_not_overtake_a_message_that_was_not_heard(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        member._listening._heard = lambda _payload: None
        await here.awaiting.send(connection, "1")
        await asyncio.sleep(0.05)
        member.node.streams.hears(False)  # its subscription broke, and begins again
        member.node.streams.hears(True)
        member._listening._heard = member.node.heard
        await here.awaiting.broadcast("2")
        await until(lambda: member.node.streams.log.last == 1)

        assert stream._attachment.take() == []
        await member.node.check()
        assert await take(stream, 2) == ["1", "2"]


async def asked_already(positions: Positions, through: Membership) -> tuple[Step[bool], list[Any]]:
    """A comparison of all that there is, and what Redis said to it, which has not arrived yet."""
    check = positions._check(positions._registry.all())
    return check, await through.batches.run(Step(check.script, check.ids, check.arguments, list))


async def test_a_broadcast_that_is_heard_before_an_older_answer_arrives_is_kept(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,), (other,) = await there.members(), await here.members()
        check, answer = await asked_already(member.node.positions, other)
        await here.awaiting.broadcast("all")
        await until(lambda: member.node.streams.log.last == 1)
        check.read(answer)

        assert await take(stream, 1) == ["all"]


async def test_a_subscription_that_breaks_begins_again_and_misses_nothing(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "1")
        assert await take(stream, 1) == ["1"]
        await kill_subscriptions(world)
        await here.awaiting.send(connection, "2")

        assert await take(stream, 1) == ["2"]

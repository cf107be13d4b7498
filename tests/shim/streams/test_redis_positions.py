"""Wake-ups that get lost are made good by position."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shim.streams.connection import Message
from shim.streams.redis.membership import Membership
from shim.streams.redis.positions import Positions
from shim.streams.redis.scripts_of_messages import SEND
from shim.streams.redis.scripts_of_nodes import HOSTED
from shim.streams.redis.scripts_of_resuming import ATTACH
from shim.streams.redis.steps import Step
from shim.streams.redis.streams import RedisStreams
from shim.streams.subscription import Subscription
from tests.shim.streams.promising import is_detached, opened, take, until
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


@contextmanager
def hearing_only(member: Membership) -> Iterator[None]:
    """What this node posts does not leave it before the end."""
    kept: list[Step[Any]] = []
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(member.batches, "post", kept.append)
        yield
    for step in kept:
        member.batches.post(step)


async def give_up_all_but(node: RedisStreams, world: RedisWorld, connection: str) -> None:
    await world.live(world.options.lease_s + 1, node)
    await node.awaiting.expire()
    assert await is_detached(node, connection)


async def test_a_broadcast_does_not_overtake_a_message_that_was_sent_after_the_node_was_given_up(
    world: RedisWorld,
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        with hearing_only(member):
            await give_up_all_but(here, world, connection)
            await here.awaiting.send(connection, "1")
            await here.awaiting.broadcast("2")
            await until(lambda: member.node.streams.log.last == 1)

            assert stream._attachment.take() == []
        assert await take(stream, 2) == ["1", "2"]


async def test_what_was_asked_before_the_node_was_given_up_does_not_let_a_broadcast_pass(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,), (other,) = await there.members(), await here.members()
        check, answer = await asked_already(member.node.positions, other)
        with hearing_only(member):
            await give_up_all_but(here, world, connection)
            await here.awaiting.send(connection, "1")
            await here.awaiting.broadcast("2")
            await until(lambda: member.node.streams.log.last == 1)
            check.read(answer)  # which was under way for so long

            assert stream._attachment.take() == []
        assert await take(stream, 2) == ["1", "2"]


async def test_all_that_a_node_was_given_up_for_is_compared_at_once(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await world.streams(), await world.streams()
    connections = [await opened(here) for _ in range(20)]
    hosted = [(await there.awaiting.subscribe(one))._attachment for one in connections]
    (member,) = await there.members()
    posted: list[Step[Any]] = []
    monkeypatch.setattr(member.batches, "post", posted.append)
    for one in connections:
        member.node.heard(f"p {one}".encode())
    await asyncio.sleep(0)

    assert [step.ids for step in posted] == [tuple(connections)]
    for attachment in hosted:
        attachment.end()


async def test_a_broadcast_does_not_overtake_a_message_whose_sender_had_no_answer_and_repeated_it(
    world: RedisWorld,
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        arguments = there._operations.send_arguments(member.node.id, Message("1", 0.0), "i")
        await member.batches.run(Step(SEND, (connection,), arguments, list))  # and it hears nothing of it
        assert await here.awaiting.send(connection, "1", invocation="i") == 0
        await here.awaiting.broadcast("2")

        assert await take(stream, 1) == ["1"]
        assert await take(stream, 1) == ["2"]


async def test_a_subscription_that_breaks_begins_again_and_misses_nothing(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "1")
        assert await take(stream, 1) == ["1"]
        await kill_subscriptions(world)
        await here.awaiting.send(connection, "2")

        assert await take(stream, 1) == ["2"]


async def test_a_stream_that_begins_while_its_node_asks_what_it_holds_is_kept(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await world.streams()
    connection = await opened(node)
    (member,) = await node.members()
    await member.batches.run(Step(ATTACH, (connection,), (member.node.id, ""), list))  # and nobody knows
    run = member.batches.run
    begun: list[asyncio.Task[Subscription]] = []

    def begin() -> None:
        begun.append(asyncio.create_task(node.awaiting.subscribe(connection)))

    async def asked(step: Step[Any]) -> Any:
        if step.script is HOSTED:
            asyncio.get_running_loop().call_soon(begin)
        return await run(step)

    monkeypatch.setattr(member.batches, "run", asked)
    await member.node.check()
    async with await begun[0]:
        assert not await is_detached(node, connection)

"""Numbers of messages are those of one epoch: a connection that is written again begins anew."""

from __future__ import annotations

from functools import partial

from shim.streams import Gap
from tests.shim.streams.promising import opened, take, until
from tests.shim.streams.redis_world import RedisWorld, at_last, emptied, go_back, saved


async def test_what_was_sent_before_a_connection_was_written_again_does_not_take_the_number_of_what_comes_after(
    world: RedisWorld,
) -> None:
    """As when a node hears late what was sent before Redis lost everything."""
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        heard: list[bytes] = []
        member._listening._heard = heard.append
        await here.awaiting.send(connection, "before")
        await until(lambda: len(heard) == 1)
        await emptied(world)
        await member.node.check()
        assert isinstance((await take(stream, 1))[0], Gap)
        member._listening._heard = member.node.heard
        for payload in heard:
            member.node.heard(payload)
        await here.awaiting.send(connection, "1")
        await here.awaiting.send(connection, "2")

        assert await take(stream, 2) == ["1", "2"]


async def test_a_server_that_has_the_connection_as_it_was_before_it_was_written_again_goes_on_with_it(
    world: RedisWorld,
) -> None:
    """What it was sent there before its node came is not lost, and comes once, though it is heard late too."""
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "0")
        assert await take(stream, 1) == ["0"]
        before = await saved(world)
        await emptied(world)
        (member,) = await there.members()
        await member.node.check()
        assert isinstance((await take(stream, 1))[0], Gap)
        heard: list[bytes] = []
        member._listening._heard = heard.append
        await go_back(world, before, drops=False)
        await at_last(partial(here.awaiting.send, connection, "1"))
        await until(lambda: len(heard) == 1)
        await at_last(member.node.check)
        gap, one = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert one == "1"
        member._listening._heard = member.node.heard
        for payload in heard:
            member.node.heard(payload)
        await here.awaiting.send(connection, "2")
        await here.awaiting.send(connection, "3")

        assert await take(stream, 2) == ["2", "3"]

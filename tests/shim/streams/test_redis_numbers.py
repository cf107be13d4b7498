"""Numbers of messages are those of one epoch: a connection that is written again begins anew."""

from __future__ import annotations

from functools import partial

from shim.streams import Gap
from tests.shim.streams.promising import opened, take, until
from tests.shim.streams.redis_world import RedisWorld, at_last, emptied, go_back, saved


async def test_what_was_sent_before_a_connection_was_written_again_does_not_take_the_number_of_what_comes_after(
    world: RedisWorld,
) -> None:
    """As when a node listens to a server that took over, and compares positions before it hears what was sent there."""
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        before = await saved(world)
        await emptied(world)
        (member,) = await there.members()
        await member.node.check()
        assert isinstance((await take(stream, 1))[0], Gap)
        heard: list[bytes] = []
        member._listening._heard = heard.append
        await go_back(world, before, drops=False)
        await at_last(partial(here.awaiting.send, connection, "of the connection as it was"))
        await until(lambda: len(heard) == 1)
        await at_last(member.node.check)
        await at_last(member.node.check)
        assert isinstance((await take(stream, 1))[0], Gap)
        member._listening._heard = member.node.heard
        for payload in heard:
            member.node.heard(payload)
        await here.awaiting.send(connection, "1")
        await here.awaiting.send(connection, "2")

        assert await take(stream, 2) == ["1", "2"]

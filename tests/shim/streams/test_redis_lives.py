"""Several lives follow each other before a client hears of them: it gets nothing again, and hears of each loss."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from redis.asyncio import Redis

from shim.streams import Gap
from shim.streams.redis.streams import RedisStreams
from shim.streams.subscription import Subscription
from tests.shim.streams.promising import last_id, opened, take
from tests.shim.streams.redis_two import Two
from tests.shim.streams.redis_world import RedisWorld, at_last, go_back, saved


@pytest.fixture
async def world(two: Two) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(two.url)
    yield world
    await world.close()


async def begin_another_life(two: Two, place: int) -> None:
    """As when a node comes that another server answered meanwhile: nothing is lost here."""
    client = Redis.from_url(two.servers[place].url)
    await client.script_flush()
    await client.aclose()
    await two.drop_connections(place)


async def knows(node: RedisStreams, connection: str) -> None:
    """In which life the partition is, and what its streams have in it."""
    await at_last(partial(node.awaiting.info, connection))
    (member,) = await node.members()
    await at_last(member.node.check)


async def say(node: RedisStreams, connection: str, text: str) -> None:
    await at_last(partial(node.awaiting.send, connection, text))
    await at_last(partial(node.awaiting.broadcast, f"{text} to all"))


async def say_several(node: RedisStreams, connection: str) -> None:
    for number in range(6):
        await say(node, connection, str(number))


async def went_back(two: Two, world: RedisWorld, node: RedisStreams) -> tuple[str, str]:
    """A connection, and where its client is that heard several: the first server forgot them, the second has them."""
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        before = await saved(world)
        await say_several(node, connection)
        at = await last_id(stream, 12)
    await node.awaiting.info(connection)
    await two.replicate(world.options.prefix)
    await go_back(world, before)
    return connection, at


async def said(stream: Subscription, *texts: str) -> None:
    """After a gap or several."""
    found = await take(stream, 1)
    assert isinstance(found[0], Gap)
    wanted = [word for text in texts for word in (text, f"{text} to all")]
    heard: list[str | bytes | Gap] = []
    while len(heard) < len(wanted):
        heard += [one for one in await take(stream, 1) if not isinstance(one, Gap)]
    assert heard == wanted


@pytest.mark.parametrize("more", [1, 4])
async def test_a_server_with_more_of_which_others_heard_more_often_repeats_nothing(
    two: Two, world: RedisWorld, more: int
) -> None:
    node = await world.streams()
    connection, at_first = await went_back(two, world, node)
    there = await world.streams()
    async with await there.awaiting.subscribe(connection, at_first) as stream:
        await say(there, connection, "lost")
        assert isinstance(await anext(stream), Gap)
        at_second = await last_id(stream, 2)
    two.lead_to(1)
    other_side = await world.streams()
    for _ in range(more):
        await knows(other_side, connection)
        await begin_another_life(two, 1)
    await say(other_side, connection, "after")
    async with await at_last(partial(other_side.awaiting.subscribe, connection, at_second)) as stream:
        await said(stream, "after")


@pytest.mark.parametrize("more", [1, 4])
async def test_a_server_that_went_back_and_of_which_a_client_heard_more_often_does_not_hide_what_it_had_before(
    two: Two, world: RedisWorld, more: int
) -> None:
    node = await world.streams()
    connection, at = await went_back(two, world, node)
    for number in range(more + 1):
        async with await at_last(partial(node.awaiting.subscribe, connection, at)) as stream:
            await say(node, connection, f"lost {number}")
            assert isinstance(await anext(stream), Gap)
            at = await last_id(stream, 2)
        await begin_another_life(two, 0)
        await knows(node, connection)
    two.lead_to(1)
    await two.drop_connections(0)
    await say(node, connection, "after")
    async with await at_last(partial(node.awaiting.subscribe, connection, at)) as stream:
        await said(stream, "after")


@pytest.mark.parametrize("more", [1, 4])
async def test_a_stream_that_stays_gets_nothing_again_from_a_server_with_more(
    two: Two, world: RedisWorld, more: int
) -> None:
    node = await world.streams()
    connection, at_first = await went_back(two, world, node)
    there, other_side = await world.streams(), await world.streams()
    async with await there.awaiting.subscribe(connection, at_first) as stream:
        await say(there, connection, "lost")
        await said(stream, "lost")
        two.lead_to(1)
        await two.drop_connections(0)
        for _ in range(more):
            await knows(other_side, connection)
            await begin_another_life(two, 1)
        await say(there, connection, "after")
        await knows(there, connection)
        await said(stream, "after")


@pytest.mark.parametrize("stays", [False, True])
async def test_a_server_with_more_than_one_that_had_lost_everything_repeats_nothing(
    two: Two, world: RedisWorld, stays: bool
) -> None:
    node = await world.streams()
    connection = await opened(node)
    stream = await node.awaiting.subscribe(connection)
    await say_several(node, connection)
    await take(stream, 12)
    await node.awaiting.info(connection)
    await two.replicate(world.options.prefix)
    await go_back(world, {})
    (member,) = await node.members()
    await at_last(member.node.check)
    await say(node, connection, "lost")
    assert isinstance(await anext(stream), Gap)
    at = await last_id(stream, 2)
    two.lead_to(1)
    if stays:
        await two.drop_connections(0)
        await knows(node, connection)
    else:
        stream.end()
        node = await world.streams()
        stream = await node.awaiting.subscribe(connection, at)
    await say(node, connection, "after")
    await knows(node, connection)
    await said(stream, "after")
    stream.end()


async def test_what_was_sent_in_a_life_between_arrives(two: Two, world: RedisWorld) -> None:
    """A client that was away for the whole of it had more in the one before, of the same numbers."""
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        before = await saved(world)
        for text in ("1", "2"):
            await say(node, connection, text)
        at_first = await last_id(stream, 4)
    await go_back(world, before)
    await knows(node, connection)
    await say(node, connection, "3")
    await begin_another_life(two, 0)
    await knows(node, connection)
    await begin_another_life(two, 0)
    await say(node, connection, "4")
    async with await at_last(partial(node.awaiting.subscribe, connection, at_first)) as stream:
        await said(stream, "3", "4")


async def test_what_two_servers_have_of_a_life_that_the_client_was_not_in_comes_once(
    two: Two, world: RedisWorld
) -> None:
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        await say(node, connection, "1")
        at_first = await last_id(stream, 2)
    await begin_another_life(two, 0)
    await say(node, connection, "2")
    await two.replicate(world.options.prefix)
    await begin_another_life(two, 0)
    await knows(node, connection)
    async with await node.awaiting.subscribe(connection, at_first) as stream:
        assert isinstance(await anext(stream), Gap)
        assert await take(stream, 2) == ["2", "2 to all"]
        await say(node, connection, "lost")
        at_second = await last_id(stream, 2)
    two.lead_to(1)
    other_side = await world.streams()
    await say(other_side, connection, "3")
    async with await other_side.awaiting.subscribe(connection, at_second) as stream:
        await said(stream, "3")


@pytest.mark.parametrize("stays", [False, True])
async def test_a_gap_whose_size_nobody_knows_has_the_number_of_the_last_event_that_the_client_got(
    two: Two, world: RedisWorld, stays: bool
) -> None:
    """Client libraries take the number of a gap for that of the last event, in the life and the epoch of that one."""
    node = await world.streams()
    connection = await opened(node)
    stream = await node.awaiting.subscribe(connection)
    before = await saved(world)
    await say_several(node, connection)
    at = await last_id(stream, 12)
    await node.awaiting.info(connection)
    await two.replicate(world.options.prefix)
    await go_back(world, before)
    if not stays:
        stream.end()
        node = await world.streams()
        stream = await node.awaiting.subscribe(connection, at)
    await knows(node, connection)
    assert await take(stream, 1) == [Gap(7, 6)]
    two.lead_to(1)
    await two.drop_connections(0)
    await knows(node, connection)
    assert await take(stream, 1) == [Gap(7, 6)]
    stream.end()

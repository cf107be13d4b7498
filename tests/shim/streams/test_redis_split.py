"""Two servers that take themselves for the one: what either acknowledged is kept, or a gap is told of after it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from redis.asyncio import Redis

from shim.streams import BrokerUnavailable, Gap
from tests.shim.streams.promising import last_id, opened, take
from tests.shim.streams.redis_two import Two
from tests.shim.streams.redis_world import RedisWorld, at_last, go_back, saved


async def test_who_went_over_together_is_told_of_one_gap(two: Two) -> None:
    world = RedisWorld(two.url)
    here, there = await world.streams(), await world.streams()
    try:
        connection = await opened(here)
        async with await there.awaiting.subscribe(connection) as stream:
            await here.awaiting.send(connection, "before")
            assert await take(stream, 1) == ["before"]
            await two.replicate(world.options.prefix)
            two.lead_to(1)
            await two.drop_connections(0)
            for node in (there, here, there, here):
                with suppress(BrokerUnavailable):  # the connection that broke
                    await node.awaiting.info(connection)
                (member,) = await node.members()
                await at_last(member.node.check)
            await at_last(partial(here.awaiting.send, connection, "after"))

            gap, after = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert after == "after"
    finally:
        await world.close()


async def test_what_the_former_server_acknowledged_after_others_had_left_it_is_told_as_one_more_gap(two: Two) -> None:
    world = RedisWorld(two.url)
    left_behind = await world.streams()
    connection = await opened(left_behind)
    await left_behind.awaiting.send(connection, "before")
    await two.replicate(world.options.prefix)
    two.lead_to(1)
    there = await world.streams()
    try:
        async with await there.awaiting.subscribe(connection) as stream:
            gap, before = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert before == "before"
            await left_behind.awaiting.send(connection, "lost")
            await two.drop_connections(0)
            await at_last(partial(left_behind.awaiting.send, connection, "after"))
            (member,) = await there.members()
            await member.node.check()

            gap, after = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert after == "after"
    finally:
        await world.close()


async def test_a_server_that_comes_back_without_what_another_one_had_meanwhile_repeats_nothing(two: Two) -> None:
    world = RedisWorld(two.url)
    node = await world.streams()
    try:
        connection = await opened(node)
        async with await node.awaiting.subscribe(connection) as stream:
            await node.awaiting.send(connection, "before")
            assert await take(stream, 1) == ["before"]
            await two.replicate(world.options.prefix)
            (member,) = await node.members()
            for place, text in ((1, "lost"), (0, "after")):
                two.lead_to(place)
                await two.drop_connections(1 - place)
                await at_last(partial(node.awaiting.send, connection, text))
                await at_last(member.node.check)
                gap, sent = await take(stream, 2)
                assert isinstance(gap, Gap)
                assert sent == text
    finally:
        await world.close()


async def test_a_server_that_takes_over_with_more_than_one_that_went_back_repeats_nothing(two: Two) -> None:
    world = RedisWorld(two.url)
    node = await world.streams()
    try:
        connection = await opened(node)
        async with await node.awaiting.subscribe(connection) as stream:
            before = await saved(world)
            for text in ("1", "2"):
                await node.awaiting.send(connection, text)
                await node.awaiting.broadcast(f"{text} to all")
            assert await take(stream, 4) == ["1", "1 to all", "2", "2 to all"]
            await two.replicate(world.options.prefix)
            (member,) = await node.members()
            await go_back(world, before)
            await at_last(partial(node.awaiting.send, connection, "lost"))
            await at_last(partial(node.awaiting.broadcast, "lost to all"))
            await at_last(member.node.check)
            gap, *lost = await take(stream, 3)
            assert isinstance(gap, Gap)
            assert lost == ["lost", "lost to all"]
            two.lead_to(1)
            await two.drop_connections(0)
            await at_last(partial(node.awaiting.send, connection, "after"))
            await at_last(partial(node.awaiting.broadcast, "after to all"))
            await at_last(member.node.check)

            gap, *after = await take(stream, 3)
            assert isinstance(gap, Gap)
            assert after == ["after", "after to all"]
    finally:
        await world.close()


async def test_a_client_that_goes_to_the_other_server_and_back_gets_nothing_again(two: Two) -> None:
    world = RedisWorld(two.url)
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await here.awaiting.subscribe(connection) as stream:
        await there.awaiting.send(connection, "1")
        await there.awaiting.broadcast("1 to all")
        at_first = await last_id(stream, 2)
    await there.awaiting.send(connection, "2")
    await there.awaiting.broadcast("2 to all")
    await two.replicate(world.options.prefix)
    two.lead_to(1)
    other_side = await world.streams()
    try:
        async with await other_side.awaiting.subscribe(connection, at_first) as stream:
            assert isinstance(await anext(stream), Gap)
            at_second = await last_id(stream, 2)
        await here.awaiting.send(connection, "3")
        await other_side.awaiting.send(connection, "3 of the other side")
        async with await there.awaiting.subscribe(connection, at_second) as stream:
            assert isinstance(await anext(stream), Gap)
            at_third = await last_id(stream, 1)
            await here.awaiting.broadcast("3 to all")
            assert await take(stream, 1) == ["3 to all"]
        async with await other_side.awaiting.subscribe(connection, at_third) as stream:
            gap, *after = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert after == ["3 of the other side"]
            await other_side.awaiting.broadcast("4 to all")
            assert await take(stream, 1) == ["4 to all"]
    finally:
        await world.close()


async def test_a_stream_that_went_over_with_its_node_is_gone_on_with_at_the_former_server(two: Two) -> None:
    world = RedisWorld(two.url)
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    try:
        async with await here.awaiting.subscribe(connection) as stream:
            await there.awaiting.send(connection, "1")
            await there.awaiting.broadcast("1 to all")
            await take(stream, 2)
            await two.replicate(world.options.prefix)
            two.lead_to(1)
            (member,) = await here.members()
            member.batches._wire._transport.abort()
            await at_last(partial(here.awaiting.send, connection, "2"))
            await member.node.check()
            assert isinstance(await anext(stream), Gap)
            at_last_there = await last_id(stream, 1)
        async with await there.awaiting.subscribe(connection, at_last_there) as stream:
            assert isinstance(await anext(stream), Gap)
            await there.awaiting.send(connection, "2 of the former")
            assert await take(stream, 1) == ["2 of the former"]
    finally:
        await world.close()


async def test_a_client_that_was_at_a_server_that_went_back_gets_nothing_again_from_one_that_has_more(two: Two) -> None:
    world = RedisWorld(two.url)
    here = await world.streams()
    connection = await opened(here)
    try:
        async with await here.awaiting.subscribe(connection) as stream:
            before = await saved(world)
            for text in ("1", "2"):
                await here.awaiting.send(connection, text)
                await here.awaiting.broadcast(f"{text} to all")
            at_first = await last_id(stream, 4)
        await here.awaiting.info(connection)
        await two.replicate(world.options.prefix)
        await go_back(world, before)
        there = await world.streams()
        async with await there.awaiting.subscribe(connection, at_first) as stream:
            await there.awaiting.send(connection, "lost")
            gap, lost = await take(stream, 2)
            assert (isinstance(gap, Gap), lost) == (True, "lost")
            await there.awaiting.send(connection, "lost too")
            at_second = await last_id(stream, 1)
        two.lead_to(1)
        other_side = await world.streams()
        async with await other_side.awaiting.subscribe(connection, at_second) as stream:
            assert isinstance(await anext(stream), Gap)
            await other_side.awaiting.send(connection, "after")
            assert await take(stream, 1) == ["after"]
    finally:
        await world.close()


async def test_a_server_that_followed_another_one_in_between_may_lack_what_it_had(two: Two) -> None:
    """Of all that a replica had, what its master has takes the place: here, what the first had a while before."""
    world = RedisWorld(two.url)
    node = await world.streams()
    server = Redis.from_url(two.servers[0].url)
    try:
        connection = await opened(node)
        async with await node.awaiting.subscribe(connection) as stream:
            before = await saved(world)
            await node.awaiting.send(connection, "1")
            at_first = await last_id(stream, 1)
        await node.awaiting.info(connection)
        await server.replicaof("127.0.0.1", "1")
        await server.replicaof("NO", "ONE")
        await server.flushall()
        for key in before:
            await server.restore(key, 0, before[key])
        await two.drop_connections(0)
        await at_last(partial(node.awaiting.send, connection, "2"))
        async with await node.awaiting.subscribe(connection, at_first) as stream:
            gap, after = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert after == "2"
    finally:
        await server.aclose()
        await world.close()


async def test_a_client_gets_nothing_again_when_its_node_goes_over_to_where_it_was_before(two: Two) -> None:
    world = RedisWorld(two.url)
    here = await world.streams()
    connection = await opened(here)
    try:
        async with await here.awaiting.subscribe(connection) as stream:
            before = await saved(world)
            await here.awaiting.send(connection, "1")
            await here.awaiting.broadcast("1 to all")
            at_first = await last_id(stream, 2)
        await here.awaiting.info(connection)
        await two.replicate(world.options.prefix)
        await go_back(world, before)
        there = await world.streams()
        async with await there.awaiting.subscribe(connection, at_first) as stream:
            assert isinstance(await anext(stream), Gap)
            two.lead_to(1)
            await two.drop_connections(0)
            (member,) = await there.members()
            await at_last(member.node.check)
            await at_last(partial(there.awaiting.send, connection, "2"))

            gap, after = await take(stream, 2)
            assert isinstance(gap, Gap)
            assert after == "2"
    finally:
        await world.close()

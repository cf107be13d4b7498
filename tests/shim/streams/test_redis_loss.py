"""A Redis that is away, or has lost the latest or everything."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from shim.streams import BrokerUnavailable, Gap
from shim.streams.redis.hosted import Hosted
from tests.redis_server import RedisServer
from tests.shim.streams.promising import is_detached, last_id, opened, rest, take, until, until_async
from tests.shim.streams.redis_world import RedisWorld, emptied, go_back, saved


async def test_a_redis_that_lost_everything_is_noticed_and_said(world: RedisWorld, redis_server: RedisServer) -> None:
    node = await world.streams()
    opened_one = await node.awaiting.open(attributes={"user": "ana"}, state="kept")
    connection = opened_one.connection_id
    await node.awaiting.activate(connection)
    async with await node.awaiting.subscribe(connection) as stream:
        await node.awaiting.send(connection, "before")
        before = stream.encode(await anext(stream))
        redis_server.stop()
        with pytest.raises(BrokerUnavailable):
            await node.awaiting.send(connection, "nobody takes this")
        redis_server.start()
        (gap,) = await take(stream, 1)
        await node.awaiting.send(connection, "after")
        event = await anext(stream)

        assert isinstance(gap, Gap)
        assert stream.encode(event).partition(b".")[0] != before.partition(b".")[0]
        assert event.payload == "after"  # type: ignore[union-attr]
        assert await node.awaiting.connection_of(opened_one.session) == connection
        assert await node.awaiting.state(connection) == "kept"
        assert (await node.awaiting.attributes(connection))["user"] == "ana"


async def test_while_redis_is_away_pushes_are_refused_and_streams_are_kept(
    world: RedisWorld, redis_server: RedisServer
) -> None:
    world.options = type(world.options)(world.options.url, world.options.prefix, timeout_s=0.2)
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        redis_server.pause()
        try:
            for refused in (
                node.awaiting.send(connection, "x"),
                node.awaiting.attach(connection, None, lambda: None),
                node.awaiting.open(),
                asyncio.to_thread(node.send, connection, "x"),
            ):
                with pytest.raises(BrokerUnavailable):
                    await refused
        finally:
            redis_server.go_on()
        assert not stream.superseded
        await node.awaiting.broadcast("back")
        while (await take(stream, 1)) != ["back"]:
            pass  # a push that was refused may have been taken: its sender can't know


async def test_a_redis_that_lost_the_latest_is_noticed_and_said(world: RedisWorld) -> None:
    """As a replica that had not all of it when it took over."""
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        for text in ("1", "2", "3"):
            await here.awaiting.send(connection, text)
        assert await take(stream, 3) == ["1", "2", "3"]
        client = world.client()
        key = f"{world.tag}:{connection}"
        await client.hset(f"{key}:c", mapping={"q": 1, "r": 1})
        await client.xtrim(f"{key}:s", maxlen=1)
        await client.aclose()
        (member,) = await there.members()
        await member.node.check()
        assert await take(stream, 1) == [Gap(4, 3)]
        await here.awaiting.send(connection, "after")

        assert await take(stream, 1) == ["after"]


async def test_a_loss_that_is_noticed_twice_at_once_is_made_good_once(world: RedisWorld) -> None:
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        await node.awaiting.send(connection, "before")
        assert await take(stream, 1) == ["before"]
        await emptied(world)
        (member,) = await node.members()
        await asyncio.gather(member.node.check(), member.node.check(), member.node.check())
        await node.awaiting.send(connection, "after")

        assert await take(stream, 2) == [Gap(2, 1), "after"]


async def test_what_is_sent_while_a_loss_is_made_good_is_kept_though_it_is_noticed_again(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        await node.awaiting.send(connection, "before")
        assert await take(stream, 1) == ["before"]
        await emptied(world)
        (member,) = await node.members()
        positions, sent = member.node.positions, []
        restore = positions._restore

        def restore_and_look_again(hosted: Hosted) -> None:
            restore(hosted)
            positions.compare_soon(hosted)
            if not sent:
                sent.append(asyncio.ensure_future(node.awaiting.send(connection, "meanwhile")))

        monkeypatch.setattr(positions, "_restore", restore_and_look_again)
        await member.node.check()
        await sent[0]
        await member.node.check()
        await node.awaiting.send(connection, "after")

        assert await take(stream, 3) == [Gap(2, 1), "meanwhile", "after"]


async def test_a_connection_that_was_written_again_without_an_answer_goes_on(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        await node.awaiting.send(connection, "before")
        assert await take(stream, 1) == ["before"]
        await emptied(world)
        (member,) = await node.members()
        with monkeypatch.context() as unanswered:
            unanswered.setattr(Hosted, "restored", lambda _hosted, _epoch: None)
            await member.node.check()
            await node.awaiting.send(connection, "after")
        await member.node.check()
        await member.node.check()

        assert await take(stream, 2) == [Gap(2, 1), "after"]


async def test_a_connection_that_was_written_again_is_so_once_more_when_redis_goes_back_to_before_that(
    world: RedisWorld,
) -> None:
    """As when a master that was away comes back for the one that took over from it."""
    node = await world.streams()
    connection = await opened(node)
    async with await node.awaiting.subscribe(connection) as stream:
        before = await saved(world)
        await emptied(world)
        (member,) = await node.members()
        await member.node.check()
        await node.awaiting.send(connection, "between")
        gap, between = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert between == "between"
        await go_back(world, before)
        with suppress(BrokerUnavailable):
            await node.awaiting.state(connection)
        await member.node.check()
        await member.node.check()
        await node.awaiting.send(connection, "after")

        gap, after = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert after == "after"


async def test_an_end_that_redis_lost_is_none_and_the_next_one_is_told_though_it_comes_earlier(
    world: RedisWorld,
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "kept")
        before = await saved(world)
        await here.awaiting.send(connection, "lost")
        await here.awaiting.close(connection, 4001, "first")
        await until(lambda: stream.close_code == 4001)
        await go_back(world, before)
        (member,) = await there.members()
        for node in (here, there):
            with suppress(BrokerUnavailable):  # once, since all connections to Redis broke
                await node.awaiting.state(connection)
        await member.node.check()
        assert not stream.closed
        await here.awaiting.close(connection, 4002, "second")
        await member.node.check()

        gap, *sent = await rest(stream)
        assert isinstance(gap, Gap)
        assert sent == ["kept"]
        assert stream.close_code == 4002


async def test_a_client_that_moves_before_it_heard_that_something_was_lost_hears_it_at_the_next_node(
    world: RedisWorld,
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    first = await here.awaiting.subscribe(connection)
    await here.awaiting.send(connection, "before")
    seen = await last_id(first, 1)
    await go_back(world, {})
    (member,) = await here.members()
    with suppress(BrokerUnavailable):
        await here.awaiting.state(connection)
    await member.node.check()
    await here.awaiting.send(connection, "after")
    await take(first, 2)  # into a socket whose client has gone
    with suppress(BrokerUnavailable):
        await there.awaiting.state(connection)
    async with await there.awaiting.subscribe(connection, seen) as stream:
        gap, after = await take(stream, 2)

        assert isinstance(gap, Gap)
        assert after == "after"


async def test_a_redis_that_forgot_where_a_stream_went_is_told_by_the_node_that_has_it(world: RedisWorld) -> None:
    here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    connection = await opened(here)
    first = await here.awaiting.subscribe(connection)
    before = await saved(world)
    async with await there.awaiting.subscribe(connection) as stream:
        assert await rest(first) == []  # it was told that the client has moved
        await go_back(world, before)
        for node in (here, there, here):
            with suppress(BrokerUnavailable):  # once, since all connections to Redis broke
                await node.awaiting.info(connection)
            (member,) = await node.members()
            await member.node.check()
        await world.live(600, here, there)
        assert await here.awaiting.expire() + await there.awaiting.expire() == 0
        await here.awaiting.send(connection, "after")

        gap, after = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert after == "after"


async def test_a_connection_that_redis_thinks_is_not_accepted_yet_is_written_again(world: RedisWorld) -> None:
    node = await world.streams()
    connection = (await node.awaiting.open()).connection_id
    before = await saved(world)
    await node.awaiting.activate(connection)
    async with await node.awaiting.subscribe(connection) as stream:
        await go_back(world, before)
        (member,) = await node.members()
        with suppress(BrokerUnavailable):
            await node.awaiting.state(connection)
        await member.node.check()
        await node.awaiting.send(connection, "after")

        gap, after = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert after == "after"


async def test_no_window_is_over_before_nodes_could_say_what_a_server_does_not_know_any_more(
    redis_server: RedisServer,
) -> None:
    """Redis's own time decides, since none is passed in when a life begins: lease and window are short ones."""
    world = RedisWorld(redis_server.url, lease_s=1.5, timeout_s=1)
    try:
        here, there = await world.streams(resume_window_s=0.1), await world.streams(resume_window_s=0.1)
        connection = await opened(here)
        async with await here.awaiting.subscribe(connection):
            pass
        await until_async(lambda: is_detached(here, connection))
        before = await saved(world)
        async with await there.awaiting.subscribe(connection) as stream:
            await asyncio.sleep(1.6)
            leases = f"{world.tag}:nodes".encode()
            for member in (*await here.members(), *await there.members()):
                await member._renew()
            await go_back(world, {**before, leases: (await saved(world))[leases]})
            for _ in range(2):  # the first one finds that it has to connect again
                with suppress(BrokerUnavailable):
                    assert await here.awaiting.expire() == 0
            await here.awaiting.send(connection, "after")
            gap, after = await take(stream, 2)

            assert isinstance(gap, Gap)
            assert after == "after"
    finally:
        await world.close()


async def test_a_client_that_lost_its_stream_twice_before_it_heard_that_redis_lost_everything_twice_is_told(
    world: RedisWorld,
) -> None:
    node = await world.streams()
    connection = await opened(node)
    (member,) = await node.members()
    at_first: str | None = None
    for _loss in range(2):
        async with await node.awaiting.subscribe(connection, at_first) as stream:
            if at_first is None:
                await node.awaiting.send(connection, "before")
                at_first = await last_id(stream, 1)
            await emptied(world)
            await member.node.check()
    await node.awaiting.send(connection, "after")
    async with await node.awaiting.subscribe(connection, at_first) as stream:
        gap, after = await take(stream, 2)
        assert isinstance(gap, Gap)
        assert after == "after"

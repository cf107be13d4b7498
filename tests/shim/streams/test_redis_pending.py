"""What is owed to an application whose `$connect` ran, when its client was never accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shim.service import ConnectRefused, Handshake
from shim.streams import BrokerUnavailable, ConnectionGone
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import faced
from tests.shim.streams.promising import until
from tests.shim.streams.redis_world import RedisWorld, dead, own_options, stop, told_by


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=0.5, check_s=3600, lease_s=30)
    yield world
    await world.close()


async def test_a_node_that_refused_a_client_owes_nothing(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    refused = await here.awaiting.open(state="of a client")
    await here.awaiting.abandon(refused.connection_id)
    accepted = await here.awaiting.open()
    await here.awaiting.activate(accepted.connection_id)
    await dead(here)
    told, tasks = await told_by(there)
    await world.live(31, there)
    await there.awaiting.expire()
    await world.live(3600, there)
    await there.awaiting.expire()
    await until(lambda: bool(told))
    await stop(tasks)

    assert [closed.connection_id for closed in told] == [accepted.connection_id]


async def test_of_a_node_that_died_while_it_ran_connect_the_end_is_told_once_by_another(world: RedisWorld) -> None:
    here, there, third = [await world.streams() for _ in range(3)]
    opened = await here.awaiting.open(state="of a client", attributes={"room": "a"})
    await there.awaiting.snapshots()
    await dead(here)
    told, tasks = await told_by(there, third)
    await world.live(29, there, third)
    await there.awaiting.expire()
    assert told == []
    await world.live(3, there, third)
    for node in (there, third, there):
        await node.awaiting.expire()
    await until(lambda: bool(told))
    await world.live(3600, there, third)
    await stop(tasks)

    (closed,) = told
    assert (closed.connection_id, closed.code, closed.state) == (opened.connection_id, 1006, "of a client")
    assert closed.attributes == {"room": "a"}
    with pytest.raises(ConnectionGone):
        await there.awaiting.connection_of(opened.session)
    with pytest.raises(ConnectionGone):
        await there.awaiting.activate(opened.connection_id)


async def test_a_refusal_of_which_redis_did_not_hear_is_told_again_and_owes_nothing(
    world: RedisWorld, redis_server: RedisServer
) -> None:
    here = await world.streams()
    refused = await here.awaiting.open()
    redis_server.pause()
    try:
        await here.awaiting.abandon(refused.connection_id)
    finally:
        redis_server.go_on()
    await here.awaiting.expire()
    told, tasks = await told_by(here)
    await world.live(3600, here)
    await here.awaiting.expire()
    await stop(tasks)

    assert told == []


@pytest.mark.parametrize("accepted", [False, True])
async def test_who_could_not_be_accepted_is_told_of_whether_or_not_redis_had_done_it(
    world: RedisWorld, redis_server: RedisServer, accepted: bool
) -> None:
    here = await world.streams()
    opened = await here.awaiting.open()
    if accepted:
        await here.awaiting.activate(opened.connection_id)
    redis_server.pause()
    try:
        await here.awaiting.end_pending(opened.connection_id)
    finally:
        redis_server.go_on()
    told, tasks = await told_by(here)
    await until(lambda: bool(told))
    await stop(tasks)

    assert [(closed.connection_id, closed.code) for closed in told] == [(opened.connection_id, 1006)]


async def test_a_client_that_redis_does_not_let_in_after_connect_ran_is_refused_and_disconnect_runs_once(
    redis_server: RedisServer,
) -> None:
    options = own_options(redis_server.url, timeout_s=0.3)
    shim = faced(streams=RedisStreams(options))
    running = asyncio.create_task(shim.service.run())
    connecting = asyncio.create_task(shim.service.connect(Handshake((), (("hold", "1"),), "192.0.2.1")))
    await until(lambda: bool(shim.functions.connects))
    redis_server.pause()
    try:
        shim.functions.released.set()
        with pytest.raises(ConnectRefused) as refused:
            await connecting
    finally:
        redis_server.go_on()
    await until(lambda: bool(shim.functions.ends))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert (refused.value.status, refused.value.reason) == (503, "away")
    assert isinstance(refused.value.__cause__, BrokerUnavailable)
    assert [code for code, _reason in shim.functions.ends] == [1006]

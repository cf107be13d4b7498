"""No connection stays open that nobody has, however the making of it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from redis.asyncio.connection import UnixDomainSocketConnection

from shim.streams import BrokerUnavailable
from shim.streams.redis.keys import Keys
from shim.streams.redis.servers import servers_of
from tests.redis_server import RedisServer
from tests.shim.streams.promising import until
from tests.shim.streams.redis_world import RedisWorld


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[UnixDomainSocketConnection]:
    """All connections that were begun. They are kept: none is closed by being forgotten."""
    begun: list[UnixDomainSocketConnection] = []
    connect: Any = UnixDomainSocketConnection.connect

    async def noted(connection: Any) -> None:
        begun.append(connection)
        await connect(connection)

    monkeypatch.setattr(UnixDomainSocketConnection, "connect", noted)
    return begun


async def test_one_that_is_given_up_while_redis_stands_still_is_closed(
    redis_server: RedisServer, made: list[UnixDomainSocketConnection]
) -> None:
    world = RedisWorld(redis_server.url)
    servers = servers_of(world.options)
    redis_server.pause()
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await servers.connect(Keys(world.options.prefix, 0, 1).slot)
    finally:
        redis_server.go_on()
    assert [one.is_connected for one in made] == [False]


async def test_those_of_a_node_that_can_not_begin_are_closed(
    redis_server: RedisServer, made: list[UnixDomainSocketConnection]
) -> None:
    world = RedisWorld(redis_server.url)
    await world.restrict()
    client = world.client()
    await client.execute_command("ACL", "SETUSER", world.options.prefix, "-evalsha")
    await client.aclose()
    made.clear()
    node = await world.streams()
    with pytest.raises(BrokerUnavailable):
        await node.members()
    assert made
    assert not any(one.is_connected for one in made)


@pytest.mark.parametrize("begun", [1, 2])
async def test_those_of_a_node_that_is_ended_as_it_begins_are_closed(
    redis_server: RedisServer, made: list[UnixDomainSocketConnection], begun: int
) -> None:
    node = await RedisWorld(redis_server.url).streams()
    beginning = asyncio.create_task(node.members())
    await until(lambda: len(made) >= begun)
    beginning.cancel()
    with suppress(asyncio.CancelledError):  # unless it had begun by then
        await beginning
    await node.aclose()
    assert not any(one.is_connected for one in made)


async def test_a_node_that_has_ended_does_not_begin_anew(
    redis_server: RedisServer, made: list[UnixDomainSocketConnection]
) -> None:
    node = await RedisWorld(redis_server.url).streams()
    await node.members()
    await node.aclose()
    with pytest.raises(BrokerUnavailable):
        await node.awaiting.open()
    assert made
    assert not any(one.is_connected for one in made)

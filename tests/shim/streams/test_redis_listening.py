"""A subscription that breaks at any moment is made anew, and its node remains one."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
import uvloop

from shim.streams.redis.listening import Listening
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened, take, until
from tests.shim.streams.redis_world import RedisWorld


def test_one_that_breaks_as_it_is_pinged_is_made_anew(redis_server: RedisServer) -> None:
    """On the loop that serves: uvloop refuses to write to a connection that the other side has just closed."""

    async def breaks() -> None:
        world = RedisWorld(redis_server.url)
        node = await world.streams()
        try:
            connection = await opened(node)
            async with await node.awaiting.subscribe(connection) as stream:
                (member,) = await node.members()
                member._listening._connection._writer.transport.abort()
                await member._listening.ping()
                await until(lambda: not member._listening.listening)
                await until(lambda: member._listening.listening)
                await node.awaiting.broadcast("after")
                assert await take(stream, 1) == ["after"]
        finally:
            await world.close()

    uvloop.run(breaks())


async def test_whatever_fails_the_lease_is_renewed(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = RedisWorld(redis_server.url, lease_s=1.5, timeout_s=1, check_s=0.1)
    node = await world.streams()
    fails = asyncio.Event()

    async def fail(_listening: Listening) -> None:
        fails.set()
        raise ValueError("nobody thought of this")

    try:
        (member,) = await node.members()
        with monkeypatch.context() as broken:
            broken.setattr(Listening, "ping", fail)
            await asyncio.wait_for(fails.wait(), 30)
        assert "nobody thought of this" in caplog.text
        renewed = asyncio.Event()
        renew = member._renew

        async def noticed() -> bool:
            renewed.set()
            return await renew()

        monkeypatch.setattr(member, "_renew", noticed)
        await asyncio.wait_for(renewed.wait(), 30)
    finally:
        await world.close()


async def test_a_node_ends_though_the_write_of_a_ping_swallows_that_it_is_to_end(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = RedisWorld(redis_server.url, lease_s=1.5, timeout_s=1, check_s=0.1)
    node = await world.streams()
    pinged = asyncio.Event()

    async def swallow(_listening: Listening) -> None:
        pinged.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    await node.members()
    monkeypatch.setattr(Listening, "ping", swallow)
    await asyncio.wait_for(pinged.wait(), 30)
    monkeypatch.undo()
    async with asyncio.timeout(30):
        await world.close()

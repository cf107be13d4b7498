"""A server gets the scripts that it lacks, and no others."""

from __future__ import annotations

from contextlib import suppress

from shim.streams import BrokerUnavailable
from shim.streams.redis.scripts import SCRIPTS
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_world import RedisWorld, operations


async def test_one_that_has_all_is_sent_none(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    before = await operations(world)
    await there.awaiting.send(connection, "x")

    assert (await operations(world) - before)["script|load"] == 0


async def test_one_that_lost_them_is_sent_all(world: RedisWorld) -> None:
    node = await world.streams()
    connection = await opened(node)
    client = world.client()
    await client.script_flush()
    await client.aclose()
    before = await operations(world)
    with suppress(BrokerUnavailable):  # it finds out
        await node.awaiting.info(connection)

    assert await node.awaiting.send(connection, "x") == 1
    assert (await operations(world) - before)["script|load"] >= len(SCRIPTS)


def test_a_script_has_what_it_calls_of_the_library_and_nothing_else() -> None:
    (send,) = (one for one in SCRIPTS if one.name == "send")
    (close,) = (one for one in SCRIPTS if one.name == "close")

    assert "local function publish(" in send.whole
    assert "local function close(" not in send.whole
    for called in ("close", "expire", "hosted", "publish", "last_broadcast"):
        assert f"local function {called}(" in close.whole

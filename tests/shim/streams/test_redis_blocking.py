"""Worker threads wait for Redis, and never for a node that has left."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from shim.streams import BrokerUnavailable
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_world import RedisWorld


async def test_threads_that_push_at_once_are_all_answered(world: RedisWorld) -> None:
    node = await world.streams()
    connection = await opened(node)
    numbers = await asyncio.gather(*(asyncio.to_thread(node.send, connection, str(n)) for n in range(50)))

    assert sorted(numbers) == list(range(1, 51))


async def test_on_an_event_loop_a_call_blocks_and_is_answered(world: RedisWorld) -> None:
    node = await world.streams()
    connection = await opened(node)

    assert node.send(connection, "x") == 1
    assert node.find() == []


async def test_whoever_waits_when_the_node_leaves_is_told(world: RedisWorld, redis_server: RedisServer) -> None:
    world.options = replace(world.options, timeout_s=0.3)
    node = await world.streams()
    connection = await opened(node)
    await asyncio.to_thread(node.touch, connection)
    redis_server.pause()
    try:
        waiting = [asyncio.create_task(asyncio.to_thread(node.touch, connection)) for _ in range(5)]
        await asyncio.sleep(0.05)
        await asyncio.to_thread(node._blocking.close)
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        redis_server.go_on()

    assert [type(answer) for answer in answers] == [BrokerUnavailable] * 5
    with pytest.raises(BrokerUnavailable):
        await asyncio.to_thread(node.touch, connection)

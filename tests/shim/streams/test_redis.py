"""The broker in Redis keeps what any broker promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.redis_server import RedisServer
from tests.shim.streams import promises_of_connections, promises_of_groups, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise
from tests.shim.streams.redis_world import RedisWorld

assert promises_of_connections
assert promises_of_groups
assert promises_of_messages  # which fill PROMISES


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    """Whose nodes do not lose their leases when time jumps, and have the least rights."""
    world = RedisWorld(redis_server.url, lease_s=1e6)
    await world.restrict()
    yield world
    await world.close()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_redis(promise: Promise, world: RedisWorld) -> None:
    await promise(world)

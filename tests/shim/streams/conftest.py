from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.redis_server import RedisServer
from tests.shim.streams.redis_world import RedisWorld


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url)
    yield world
    await world.close()

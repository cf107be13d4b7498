"""The broker in Redis keeps what any broker promises."""

from __future__ import annotations

import pytest

from tests.shim.streams import promises_of_connections, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise
from tests.shim.streams.redis_world import RedisWorld

assert promises_of_connections
assert promises_of_messages  # which fill PROMISES


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_redis(promise: Promise, world: RedisWorld) -> None:
    await promise(world)

"""A Redis for nodes that are processes."""

from collections.abc import Iterator

import pytest

from tests.redis_server import RedisServer


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Of one test, which may stop it."""
    server = RedisServer()
    yield server
    server.close()

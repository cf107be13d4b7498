"""The service's user at Redis may do what the service does, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from migrator.deploy.aws.access import COMMANDS, access_string, prefix_of
from tests.migrator.deploy.aws.stacks import told
from tests.redis_server import RedisServer
from tests.running import ROOT
from tests.shim.streams import promises_of_connections, promises_of_groups, promises_of_messages
from tests.shim.streams.promising import PROMISES, Promise
from tests.shim.streams.redis_world import RedisWorld

assert promises_of_connections
assert promises_of_groups
assert promises_of_messages  # which fill PROMISES

PASSWORD = "a" * 32


def as_service(server: RedisServer, prefix: str) -> str:
    """The address with the user, who is made."""
    with Redis.from_url(server.url) as admin:
        admin.execute_command("ACL", "SETUSER", "service", "reset", f">{PASSWORD}", *access_string(prefix).split())
    return server.url.replace("unix://", f"unix://service:{PASSWORD}@")


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, lease_s=1e6)
    world.options = replace(world.options, url=as_service(redis_server, world.options.prefix))
    yield world
    await world.close()


@pytest.mark.parametrize(
    "command",
    [
        "GET other",
        "SET {mine}x 1",
        "PUBLISH other x",
        "FLUSHALL",
        "CONFIG GET maxmemory",
        "KEYS *",
        "ACL LIST",
        "CLIENT LIST",
    ],
)
def test_nothing_else(redis_server: RedisServer, command: str) -> None:
    with Redis.from_url(as_service(redis_server, "mine")) as service, pytest.raises(NoPermissionError):
        service.execute_command(*command.split())


def test_the_commands_are_those_of_the_page_on_redis() -> None:
    page = (ROOT / "docs" / "how-to" / "which-redis.md").read_text("utf-8")
    rule = page.partition("<!-- acl -->")[2].partition("```\n")[2].partition("```")[0]

    assert {word for word in rule.split() if word.startswith("+")} == {f"+{command}" for command in COMMANDS}


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_all_that_the_service_does(promise: Promise, world: RedisWorld) -> None:
    await promise(world)


def test_keys_begin_with_what_the_settings_say() -> None:
    assert prefix_of(told(settings={"redis.prefix": "rooms"})) == "rooms"

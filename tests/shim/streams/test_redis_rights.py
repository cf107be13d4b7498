"""What a user of Redis needs is no more than the page says, and nothing that managed Redis keeps to itself."""

from __future__ import annotations

import asyncio
import re

import pytest

from shim.streams import BrokerUnavailable
from shim.streams.redis.scripts import SCRIPTS
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened, take
from tests.shim.streams.redis_rights import commands
from tests.shim.streams.redis_world import RedisWorld

OF_NODES = {"evalsha", "script|load", "script|exists", "ssubscribe", "ping", "info"}
"""What a node asks for itself; all else is in scripts."""

KEPT_BY_ELASTICACHE = [
    "bgrewriteaof",
    "bgsave",
    "config",
    "debug",
    "migrate",
    "replicaof",
    "save",
    "slaveof",
    "shutdown",
    "sync",
]
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ClientConfig.RestrictedCommands.html"""

KEPT_BY_OCI = [
    "acl",
    "bgrewriteaof",
    "bgsave",
    "cluster",
    "config",
    "debug",
    "migrate",
    "module",
    "psync",
    "replicaof",
    "save",
    "shutdown",
    "sync",
]
"""https://docs.oracle.com/iaas/Content/ocicache/restrictedcommands.htm, without shards"""

KEPT_BY_AIVEN = [
    "bgrewriteaof",
    "cluster",
    "command",
    "debug",
    "failover",
    "migrate",
    "role",
    "slaveof",
    "acl",
    "bgsave",
    "config",
    "lastsave",
    "monitor",
    "replicaof",
    "save",
    "shutdown",
]
"""https://aiven.io/docs/products/redis/concepts/restricted-redis-commands"""


def test_the_page_names_each_command_that_is_used_and_no_other() -> None:
    used = {word.lower() for script in SCRIPTS for word in re.findall(r"redis\.call\('(\w+)'", script.whole)}

    assert commands() == used | OF_NODES


@pytest.mark.parametrize("kept", [KEPT_BY_ELASTICACHE, KEPT_BY_OCI, KEPT_BY_AIVEN], ids=["aws", "oci", "aiven"])
def test_nothing_is_used_that_managed_redis_keeps_to_itself(kept: list[str]) -> None:
    assert not {command.partition("|")[0] for command in commands()} & set(kept)


async def test_a_server_sees_no_command_of_a_node_but_these(redis_server: RedisServer) -> None:
    """By what the server counted, from the first connection to the last message."""
    world = RedisWorld(redis_server.url)
    client = world.client()
    await client.config_resetstat()
    await world.restrict()
    here, there = await world.streams(), await world.streams()
    connection = await opened(here, attributes={"user": "ana"})
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.send(connection, "own")
        await asyncio.to_thread(there.broadcast, "all", group={"user": "ana"})
        assert await take(stream, 2) == ["own", "all"]
    await here.awaiting.close(connection)
    for node in (here, there):
        await node.awaiting.expire()
    await world.close()
    seen = {name.removeprefix("cmdstat_") for name in await client.info("commandstats")}
    await client.aclose()

    own = {"config|resetstat", "acl|setuser", "info", "hello", "client|setinfo", "auth"}  # of this test's client
    assert seen - own <= commands()


async def test_a_user_without_a_right_is_a_clear_failure_that_shows_no_password(redis_server: RedisServer) -> None:
    world = RedisWorld(redis_server.url)
    await world.restrict()
    client = world.client()
    await client.execute_command("ACL", "SETUSER", world.options.prefix, "-xadd")
    node = await world.streams()
    connection = await opened(node)
    with pytest.raises(BrokerUnavailable) as raised:
        await node.awaiting.send(connection, "x")
    await client.execute_command("ACL", "DELUSER", world.options.prefix)
    await client.aclose()
    await world.close()

    assert "can't run this command" in str(raised.value)
    assert world.options.address.user[1] not in f"{raised.value!r} {raised.value.__cause__!r}"


async def test_a_wrong_password_is_told_without_it(redis_server: RedisServer) -> None:
    world = RedisWorld(redis_server.url.replace("unix://", "unix://nobody:wr0ng-one@"))
    node = await world.streams()
    with pytest.raises(BrokerUnavailable) as raised:
        await node.awaiting.open()

    assert "wr0ng-one" not in f"{raised.value} {raised.value!r} {raised.value.__cause__!r}"
    await world.close()

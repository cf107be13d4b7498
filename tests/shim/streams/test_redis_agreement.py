"""Nodes with another number of partitions than those that run do not begin."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from shim.streams import BrokerUnavailable
from shim.streams.redis.agreement import PartitionsDiffer, check_partitions
from shim.streams.redis.streams import RedisStreams
from tests.redis_cluster import RedisCluster
from tests.redis_server import RedisServer
from tests.shim.streams.promising import opened, until
from tests.shim.streams.redis_rights import rule_for
from tests.shim.streams.redis_world import RedisWorld


class Other:
    """Nodes of the same service as those of a world, and on the same clock, with another number of partitions."""

    def __init__(self, world: RedisWorld, partitions: int) -> None:
        self.options = replace(world.options, partitions=partitions)
        self.nodes: list[RedisStreams] = []
        self._world = world

    def node(self) -> RedisStreams:
        node = RedisStreams(self.options, later_s=lambda: self._world._later_s)
        self.nodes.append(node)
        return node

    async def close(self) -> None:
        for node in self.nodes:
            await node.aclose()


async def never_told(_closed: object) -> None:
    raise AssertionError("nobody was connected")


async def test_nodes_with_the_same_number_begin_and_begin_again(world: RedisWorld) -> None:
    first = await world.streams()
    await first.members()
    await first.aclose()
    for node in (await world.streams(), await world.streams()):
        await node.members()
        assert not node.is_away()


async def test_services_with_other_prefixes_may_have_other_numbers(
    redis_server: RedisServer, world: RedisWorld
) -> None:
    await (await world.streams()).members()
    apart = RedisWorld(redis_server.url, partitions=3)
    await (await apart.streams()).members()
    await apart.close()


async def test_a_node_with_another_number_does_not_begin_and_nobody_is_sent_to_it(world: RedisWorld) -> None:
    running = await world.streams()
    await opened(running)
    other = Other(world, 4)
    node = other.node()
    for _ in range(2):  # it asks again, and is told the same
        with pytest.raises(PartitionsDiffer) as raised:
            await node.awaiting.open()

    error = raised.value
    assert (error.partitions, error.others, error.said_s) == (4, 1, 30)
    assert error.reason == (
        "redis.partitions is 4 here, and 1 at nodes that run with the same redis.prefix; all need the same number: give "
        "this node 1, or end all others first, and wait 30 s for those that died"
    )
    assert isinstance(error, BrokerUnavailable)  # whoever asks this node is told to come again
    assert node.is_away()
    await opened(running)
    await other.close()


async def test_it_begins_when_the_others_have_ended(world: RedisWorld) -> None:
    running = await world.streams()
    await running.members()
    other = Other(world, 4)
    node = other.node()
    with pytest.raises(PartitionsDiffer):
        await node.members()
    await running.shutdown(never_told)

    assert len(await node.members()) == 4
    assert not node.is_away()
    with pytest.raises(PartitionsDiffer):
        await (await world.streams()).members()
    await other.close()


async def test_one_that_died_is_waited_for_as_long_as_two_leases(world: RedisWorld) -> None:
    dead = await world.streams()
    await dead.members()
    await dead.aclose()
    other = Other(world, 4)
    world.pass_time(29)
    with pytest.raises(PartitionsDiffer):
        await other.node().members()
    world.pass_time(2)

    assert len(await other.node().members()) == 4
    await other.close()


async def test_nodes_that_differ_and_run_say_so_both(world: RedisWorld, caplog: pytest.LogCaptureFixture) -> None:
    """As when Redis lost what had been agreed on."""
    world.options = replace(world.options, lease_s=0.6, timeout_s=0.4)
    node = await world.streams()
    await node.members()
    client = world.client()
    other = Other(world, 4)
    differs = other.node()
    while differs.is_away() or not differs._members:
        await client.delete(f"{world.tag}:partitions")
        with suppress(PartitionsDiffer):  # the one that runs said so again meanwhile
            await differs.members()
    await client.aclose()
    await until(lambda: "redis.partitions is 1 here, and 4 at" in caplog.text)
    await until(lambda: "redis.partitions is 4 here, and 1 at" in caplog.text)
    await other.close()


async def test_in_a_cluster_too_with_the_rights_that_the_page_names(redis_cluster: RedisCluster) -> None:
    world = RedisWorld(redis_cluster.url)
    name = world.options.prefix
    for place in range(len(redis_cluster.ports)):
        with redis_cluster.client(place) as client:
            client.execute_command("ACL", "SETUSER", name, *rule_for(name, "hush", cluster=True))
    world.options = replace(world.options, url=redis_cluster.url.replace("://", f"://{name}:hush@"))
    await (await world.streams()).members()
    for partitions in (7, 64, 1):
        other = Other(world, partitions)
        with pytest.raises(PartitionsDiffer, match=f"is {partitions} here, and 8 at"):
            await other.node().members()
        await other.close()
    await world.close()


def test_before_a_node_starts_it_looks_and_leaves_nothing(redis_server: RedisServer) -> None:
    world = RedisWorld(redis_server.url)
    check_partitions(world.options)
    check_partitions(replace(world.options, partitions=4))


async def test_what_it_finds_then_is_said(world: RedisWorld) -> None:
    await (await world.streams()).members()
    await asyncio.to_thread(check_partitions, world.options)
    with pytest.raises(PartitionsDiffer):
        await asyncio.to_thread(check_partitions, replace(world.options, partitions=2))


def test_a_redis_that_is_away_keeps_no_node_from_starting() -> None:
    world = RedisWorld("redis://127.0.0.1:1")
    check_partitions(world.options)

"""All nodes of a service spread connections over the same number of partitions, or they do not find each other's.

Whoever runs says with how many, in one key that does not depend on that number, for two leases. A node that would
have another number does not begin. Where Redis lost that key, or a node slept past its lease, nodes that differ
may run for a while: each says so whenever it renews what it said."""

from __future__ import annotations

import asyncio
import logging

from shim.streams.errors import BrokerUnavailable
from shim.streams.redis import scripts_of_nodes as nodes
from shim.streams.redis.batches import Batches
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.keys import Keys
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.servers import servers_of
from shim.streams.redis.steps import Step

logger = logging.getLogger(__name__)


class PartitionsDiffer(BrokerUnavailable):
    """Raised when this node has `partitions`, and nodes that run with the same prefix have `others`. `said_s`:
    after which one that died does not count any more."""

    def __init__(self, partitions: int, others: int, said_s: float) -> None:
        self.partitions, self.others, self.said_s = partitions, others, said_s
        super().__init__(
            f"redis.partitions is {partitions} here, and {others} at nodes that run with the same redis.prefix; all "
            f"need the same number: give this node {others}, or end all others first, and wait {said_s:g} s for those "
            "that died"
        )


def keys_of_all(options: RedisOptions) -> Keys:
    """Where what all nodes have to agree on is, within what a user of the documented rights may touch."""
    return Keys(f"{options.prefix}:all" if options.address.kind == "cluster" else options.prefix, 0, 1)


def _said_s(options: RedisOptions) -> float:
    """It is renewed once in each lease: whoever runs and was late says it again."""
    return 2 * options.lease_s


class Agreement:
    """Of one node, on one event loop, from `begin` to `end`."""

    def __init__(self, node_id: str, options: RedisOptions, batches: Batches) -> None:
        self._node_id = node_id
        self._options = options
        self._batches = batches
        self._renewing: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Raises PartitionsDiffer or BrokerUnavailable."""
        await self._agree(runs=False)
        self._renewing = asyncio.create_task(self._renew_always())

    async def renew(self) -> None:
        """Raises PartitionsDiffer, and this node says what it has all the same; BrokerUnavailable."""
        await self._agree(runs=True)

    async def _agree(self, *, runs: bool) -> None:
        options = self._options
        arguments = (self._node_id, options.count, int(_said_s(options) * 1000), int(runs))
        others = await self._batches.run(Step(nodes.AGREE, (), arguments, int))
        if others:
            raise PartitionsDiffer(options.count, others, _said_s(options))

    async def leave(self) -> None:
        """This node does not run any more. Raises BrokerUnavailable."""
        await self._stop()
        await self._batches.run(Step(nodes.LEAVE_AGREEMENT, (), (self._node_id, self._options.count), int))

    async def end(self) -> None:
        """Also of one that did not begin."""
        await self._stop()
        await self._batches.close()

    async def _stop(self) -> None:
        task, self._renewing = self._renewing, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _renew_always(self) -> None:
        while True:
            await asyncio.sleep(self._options.lease_s)
            try:
                await self.renew()
            except PartitionsDiffer as error:
                logger.error("%s", error.reason)  # noqa: TRY400 - where it was raised is no news
            except BrokerUnavailable as error:
                logger.debug("%s", error)  # whoever renews the lease says so


def check_partitions(options: RedisOptions) -> None:
    """Before a node starts. Raises PartitionsDiffer. When Redis can't be asked now, the node asks as it begins."""
    asyncio.run(_look(options))


async def _look(options: RedisOptions) -> None:
    servers = servers_of(options)
    batches = Batches(servers, keys_of_all(options), options, lambda: 0, RedisCounts())
    try:
        others = await batches.run(Step(nodes.OTHER_PARTITIONS, (), (options.count,), int))
    except BrokerUnavailable:
        return
    finally:
        await batches.close()
        await servers.close()
    if others:
        raise PartitionsDiffer(options.count, others, _said_s(options))

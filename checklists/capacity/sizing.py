"""How many nodes of a shape, and which Redis."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import ceil
from typing import Final

from pydantic import Field

from checklists.capacity.broadcasts import kept_by_a_node
from checklists.capacity.demand import Demand
from checklists.capacity.errors import CapacityUnreachable, ShapeUnknown
from checklists.capacity.flat import Cost, Flat
from checklists.capacity.rates import broadcasts, by_clients, in_a_second, pushes, redis_bytes
from checklists.capacity.redis_nodes import REDIS_NODES, RedisNode
from migrator.inventory.record import Record

CORE_BUSY: Final = 0.6
CORE_BUSY_WITH_ONE_LOST: Final = 0.85
MEMORY_FULL: Final = 0.8
REDIS_BUSY: Final = 0.5
"""Shares up to which a node's core, that core while one node is missing, its memory, and the core on which Redis runs
its commands are used. Beyond them waiting grows faster than load."""

LEAST_NODES: Final = 2
MOST_NODES: Final = 5_000
MOST_SHARDS: Final = 500
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html"""


MEMORY_GB: Final[Mapping[float, tuple[float, ...]]] = {
    0.25: (0.5, 1, 2),
    0.5: (1, 2, 3, 4),
    1: (2, 3, 4, 5, 6, 7, 8),
}
"""vCPU of a task -> GB of memory that Fargate gives with it, as far as one process has a use for it:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"""


class Shape(Record):
    """Of a Fargate task with one process, which has no use for more than one vCPU."""

    vcpu: float
    memory_gb: float


def shape_of(vcpu: float, memory_gb: float) -> Shape:
    """Raises ShapeUnknown."""
    if memory_gb not in MEMORY_GB.get(vcpu, ()):
        raise ShapeUnknown(vcpu, memory_gb, MEMORY_GB)
    return Shape(vcpu=vcpu, memory_gb=memory_gb)


SHAPES: Final = tuple(Shape(vcpu=vcpu, memory_gb=memory[0]) for vcpu, memory in MEMORY_GB.items())
"""With the least memory of each."""


class NodeSize(Record):
    nodes: int
    core_busy: float = Field(description="share of a node's vCPU")
    core_busy_one_lost: float = Field(description="the same while one node is missing")
    connections: int = Field(description="of a node")
    connections_one_lost: int
    memory_bytes: float = Field(description="of a node while one is missing")
    bound_by: str = Field(description="what takes the last node: 'vCPU', 'memory', or 'two zones'")


class RedisSize(Record):
    node: str
    price: str = Field(description="key of the prices")
    shards: int
    nodes: int = Field(description="each shard has a replica in another zone")
    core_busy: float = Field(description="of the one core that commands run on, of the busiest shard")
    operations_s: float
    memory_bytes: float = Field(description="of all shards")
    in_bytes_s: float
    out_bytes_s: float


class Size(Record):
    shape: Shape
    nodes: NodeSize
    redis: RedisSize


def size(flat: Flat, demand: Demand, shape: Shape) -> Size:
    """Raises CapacityUnreachable."""
    nodes = node_size(flat, demand, shape)
    return Size(shape=shape, nodes=nodes, redis=redis_size(flat, demand, nodes.nodes))


def node_size(flat: Flat, demand: Demand, shape: Shape) -> NodeSize:
    """The least number that carries the load, and with one node missing still does. Raises CapacityUnreachable."""
    by_clients_s = by_clients(flat, demand).node_cpu_s
    anyhow = flat.bytes("node_bytes") + kept_by_a_node(demand)
    most_each = (MEMORY_FULL * shape.memory_gb * 1e9 - anyhow) / flat.bytes("stream_bytes")

    def busy(count: int) -> float:
        return (by_clients_s + pushes(flat, demand, count).node_cpu_s) / count / shape.vcpu

    def bound(count: int) -> str:
        """What is too little; empty when nothing is. More nodes never have less."""
        if busy(count) > CORE_BUSY or busy(count - 1) > CORE_BUSY_WITH_ONE_LOST:
            return "vCPU"
        return "memory" if ceil(demand.connections / (count - 1)) > most_each else ""

    enough = LEAST_NODES
    while why := bound(enough):
        if enough == MOST_NODES:
            raise CapacityUnreachable("nodes", MOST_NODES, f"{shape.vcpu:g} vCPU and {shape.memory_gb:g} GB", why)
        enough = min(2 * enough, MOST_NODES)
    fewest = max(LEAST_NODES, enough // 2)
    count = fewest + bisect_left(range(fewest, enough), True, key=lambda count: not bound(count))
    one_lost = ceil(demand.connections / (count - 1))
    return NodeSize(
        nodes=count,
        core_busy=busy(count),
        core_busy_one_lost=busy(count - 1),
        connections=ceil(demand.connections / count),
        connections_one_lost=one_lost,
        memory_bytes=anyhow + one_lost * flat.bytes("stream_bytes"),
        bound_by=bound(count - 1) if count > LEAST_NODES else "two zones",
    )


def redis_size(flat: Flat, demand: Demand, nodes: int) -> RedisSize:
    """The first node type that holds all of it, else the first with a whole core in as many shards as it takes. What
    is broadcast is written to one shard, whatever their number. Raises CapacityUnreachable."""
    cost, memory = in_a_second(flat, demand, nodes), redis_bytes(flat, demand)
    for node in REDIS_NODES:
        if _shards(node, cost, memory) == 1:
            return _redis(node, 1, cost, memory)
    node = next(one for one in REDIS_NODES if one.core == 1)
    shards = _shards(node, cost, memory)
    whole = broadcasts(flat, demand, nodes) if demand.broadcasts else Cost()
    if whole.redis_cpu_s > REDIS_BUSY or whole.redis_out_bytes * 8 > node.gbit_s * 1e9 or shards > MOST_SHARDS:
        raise CapacityUnreachable(
            "shards of Redis", MOST_SHARDS, node.name, "broadcasts" if shards <= MOST_SHARDS else ""
        )
    return _redis(node, shards, cost, memory)


def _shards(node: RedisNode, cost: Cost, memory: float) -> int:
    """So many hold all of it."""
    busy = node.core * (REDIS_BUSY if node.core == 1 else 1.0)  # what a T4g node has for good is less than half of it
    bits = (cost.redis_in_bytes + cost.redis_out_bytes) * 8
    shares = (cost.redis_cpu_s / busy, memory / node.usable_bytes, bits / (node.gbit_s * 1e9))
    return max(1, ceil(max(shares)))


def _redis(node: RedisNode, shards: int, cost: Cost, memory: float) -> RedisSize:
    return RedisSize(
        node=node.name,
        price=node.price,
        shards=shards,
        nodes=2 * shards,
        core_busy=cost.redis_cpu_s / shards,
        operations_s=cost.redis_operations,
        memory_bytes=memory,
        in_bytes_s=cost.redis_in_bytes,
        out_bytes_s=cost.redis_out_bytes,
    )

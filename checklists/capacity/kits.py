"""What the kits for AWS of `ws2sse deploy` make of a size, and what else it takes. A test holds it against them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checklists.capacity.sizing import Shape, Size

TASK: Final = Shape(vcpu=1, memory_gb=2)
MOST_TASKS: Final = 10
BALANCER_CONNECTIONS_OF_A_STREAM: Final = 2
"""One to the load balancer, and one from it to the node."""


def beyond_the_kits(size: Size) -> Iterator[str]:
    """What they don't make as they are, in few words."""
    if size.shape != TASK:
        yield "tasks"
    if size.redis.shards > 1:
        yield "Cluster"


def with_the_kits(size: Size) -> Iterator[str]:
    shape, nodes, redis = size.shape, size.nodes, size.redis
    given = {
        "MostTasks": f"{max(MOST_TASKS, nodes.nodes)}",
        "ConnectionsPerTask": f"{max(100, BALANCER_CONNECTIONS_OF_A_STREAM * nodes.connections)}",
        "RedisNodeType": redis.node,
    }
    words = ", ".join(f"{name}={value}" for name, value in given.items())
    ready = "make this as they are" if not any(beyond_the_kits(size)) else "do not make this as they are"
    yield f"The kits for AWS {ready}. Parameters: {words}."
    if shape != TASK:
        yield (
            f"Their tasks have {TASK.vcpu:g} vCPU and {TASK.memory_gb:g} GB where nothing else is said: say "
            f"{shape.vcpu:g} vCPU and {shape.memory_gb:g} GB there, or ask here with --vcpu {TASK.vcpu:g} --memory "
            f"{TASK.memory_gb:g} what theirs carry."
        )
    if redis.shards > 1:
        yield (
            f"Their Redis is one shard with a replica, and not a Cluster: a Cluster of {redis.shards} shards, with the "
            "rights that one needs (docs/how-to/which-redis.md), is yours to make, and its address yours to give."
        )

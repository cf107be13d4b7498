"""What the kits for AWS of `ws2sse deploy` make of a size, and what else it takes. A test holds it against them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checklists.capacity.demand import Demand
from checklists.capacity.sizing import Size

MOST_TASKS: Final = 10
MOST_CONNECTIONS: Final = 100_000
"""What they have where nothing else is said."""

UNITS: Final = 1024
"""Of a vCPU, and MB of a GB, as Fargate has them."""

BALANCER_CONNECTIONS_OF_A_STREAM: Final = 2
"""One to the load balancer, and one from it to the node."""


def beyond_the_kits(size: Size) -> Iterator[str]:
    """What they don't make, in few words."""
    if size.redis.shards > 1:
        yield "Cluster"


def parameters(demand: Demand, size: Size) -> dict[str, str]:
    """Of the CloudFormation template; the Terraform module has the same with other letters."""
    shape, nodes = size.shape, size.nodes
    return {
        "TaskCpu": f"{shape.vcpu * UNITS:.0f}",
        "TaskMemory": f"{shape.memory_gb * UNITS:.0f}",
        "MostTasks": f"{max(MOST_TASKS, nodes.nodes)}",
        "ConnectionsPerTask": f"{max(100, BALANCER_CONNECTIONS_OF_A_STREAM * nodes.connections)}",
        "MostConnections": f"{max(MOST_CONNECTIONS, demand.connections)}",
        "RedisNodeType": size.redis.node,
    }


def with_the_kits(demand: Demand, size: Size) -> Iterator[str]:
    shards = size.redis.shards
    words = ", ".join(f"{name}={value}" for name, value in parameters(demand, size).items())
    yield f"The kits for AWS make {'all but the Redis of ' if shards > 1 else ''}this. Parameters: {words}."
    if shards > 1:
        yield (
            f"Their Redis is one shard with a replica, and not a Cluster: a Cluster of {shards} shards, with the "
            "rights that one needs (docs/how-to/which-redis.md), is yours to make, and its address yours to give."
        )

"""Nodes of ElastiCache, and what of them can be used for long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GIB: Final = 1024.0**3

USABLE: Final = 0.75
"""Of a node's memory: `reserved-memory-percent` is 25 by default.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html"""


@dataclass(frozen=True, slots=True)
class RedisNode:
    """`price`: key of the prices. `core`: share of the one core that commands run on which it has for good.
    `gbit_s`: its network's base line."""

    name: str
    price: str
    memory_gib: float
    core: float
    gbit_s: float

    @property
    def usable_bytes(self) -> float:
        return self.memory_gib * GIB * USABLE


REDIS_NODES: Final = (
    RedisNode("cache.t4g.micro", "elasticache.t4g_micro", 0.5, 0.1, 0.064),
    RedisNode("cache.t4g.small", "elasticache.t4g_small", 1.37, 0.2, 0.128),
    RedisNode("cache.t4g.medium", "elasticache.t4g_medium", 3.09, 0.2, 0.256),
    RedisNode("cache.m7g.large", "elasticache.m7g_large", 6.38, 1.0, 0.937),
    RedisNode("cache.r7g.large", "elasticache.r7g_large", 13.07, 1.0, 0.937),
    RedisNode("cache.r7g.xlarge", "elasticache.r7g_xlarge", 26.32, 1.0, 1.876),
    RedisNode("cache.r7g.2xlarge", "elasticache.r7g_2xlarge", 52.82, 1.0, 3.75),
    RedisNode("cache.r7g.4xlarge", "elasticache.r7g_4xlarge", 105.81, 1.0, 7.5),
)
"""Cheapest first. Memory and networks:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
What T4g nodes have for good: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html"""

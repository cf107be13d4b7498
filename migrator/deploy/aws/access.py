"""What the service may do at Redis, as an access string of ElastiCache.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string
"""

from __future__ import annotations

import tomllib
from typing import Final

from migrator.deploy.deployment import Deployment

COMMANDS: Final = (
    "evalsha", "script|load", "script|exists", "ssubscribe", "ping", "info", "time", "spublish",
    "get", "set", "del", "exists", "pexpire",
    "hget", "hset", "hsetnx", "hmget", "hgetall", "hdel",
    "lpush", "rpush", "lpop", "lrange", "lrem", "ltrim", "xadd", "xdel", "xrange",
    "zadd", "zrem", "zcard", "zscore", "zmscore", "zrange", "zrangebyscore", "zrangebylex", "zlexcount",
    "zremrangebyscore",
)  # fmt: skip
"""Those of docs/how-to/which-redis.md; none that concerns the server as a whole."""


def access_string(prefix: str) -> str:
    """Its own keys and channels, and the commands that it uses."""
    return f"on ~{{{prefix}}}:* &{{{prefix}}}:* -@all {' '.join(f'+{command}' for command in COMMANDS)}"


def prefix_of(deployment: Deployment) -> str:
    """What the service's keys begin with."""
    told = tomllib.loads(deployment.settings).get("redis", {}).get("prefix", deployment.name)
    return str(told)

"""What the service may do at Redis, as an access string of ElastiCache.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html#Access-string
"""

from __future__ import annotations

import tomllib

from migrator.deploy.deployment import Deployment


def access_string(prefix: str) -> str:
    """Its own keys and channels, and the commands that it uses; none that concerns the server as a whole."""
    return (
        f"on ~{{{prefix}}}:* &{{{prefix}}}:* -@all +@string +@hash +@list +@set +@sortedset +@stream +@pubsub +evalsha "
        "+script|load +ping +time +exists +del +pexpire"
    )


def prefix_of(deployment: Deployment) -> str:
    """What the service's keys begin with."""
    told = tomllib.loads(deployment.settings).get("redis", {}).get("prefix", deployment.name)
    return str(told)

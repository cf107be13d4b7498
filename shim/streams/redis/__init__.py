"""Connections in Redis, which several processes serve together: `RedisStreams`. Needs the package `redis`.

Redis holds the truth: a hash and a stream for each connection, one stream for what is broadcast. Publishing only wakes;
a node that missed something finds out when it compares positions. Each process reads from one subscription, however
many connections it has.
"""

from shim.streams.redis.options import RedisOptions, RedisUrlInvalid
from shim.streams.redis.streams import RedisStreams

__all__ = ["RedisOptions", "RedisStreams", "RedisUrlInvalid"]

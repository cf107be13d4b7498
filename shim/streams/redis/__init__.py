"""Connections in Redis, which several processes serve together: `RedisStreams` in `streams.py`. Needs the package
`redis`.

Redis holds the truth: a hash and a stream for each connection, one stream for what is broadcast. Publishing only wakes;
a node that missed something finds out when it compares positions. Each process reads from one subscription, however
many connections it has.
"""

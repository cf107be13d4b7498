"""What a broadcast to some costs for each of those whom it is for: Redis looks them up, and each node reads who they
are, whether it has their streams or not. Between one to many and one to few nothing else differs."""

from __future__ import annotations

from typing import Final

from bench.cluster.site import Reading, Site
from bench.measure import PAYLOAD_BYTES
from checklists.capacity.flat import Cost
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.streams import RedisStreams

MANY: Final = 1_000
FEW: Final = 10
TIMES: Final = 300


async def for_each_recipient(site: Site) -> Cost:
    """`node_cpu_s`: of each node. Asked by a node that is none of the site's."""
    server = site.masters[0].connection_pool.connection_kwargs
    streams = RedisStreams(RedisOptions(f"redis://{server['host']}:{server['port']}"))
    try:
        for number in range(MANY):
            size = "few" if number < FEW else "others"
            opened = await streams.awaiting.open(attributes={"recipients": "many", "size": size})
            await streams.awaiting.activate(opened.connection_id)
        to_few = await _broadcast(site, streams, {"size": "few"}, FEW)
        to_many = await _broadcast(site, streams, {"recipients": "many"}, MANY)
    finally:
        await streams.aclose()
    more = TIMES * (MANY - FEW)
    nodes = sum(to_many.cpu_s) - sum(to_few.cpu_s)
    return Cost(
        node_cpu_s=max(0.0, nodes / len(site.pids) / more),
        redis_cpu_s=max(0.0, (to_many.redis_cpu_s - to_few.redis_cpu_s) / more),
    )


async def _broadcast(site: Site, streams: RedisStreams, group: dict[str, str], whom: int) -> Reading:
    before = site.read()
    for _ in range(TIMES):
        sent = await streams.awaiting.broadcast(b"x" * PAYLOAD_BYTES, group=group)
        assert sent == whom, sent
    return site.read().since(before)

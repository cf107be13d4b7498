"""The servers under test, by name."""

from bench.servers.base import Server
from bench.servers.naive import Naive, NaiveRedis
from bench.servers.nchan import Nchan, NchanRedis
from bench.servers.offline import Offline
from bench.servers.pushpin import Pushpin
from bench.servers.shim import Shim, ShimPortable, ShimUnverified
from bench.servers.shim_redis import ShimRedis, ShimRedisTwo

SERVERS: dict[str, type[Server]] = {
    server.name: server
    for server in (
        *(Naive, Nchan, Pushpin, Offline, Shim, ShimUnverified, ShimPortable),
        *(ShimRedis, ShimRedisTwo, NaiveRedis, NchanRedis),
    )
}
"""By their names."""

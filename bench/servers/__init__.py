"""The servers under test, by name."""

from bench.servers.base import Server
from bench.servers.naive import Naive
from bench.servers.nchan import Nchan
from bench.servers.offline import Offline
from bench.servers.pushpin import Pushpin
from bench.servers.shim import Shim, ShimPortable, ShimUnverified
from bench.servers.shim_redis import ShimRedis

SERVERS: dict[str, type[Server]] = {
    server.name: server for server in (Naive, Nchan, Pushpin, Offline, Shim, ShimUnverified, ShimPortable, ShimRedis)
}

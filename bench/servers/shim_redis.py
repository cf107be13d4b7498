"""The shim as nodes over a Redis server of their own."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.processes import free_ports, running
from bench.servers.base import Started
from bench.servers.redis_server import missing, redis_server
from bench.servers.shim import Shim


class ShimRedis(Shim):
    """Redis shares the core of the load generator, and leaves the node its own, as from a machine of its own."""

    name = "shim-redis"
    says = "the same as one node of several: connections, replay and pushes in Redis, on the core of the load generator"

    def __init__(self) -> None:
        super().__init__()
        self.options = ()

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        with redis_server(core) as redis:
            self.options = ("--redis", redis.url)
            with super().start(core, folder) as started:
                yield replace(started, redis_pid=redis.pid)

    def missing(self) -> str | None:
        return missing()


class ShimRedisTwo(ShimRedis):
    """Both on the one core: what two cost more than one is seen for a second of CPU, not by the clock."""

    name = "shim-redis-2"
    says = "two such nodes at one port, which the kernel shares out, on the same core"

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        with redis_server(core) as redis:
            shared, *own = free_ports(3)
            command = [sys.executable, "-m", "bench.servers.shim_server", "--redis", redis.url]
            command += ["--shared-port", str(shared), "--port"]
            both = " & ".join(shlex.join([*command, str(port)]) for port in own)
            with running(["sh", "-c", f"{both} & wait"], core=core, ports=own, log=folder / "nodes.log") as process:
                yield Started(process.pid, shared, shared, redis.pid)

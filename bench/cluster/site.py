"""Nodes over one Redis, each a process, and what each of them used."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis

from bench.processes import cpu_seconds, free_ports, resident_bytes, running
from bench.servers.redis_server import redis_server
from checklists.capacity.flat import Cost
from tests.redis_cluster import RedisCluster

OURS = ("cmdstat_info", "cmdstat_memory|usage", "cmdstat_scan", "cmdstat_client|setinfo")
"""What is asked here, and costs no node anything."""


SETTLED_S = 20.0
"""After its start a node has compared positions once, and renewed what expires, as it does every six hours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """At one moment. `cpu_s`: of each node so far. `memory`: what Redis has allocated."""

    at: float
    cpu_s: tuple[float, ...]
    redis_cpu_s: float
    operations: float
    redis_in: float
    redis_out: float
    memory: int

    @property
    def cost(self) -> Cost:
        """Of all nodes together, and Redis."""
        return Cost(sum(self.cpu_s), self.redis_cpu_s, self.operations, self.redis_in, self.redis_out)

    def since(self, before: Reading) -> Reading:
        return Reading(
            self.at - before.at,
            tuple(now - then for now, then in zip(self.cpu_s, before.cpu_s, strict=True)),
            self.redis_cpu_s - before.redis_cpu_s,
            self.operations - before.operations,
            self.redis_in - before.redis_in,
            self.redis_out - before.redis_out,
            self.memory - before.memory,
        )

    def without(self, idle: Reading) -> Reading:
        """What was spent, but for what nodes and Redis spend in that time when nothing happens."""
        share = self.at / idle.at
        return Reading(
            self.at,
            tuple(max(0.0, cpu - share * other) for cpu, other in zip(self.cpu_s, idle.cpu_s, strict=True)),
            max(0.0, self.redis_cpu_s - share * idle.redis_cpu_s),
            max(0.0, self.operations - share * idle.operations),
            max(0.0, self.redis_in - share * idle.redis_in),
            max(0.0, self.redis_out - share * idle.redis_out),
            self.memory,
        )


@dataclass
class Site:
    """`pids`, `ports`: of the nodes. `masters`: of the Cluster, or the one server."""

    ports: list[int]
    pids: list[int]
    masters: list[Redis] = field(repr=False)

    def read(self) -> Reading:
        """Of all masters together."""
        infos = [master.info("everything") for master in self.masters]
        stats = [one for info in infos for one in info.items() if one[0].startswith("cmdstat_")]
        return Reading(
            at=time.monotonic(),
            cpu_s=tuple(cpu_seconds([pid]) for pid in self.pids),
            redis_cpu_s=sum(info["used_cpu_user"] + info["used_cpu_sys"] for info in infos),
            operations=sum(one["calls"] for name, one in stats if name not in OURS),
            redis_in=sum(info["total_net_input_bytes"] for info in infos),
            redis_out=sum(info["total_net_output_bytes"] for info in infos),
            memory=sum(info["used_memory"] for info in infos),
        )

    def resident(self, node: int) -> int:
        return resident_bytes([self.pids[node]])


@contextmanager
def site(nodes: int, folder: Path, *options: str, masters: int = 0) -> Iterator[Site]:
    """`options`: of bench.servers.shim_server. `masters`: of a Cluster; 0 for one server. The kernel shares out the
    cores."""
    with ExitStack() as stack:
        if masters:
            cluster = stack.enter_context(contextlib.closing(RedisCluster(masters)))
            url, servers = cluster.url, [cluster.client(place) for place in range(masters)]
        else:
            url = stack.enter_context(redis_server()).url
            servers = [Redis.from_url(url)]
        for server in servers:
            stack.enter_context(contextlib.closing(server))
        ports = free_ports(nodes)
        pids = []
        for port in ports:
            command = [sys.executable, "-m", "bench.servers.shim_server", "--port", str(port), "--redis", url, *options]
            process = stack.enter_context(running(command, core=None, ports=[port], log=folder / f"{port}.log"))
            pids.append(process.pid)
        yield Site(ports, pids, servers)

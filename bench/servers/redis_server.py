"""A Redis server of its own, that saves nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import GENERATOR_CORE, free_ports, running


def missing() -> str | None:
    """Why there can be none; None when there can."""
    return None if shutil.which("redis-server") else "redis-server is not installed: apt-get install redis-server"


@dataclass(frozen=True, slots=True)
class RedisServer:
    """Reached over TCP, as it is elsewhere."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"


@contextmanager
def redis_server(of: int | None = None) -> Iterator[RedisServer]:
    """`of`: the core of a server that is measured, to which Redis leaves it, as it has a machine of its own elsewhere.
    None: the kernel shares out the cores."""
    core = None if of is None else GENERATOR_CORE
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        command += ["--dir", folder, "--maxclients", "20000"]
        with running(command, core=core, ports=[port], log=Path(folder) / "log") as process:
            yield RedisServer(port, process.pid)

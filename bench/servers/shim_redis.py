"""The shim as one node of several, over a Redis server of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers.base import Started
from bench.servers.redis_server import redis_server
from bench.servers.shim import Shim


class ShimRedis(Shim):
    """Redis runs wherever the kernel puts it: elsewhere it has a machine of its own."""

    name = "shim-redis"
    says = "the same as one node of several: connections, replay and pushes in Redis, which is not pinned to a core"

    def __init__(self) -> None:
        super().__init__()
        self.options = ()

    @contextmanager
    def start(self, core: int | None, folder: Path) -> Iterator[Started]:
        with redis_server() as url:
            self.options = ("--redis", url)
            with super().start(core, folder) as started:
                yield started

    def missing(self) -> str | None:
        return None if shutil.which("redis-server") else "redis-server is not installed: apt-get install redis-server"

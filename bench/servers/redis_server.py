"""A Redis server of its own, that saves nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import free_ports, running


@contextmanager
def redis_server(core: int | None = None) -> Iterator[str]:
    """Its address, over TCP, as it is elsewhere. `core` None: wherever the kernel puts it."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        with running([*command, "--dir", folder], core=core, ports=[port], log=Path(folder) / "log"):
            yield f"redis://127.0.0.1:{port}"

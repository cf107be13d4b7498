"""nginx or HAProxy before all nodes, configured as the kits configure them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from templates import render
from tests.frontends.front_ends import free_port, started

FrontEndName = Literal["nginx", "haproxy"]

_FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}


@contextmanager
def front_of(name: FrontEndName, nodes: Sequence[tuple[str, int]], folder: Path) -> Iterator[tuple[str, int]]:
    """Its address."""
    port = free_port()
    servers = [f"{host}:{number}" for host, number in nodes]
    text = render(
        f"deploy/front_end/{_FILES[name]}.j2",
        servers=servers,
        listen=f"127.0.0.1:{port}",
        readiness_path="/readyz",
        idle_s=60,
    )
    with started(name, text, port, folder):
        yield "127.0.0.1", port

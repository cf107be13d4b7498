"""nginx or HAProxy before all nodes, configured as the kits configure them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.frontends.front_ends import Name, configuration, free_port, started


@contextmanager
def front_of(name: Name, nodes: Sequence[tuple[str, int]], folder: Path) -> Iterator[tuple[str, int]]:
    """Its address."""
    port = free_port()
    text = configuration(name, [f"{host}:{number}" for host, number in nodes], f"127.0.0.1:{port}")
    with started(name, text, port, folder):
        yield "127.0.0.1", port

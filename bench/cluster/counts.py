"""What two nodes cost Redis, counted: `python -m bench.cluster.counts [--streams 1000] [--idle-s 60] [--masters 3]`.

Half of the streams are at each node. A broadcast through one of them has to reach all; operations are what `INFO
commandstats` counts, those within scripts included, and memory is `MEMORY USAGE` of every key; in a Cluster both are of
all masters together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.at_once import all_of
from bench.cluster.site import SETTLED_S, Site, site
from bench.processes import allow_open_files
from bench.servers.base import get_stream
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE
from bench.signing import Signer

BROADCASTS = 20
OPENED_AT_ONCE = 32


class Stream:
    """A client that only counts the events that it was sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Stream:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(get_stream(f"/{STAGE}", port))
        stream = cls(reader, writer)
        await stream.until(b"event: open")
        return stream

    async def until(self, line: bytes) -> None:
        async with asyncio.timeout(60):
            while not (await self._reader.readline()).startswith(line):
                pass

    def close(self) -> None:
        self._writer.transport.abort()


async def count(nodes: Site, streams: int, idle_s: float) -> dict[str, Any]:
    """`streams`: in all, evenly at the nodes."""
    before = nodes.read().operations
    ports = nodes.ports
    clients = await all_of((ports[n % len(ports)] for n in range(streams)), Stream.open, at_once=OPENED_AT_ONCE)
    opening = nodes.read().operations - before
    await broadcast(ports[0], clients, -1)  # the first one ever sets when everything expires

    costs, times = [], []
    for number in range(BROADCASTS):
        began, before = time.monotonic(), nodes.read().operations
        await broadcast(ports[0], clients, number)
        times.append(time.monotonic() - began)
        costs.append(nodes.read().operations - before)
    await asyncio.sleep(SETTLED_S)
    before, began = nodes.read().operations, time.monotonic()
    await asyncio.sleep(idle_s)
    idle = nodes.read().operations - before
    lasted = time.monotonic() - began
    memory = memory_of_all_keys(nodes)
    for client in clients:
        client.close()
    return {
        "streams": streams,
        "nodes": len(ports),
        "operations_to_open_one": round(opening / streams, 1),
        "operations_per_broadcast": min(costs),  # the others have what nodes do by the clock
        "broadcast_until_the_last_has_it_ms": round(1_000 * sorted(times)[len(times) // 2], 1),
        "idle_operations_per_stream_in_10_s": round(10 * idle / lasted / streams, 2),
        "bytes_per_idle_stream": round(memory / streams),
    }


async def broadcast(port: int, streams: list[Stream], number: int) -> None:
    """Until the last stream has it."""
    signer = Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)
    body = json.dumps({"broadcast": number}).encode()
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signer.post(f"/{STAGE}/@connections", body))
    await asyncio.gather(*(stream.until(b"data: " + body) for stream in streams))
    writer.transport.abort()


def memory_of_all_keys(nodes: Site) -> int:
    masters: list[Any] = list(nodes.masters)  # their types are those of both their clients
    return sum(one.memory_usage(key, samples=0) or 0 for one in masters for key in one.scan_iter(count=1_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--idle-s", type=float, default=60.0)
    parser.add_argument("--masters", type=int, default=0, help="of a Cluster; 0, the default, for one server")
    given = parser.parse_args()
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder, site(given.nodes, Path(folder), masters=given.masters) as nodes:
        found = asyncio.run(count(nodes, given.streams, given.idle_s))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

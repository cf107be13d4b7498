"""What two nodes cost Redis: `python -m bench.cluster [--streams 1000] [--idle-s 60]`.

Half of the streams are at each node. A broadcast through one of them has to reach all; operations are what `INFO
commandstats` counts, those within scripts included, and memory is `MEMORY USAGE` of every key.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bench.processes import allow_open_files, free_ports, running
from bench.servers.base import get_stream
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE
from bench.servers.shim_redis import redis_server
from bench.signing import Signer

BROADCASTS = 20
OPENED_AT_ONCE = 32
OURS = {"cmdstat_info", "cmdstat_client|setinfo", "cmdstat_memory|usage", "cmdstat_scan"}
"""What is asked here, and costs no node anything."""


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


async def measure(url: str, ports: list[int], count: int, idle_s: float) -> dict[str, Any]:
    redis = Redis.from_url(url)
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def opened(port: int) -> Stream:
        async with gate:
            return await Stream.open(port)

    before = await operations(redis)
    streams = await asyncio.gather(*(opened(ports[n % len(ports)]) for n in range(count)))
    opening = await operations(redis) - before
    await broadcast(ports[0], streams, -1)  # the first one ever sets when everything expires

    costs, times = [], []
    for number in range(BROADCASTS):
        before, began = await operations(redis), time.monotonic()
        await broadcast(ports[0], streams, number)
        times.append(time.monotonic() - began)
        costs.append(await operations(redis) - before)
    before, began = await operations(redis), time.monotonic()
    await asyncio.sleep(idle_s)
    idle = await operations(redis) - before
    memory = await memory_of_all_keys(redis)
    for stream in streams:
        stream.close()
    await redis.aclose()
    return {
        "streams": count,
        "nodes": len(ports),
        "operations_to_open_one": round(opening / count, 1),
        "operations_per_broadcast": min(costs),  # the others have what nodes do by the clock
        "broadcast_until_the_last_has_it_ms": round(1_000 * sorted(times)[len(times) // 2], 1),
        "idle_operations_per_stream_in_10_s": round(10 * idle / (time.monotonic() - began) / count, 2),
        "bytes_per_idle_stream": round(memory / count),
    }


async def broadcast(port: int, streams: list[Stream], number: int) -> None:
    """Until the last stream has it."""
    signer = Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)
    body = json.dumps({"broadcast": number}).encode()
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signer.post(f"/{STAGE}/@connections", body))
    await asyncio.gather(*(stream.until(b"data: " + body) for stream in streams))
    writer.transport.abort()


async def operations(redis: Redis) -> int:
    stats = await redis.info("commandstats")
    return sum(one["calls"] for name, one in stats.items() if name not in OURS)


async def memory_of_all_keys(redis: Redis) -> int:
    return sum([await redis.memory_usage(key, samples=0) or 0 async for key in redis.scan_iter(count=1_000)])


@contextmanager
def nodes(url: str, count: int, folder: Path) -> Iterator[list[int]]:
    """Their ports."""
    ports = free_ports(count)
    with ExitStack() as stack:
        for port in ports:
            command = [sys.executable, "-m", "bench.servers.shim_server", "--port", str(port), "--redis", url]
            stack.enter_context(running(command, core=None, ports=[port], log=folder / f"{port}.log"))
        yield ports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--idle-s", type=float, default=60.0)
    given = parser.parse_args()
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder, redis_server() as url, nodes(url, given.nodes, Path(folder)) as ports:
        found = asyncio.run(measure(url, ports, given.streams, given.idle_s))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

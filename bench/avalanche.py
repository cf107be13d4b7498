"""All clients of two nodes lose their streams at the same moment, and come back at once: how long until all are back?

python -m bench.avalanche [--clients 10000] [--nodes 2]

The clients are one process of Python, and take a part of the time that is measured. What is broadcast while none of
them is there each has to get, once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.at_once import all_of
from bench.cluster.site import site
from bench.processes import allow_open_files
from bench.servers.base import get_stream
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE
from bench.signing import Signer

GOAL_S = 30.0
OPENED_AT_ONCE = 64
AGAIN_S = (1.0, 2.0)
"""What a client waits that was refused."""


class Stream(asyncio.Protocol):
    """One stream, as cheap as can be."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.transport: asyncio.Transport | None = None
        self.bytes = bytearray()
        self.changed = asyncio.Event()
        self.lost = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.bytes += data
        self.changed.set()

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        self.changed.set()

    async def until(self, word: bytes) -> bool:
        """Whether it came before the stream was over."""
        while word not in self.bytes:
            if self.lost:
                return False
            self.changed.clear()
            await self.changed.wait()
        return True

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


class Client:
    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.stream: Stream | None = None
        self.session = self.seen = ""
        self.back_s = 0.0
        self.refused = 0

    async def open(self) -> None:
        stream = await self._stream("")
        assert await stream.until(b"event: open\n"), bytes(stream.bytes)
        assert await stream.until(b'"session"')
        text = bytes(stream.bytes).decode()
        self.session = text.split('"session": "')[1].split('"')[0]
        self.seen = text.split("\nid: ")[1].split("\n")[0]
        self.stream = stream

    def drop(self) -> None:
        if self.stream is not None:
            self.stream.close()

    async def come_back(self, since: float) -> None:
        headers = f"Stream-Session: {self.session}\r\nLast-Event-ID: {self.seen}\r\n"
        while True:
            try:
                stream = await self._stream(headers)
                if await stream.until(b"retry: "):
                    break
                stream.close()
            except OSError:
                pass
            self.refused += 1
            await asyncio.sleep(random.uniform(*AGAIN_S))
        self.back_s = time.monotonic() - since
        self.stream = stream

    async def _stream(self, headers: str) -> Stream:
        port = random.choice(self._ports)
        request = get_stream(f"/{STAGE}", port, headers)
        loop = asyncio.get_running_loop()
        _transport, stream = await loop.create_connection(lambda: Stream(request), "127.0.0.1", port)
        return stream


async def measure(ports: list[int], count: int) -> dict[str, Any]:
    clients = [Client(ports) for _ in range(count)]
    began = time.monotonic()
    await all_of(clients, Client.open, at_once=OPENED_AT_ONCE)
    opening_s = time.monotonic() - began
    began = time.monotonic()
    for client in clients:
        client.drop()
    await broadcast(ports[0], b"while nobody was there")
    since = time.monotonic()
    await asyncio.gather(*(client.come_back(since) for client in clients))
    back = sorted(client.back_s for client in clients)
    await asyncio.gather(*(client.stream.until(b"data: while nobody was there") for client in clients if client.stream))
    all_s = time.monotonic() - since
    times = [bytes(client.stream.bytes).count(b"data: while nobody was there") for client in clients if client.stream]
    for client in clients:
        client.drop()
    return {
        "clients": count,
        "nodes": len(ports),
        "opened_s": round(opening_s, 1),
        "dropped_and_broadcast_s": round(since - began, 2),
        "back_p50_s": round(back[count // 2], 1),
        "back_p99_s": round(back[int(count * 0.99)], 1),
        "all_back_s": round(back[-1], 1),
        "all_have_what_they_missed_s": round(all_s, 1),
        "refused_and_asked_again": sum(client.refused for client in clients),
        "missed_or_repeated": sum(one != 1 for one in times),
        "goal_s": GOAL_S,
    }


async def broadcast(port: int, body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY).post(f"/{STAGE}/@connections", body))
    answer = await reader.readline()
    assert b" 200 " in answer, answer
    writer.transport.abort()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=2)
    given = parser.parse_args()
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder, site(given.nodes, Path(folder)) as nodes:
        found = uvloop.run(measure(nodes.ports, given.clients))
    print(json.dumps(found, indent=2))
    return 0 if found["all_back_s"] <= GOAL_S and not found["missed_or_repeated"] else 1


if __name__ == "__main__":
    sys.exit(main())

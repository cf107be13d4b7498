"""Clients of two nodes lose their streams for two seconds, again and again, while everybody is pushed to: what do they
get, how often, and in which order?

python -m bench.jitter [--clients 200] [--seconds 60] [--nodes 2]

Each client has a stream for 2 to 6 seconds, is gone for 2, and comes back at any node. All get broadcasts, and each
gets pushes of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import uvloop

from bench.at_once import all_of
from bench.avalanche import OPENED_AT_ONCE, Client
from bench.cluster.site import site
from bench.processes import allow_open_files
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE
from bench.signing import Signer

AWAY_S: Final = 2.0
THERE_S: Final = (2.0, 6.0)
BROADCAST_EVERY_S: Final = 0.25
PUSH_EACH_S: Final = 4.0
"""Between two pushes to the same client."""

LATEST_S: Final = 30.0
"""After the last drop; what has not come then counts as lost."""


@dataclass(frozen=True, slots=True)
class Got:
    """`sent`: messages that were acknowledged, each for one client. `late`: those that came after one that was sent
    later, of those that are numbered in one row."""

    sent: int = 0
    received: int = 0
    repeated: int = 0
    late: int = 0

    def __add__(self, other: Got) -> Got:
        return Got(
            self.sent + other.sent,
            self.received + other.received,
            self.repeated + other.repeated,
            self.late + other.late,
        )


def judged(sent: Sequence[str], got: Sequence[str]) -> Got:
    """`sent`, in this order, and `got`, in that one: rows of numbers as `row number`."""
    first = list(dict.fromkeys(got))
    furthest: dict[str, int] = {}
    late = 0
    for one in first:
        row, _, number = one.partition(" ")
        late += int(number) < furthest.get(row, 0)
        furthest[row] = max(furthest.get(row, 0), int(number))
    return Got(len(sent), len(set(sent) & set(got)), len(got) - len(first), late)


class Jittery(Client):
    """A client that is gone again and again. `pushed`: what was acknowledged of its own."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(ports)
        self.id = ""
        self.got: list[str] = []
        self.pushed: list[str] = []
        self.drops = 0
        self._read = 0

    async def open(self) -> None:
        await super().open()
        assert self.stream is not None
        self.id = bytes(self.stream.bytes).decode().split('"connectionId": "')[1].split('"')[0]

    def read(self) -> None:
        """Events that came whole."""
        if self.stream is None:
            return
        whole = max(0, self.stream.bytes.rfind(b"\n\n"))
        for event in self.stream.bytes[self._read : whole].decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
            self.seen = fields.get("id", self.seen)
            if "data" in fields and "event" not in fields:
                self.got.append(fields["data"])
        self._read = whole

    async def live(self, until: float) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(*THERE_S))
            self.read()
            self.drop()
            self.drops += 1
            await asyncio.sleep(AWAY_S)
            self._read = 0
            await self.come_back(time.monotonic())

    async def has(self, sent: set[str], until: float) -> None:
        while time.monotonic() < until:
            self.read()
            if sent <= set(self.got):
                return
            await asyncio.sleep(0.1)


class Pusher:
    """One connection, and one push after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._signer = Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()

    async def push(self, body: str, connection_id: str = "") -> bool:
        """To all, or to one. Whether it was acknowledged."""
        path = f"/{STAGE}/@connections" + (f"/{quote(connection_id, safe='')}" if connection_id else "")
        self._writer.write(self._signer.post(path, body.encode()))
        answer = await self._reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        await self._reader.readexactly(int(lengths[0].partition(b":")[2]) if lengths else 0)
        return answer.startswith(b"HTTP/1.1 200")


async def broadcasts(port: int, until: float) -> list[str]:
    """Those that were acknowledged."""
    sent: list[str] = []
    async with Pusher(port) as pusher:
        while time.monotonic() < until:
            body = f"all {len(sent) + 1}"
            if await pusher.push(body):
                sent.append(body)
            await asyncio.sleep(BROADCAST_EVERY_S)
    return sent


async def pushes(port: int, clients: Sequence[Jittery], until: float) -> None:
    """To one client after the other."""
    async with Pusher(port) as pusher:
        while time.monotonic() < until:
            began = time.monotonic()
            for client in clients:
                body = f"own {len(client.pushed) + 1}"
                if await pusher.push(body, client.id):
                    client.pushed.append(body)
            await asyncio.sleep(max(0.0, began + PUSH_EACH_S - time.monotonic()))


async def measure(ports: list[int], count: int, seconds: float) -> dict[str, Any]:
    clients = [Jittery(ports) for _ in range(count)]
    await all_of(clients, Jittery.open, at_once=OPENED_AT_ONCE)
    until = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(broadcasts(ports[0], until))
        group.create_task(pushes(ports[-1], clients, until))
        for client in clients:
            group.create_task(client.live(until))
    to_all = sending.result()
    latest = time.monotonic() + LATEST_S
    await asyncio.gather(*(client.has({*to_all, *client.pushed}, latest) for client in clients))
    found = sum((judged([*to_all, *client.pushed], client.got) for client in clients), Got())
    for client in clients:
        client.drop()
    return {
        "clients": count,
        "nodes": len(ports),
        "seconds": seconds,
        "drops": sum(client.drops for client in clients),
        "refused_and_asked_again": sum(client.refused for client in clients),
        "broadcasts": len(to_all),
        "pushes": sum(len(client.pushed) for client in clients),
        "to_be_received": found.sent,
        "received_percent": 100 * found.received / found.sent,
        "repeated": found.repeated,
        "out_of_order": found.late,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--nodes", type=int, default=2)
    given = parser.parse_args()
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder, site(given.nodes, Path(folder)) as nodes:
        found = uvloop.run(measure(nodes.ports, given.clients, given.seconds))
    print(json.dumps(found, indent=2))
    kept = found["received_percent"] == 100 and not found["repeated"] and not found["out_of_order"]
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

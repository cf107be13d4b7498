"""Nodes, Redis, clients and pushers of one run."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.chaos.application import lines_of, make_application
from tests.chaos.clients import Client, Directory, PlainClient, digest_of
from tests.chaos.clocks import Clock, build_clock
from tests.chaos.history import Push, Ran, Recorder, Rules
from tests.chaos.http import Link
from tests.chaos.library_client import LibraryClient
from tests.chaos.network import Network, network_for
from tests.chaos.nodes import NodeUnderTest, Zygote
from tests.chaos.redis_of_a_run import redis_of
from tests.chaos.redis_under_test import Keeps, RedisUnderTest, Servers
from tests.running import ROOT

WINDOW_S: Final = 3.0
LEASE_S: Final = 1.0
CHECK_S: Final = 0.5
TIMEOUT_S: Final = 0.5
PUSH_S: Final = 3.0
"""How long a pusher waits for an answer."""

SETTINGS: Final = {
    "management.verify": "false",
    "redis.prefix": "chaos",
    "redis.lease_s": LEASE_S,
    "redis.check_s": CHECK_S,
    "redis.timeout_s": TIMEOUT_S,
    "streams.retry_ms": 50,
    "streams.heartbeat_s": 0.5,
    "streams.drain_spread_ms": 100,
    "streams.ending_s": 3,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What runs share: a process that becomes nodes, and the application."""

    zygote: Zygote
    inventory: Path
    clock: Path | None
    """The library with which wall clocks can be turned."""

    @property
    def application(self) -> Path:
        return self.inventory.with_suffix("")


@asynccontextmanager
async def ground_in(folder: Path) -> AsyncIterator[Ground]:
    """Raises ScanFailed."""
    clock, zygote = build_clock(folder), Zygote()
    await zygote.begin(Clock(folder / "clock", clock))
    try:
        yield Ground(zygote, make_application(folder / "app"), clock)
    finally:
        await zygote.close()


@dataclass
class World:
    recorder: Recorder
    rng: random.Random
    folder: Path
    ground: Ground
    redis: RedisUnderTest
    network: Network
    loop: Directory
    clocks: list[Clock]
    """Of the nodes, and at the end that of Redis."""
    nodes: list[NodeUnderTest] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    only_plain: bool = False
    front: tuple[str, int] | None = None
    """Where clients and pushers find all nodes; None: each at its own address."""
    unreachable: bool = False
    """Whether clients find no node."""
    _next: int = 0
    _named: int = 0

    @classmethod
    async def begin(
        cls,
        rules: Rules,
        rng: random.Random,
        folder: Path,
        ground: Ground,
        keeps: Keeps,
        servers: Servers,
        changed: Mapping[str, object],
    ) -> World:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Directory)
        clock = Clock(folder / "clock-redis", ground.clock)
        recorder, network = Recorder(rules), await network_for(rules.nodes)
        redis = redis_of(servers, keeps, recorder, folder, clock, network.several_at)
        world = cls(recorder, rng, folder, ground, redis, network, loop, [clock])
        loop.rng, loop.nodes = rng, world.found_by_clients
        await redis.begin()
        settings = {**SETTINGS, "streams.resume_window_s": rules.window_s, **changed}
        words = [str(word) for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        arguments = ["shim", str(ground.application), "--inventory", str(ground.inventory), "--format", "json"]
        arguments += ["--aws", "configured", *words]
        for index in range(rules.nodes):
            world.clocks.insert(index, clock := Clock(folder / f"clock-{index}", ground.clock))
            url = redis.url_at(network.redis_of(index, redis.ports[0]))
            node = NodeUnderTest(index, ground.zygote, network, folder, arguments, url, clock)
            node.environment["CHAOS_RAN"] = str(folder / "ran")
            world.nodes.append(node)
        await asyncio.gather(*(node.start() for node in world.nodes))
        return world

    async def close(self) -> None:
        for client in self.clients:
            await client.vanish()
        for node in self.nodes:
            await node.kill()
        await self.redis.close()
        await self.network.close()

    # ---- clients

    def addresses(self) -> list[tuple[str, int]]:
        return [self.network.address_of(node.index) for node in self.nodes]

    def _doors(self) -> list[tuple[str, int]]:
        return self.addresses() if self.front is None else [self.front]

    def found_by_clients(self) -> list[tuple[str, int]]:
        """Raises OSError."""
        if self.unreachable:
            raise OSError("no way to the nodes")
        return self._doors()

    def add_client(self) -> Client:
        self._named += 1
        name = str(self._named)
        client: Client
        if self._named % 2 or self.only_plain:
            client = PlainClient(self.recorder, name, self.found_by_clients, self.rng)
        else:
            client = LibraryClient(self.recorder, name, self._connection_named)
        self.clients.append(client)
        client.begin()
        return client

    def failed(self) -> None:
        """Raises what a client could not bear."""
        for client in self.clients:
            if client.failed is not None:
                raise client.failed

    @property
    def living(self) -> list[Client]:
        return [client for client in self.clients if client.connection and not client.over]

    def drop_streams(self, share: float) -> None:
        """The TCP connections of this share of the clients break."""
        for client in self.living:
            if isinstance(client, PlainClient) and self.rng.random() < share:
                client.drop()
        for transport in list(self.loop.to_nodes):
            if self.rng.random() < share:
                transport.abort()

    def _connection_named(self, name: str) -> str:
        connected = {line["name"]: line["connection"] for line in self.ran() if line["route"] == "$connect"}
        return str(connected[name])

    # ---- what functions saw

    def ran(self) -> list[dict[str, Any]]:
        return lines_of(self.folder / "ran")

    def ran_lines(self) -> list[Ran]:
        return [
            Ran(
                self.recorder.since_zero(line["at"]),
                line["route"],
                line["connection"],
                line["pid"],
                line["code"],
                line["id"],
            )
            for line in self.ran()
        ]

    # ---- pushes

    async def push(self, link: Link, node: int, to: str | None) -> Push:
        self._next += 1
        number = self._next
        text = f"{number}:{'x' * self.rng.choice([0, 20, 200, 2000])}"
        path = "/dev/@connections" if to is None else f"/dev/@connections/{to.replace('=', '%3D')}"
        begun = self.recorder.now()
        status = None
        try:
            status = await link.ask("POST", path, text.encode())
        finally:
            push = Push(number, to, node, digest_of(text), begun, self.recorder.now(), status)
            self.recorder.add(push)
        return push

    def taken(self) -> dict[str, set[int]]:
        """What was pushed to each connection and acknowledged, and what was broadcast last."""
        found: dict[str, set[int]] = {client.connection: set() for client in self.clients}
        last: set[int] = set()
        for push in self.recorder.history.of(Push):
            if push.status == 200 and push.to is None:
                last = {push.id}
            elif push.status == 200:
                found[push.to].add(push.id)
        return {connection: own | last for connection, own in found.items()}

    def links(self) -> list[Link]:
        """One to each node."""
        return [Link(address, PUSH_S) for address in self._doors()]


def new_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


HERE: Final = ROOT / "build" / "chaos"

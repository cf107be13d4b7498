"""A Redis Cluster of plain processes for tests: on loopback, in memory unless told, ended by the test that started it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.redis_server import redis_program

SLOTS = 16_384

BUS = 10_000
"""What is added to a port for the nodes' talk among themselves."""


class RedisCluster:
    """Each of `masters` has an equal part of the slots, in a row; each of `replicas` follows the master of its place.
    `host`: an address of this machine. `words`: more of the command line of each."""

    def __init__(
        self, masters: int = 3, replicas: int = 0, *, host: str = "127.0.0.1", words: Sequence[str] = ()
    ) -> None:
        self.host = host
        self._words = words
        self._folder = Path(tempfile.mkdtemp(prefix="cluster-"))
        self.ports: list[int] = []
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        try:
            for place in range(masters + replicas):
                self.ports.append(free_port())
                (self._folder / str(place)).mkdir()
                self.start(place)
            self._meet(masters)
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"{self.host}:{port}" for port in self.ports)

    def client(self, place: int) -> Any:
        """Of one node."""
        return Redis(self.host, self.ports[place], socket_timeout=5)

    def kill(self, place: int) -> None:
        self._processes[place].kill()
        self._processes[place].wait()

    def send_signal(self, place: int, number: signal.Signals) -> None:
        self._processes[place].send_signal(number)

    def start(self, place: int) -> None:
        """Also again, after it was killed: it knows its slots, and has the data that it kept."""
        folder = self._folder / str(place)
        words = ["--port", str(self.ports[place]), "--bind", self.host, "--protected-mode", "no", "--dir", str(folder)]
        words += ["--save", "", "--cluster-enabled", "yes", "--cluster-node-timeout", "1000"]
        words += ["--repl-diskless-sync-delay", "0", *self._words]
        self._processes[place] = subprocess.Popen(
            [redis_program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def move(self, slot: int) -> None:
        """To the next master, key by key, as `redis-cli --cluster reshard` does."""
        masters = [self.client(place) for place in range(3)]
        slots = masters[0].execute_command("CLUSTER SLOTS")
        owner = next(self.ports.index(master[1]) for first, last, master, *_ in slots if first <= slot <= last)
        source, target = masters[owner], masters[(owner + 1) % 3]
        source_id, target_id = (one.execute_command("CLUSTER MYID") for one in (source, target))
        target.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", source_id)
        source.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", target_id)
        port = self.ports[(owner + 1) % 3]
        while keys := source.execute_command("CLUSTER GETKEYSINSLOT", slot, 2):
            source.execute_command("MIGRATE", self.host, port, "", 0, 5000, "KEYS", *keys)
            time.sleep(0.01)
        for one in (target, source, masters[(owner + 2) % 3]):
            one.execute_command("CLUSTER SETSLOT", slot, "NODE", target_id)

    def whole(self) -> None:
        """Waits until each knows all others, and all slots are served."""
        eventually(lambda: all(self._knows_all(place) for place in range(len(self.ports))))

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _meet(self, masters: int) -> None:
        eventually(lambda: all(self.client(place).ping() for place in range(len(self.ports))))
        parts = [place * SLOTS // masters for place in range(masters + 1)]
        for place, (first, last) in enumerate(pairwise(parts)):
            self.client(place).execute_command("CLUSTER ADDSLOTSRANGE", first, last - 1)
        for place in range(len(self.ports)):
            client = self.client(place)
            client.execute_command("CLUSTER SET-CONFIG-EPOCH", place + 1)
            client.execute_command("CLUSTER MEET", self.host, self.ports[0])
        for place in range(masters, len(self.ports)):
            master = self.client(place % masters).execute_command("CLUSTER MYID")
            eventually(lambda place=place, master=master: self._follow(place, master))
        self.whole()

    def _follow(self, place: int, master: bytes) -> bool:
        return bool(self.client(place).execute_command("CLUSTER REPLICATE", master))

    def _knows_all(self, place: int) -> bool:
        info = self.client(place).execute_command("CLUSTER INFO")
        nodes = self.client(place).execute_command("CLUSTER NODES")
        well = sum(node["connected"] and "fail" not in node["flags"] for node in dict(nodes).values())
        return bool(info["cluster_state"] == "ok" and well == len(self.ports) == int(info["cluster_known_nodes"]))


def free_port() -> int:
    """One whose port for the bus is one too."""
    while True:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            port = int(server.getsockname()[1])
        if port + BUS < 65_536:
            return port
        port -= BUS
        with socket.socket() as server:
            try:
                server.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def eventually(true: Any, within_s: float = 30.0) -> None:
    """`true` is tried until it is, whatever Redis answers meanwhile."""
    ends = time.monotonic() + within_s
    while True:
        try:
            if true():
                return
        except RedisError:
            pass
        assert time.monotonic() < ends, "Redis did not get ready"
        time.sleep(0.02)

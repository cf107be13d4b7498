"""Cables that can be pulled: between each node and Redis, and between each node and its clients.

`Namespaces` gives every node a network of its own with two cables (veth), as root or in a user namespace of its own.
Where that is not permitted, `Proxies` forwards bytes to clients and to one Redis server, and stops to.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from typing import Final, Literal

Cable = Literal["front", "back"]
"""`front`: to clients; `back`: to Redis."""

MARK: Final = "CHAOS_NETWORK"


def enter_network() -> None:
    """Begins this program anew in a network of its own, where that is permitted."""
    if MARK in os.environ:
        return
    for words in (["unshare", "-n"], ["unshare", "-Urn"]):
        with contextlib.suppress(OSError):
            probe = [*words, "sh", "-c", "ip link set lo up && ip link add veth0 type veth peer name veth1"]
            if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                os.execvpe(words[0], [*words, *sys.orig_argv], {**os.environ, MARK: "own"})
    os.environ[MARK] = "shared"


def is_own() -> bool:
    return os.environ.get(MARK) == "own"


def end_of(cable: Cable, node: int) -> str:
    """The end on this side."""
    return f"{cable}{node}"


class Network(ABC):
    own: bool
    """Whether nodes have networks of their own."""

    several_at: str
    """The address at which all nodes find several Redis servers, and this side too."""

    @abstractmethod
    def redis_of(self, node: int, port: int) -> tuple[str, int]:
        """Where the node finds the only Redis server, which has this port on this side."""

    @abstractmethod
    def listen_of(self, node: int) -> tuple[str, int]:
        """Where the node listens; port 0: it says."""

    @abstractmethod
    async def plug_in(self, node: int, pid: int, port: int) -> str:
        """A new process; returns what is to be done inside. `port`: where it listens."""

    @abstractmethod
    async def unplug(self, node: int) -> None:
        """The process is gone."""

    @abstractmethod
    def address_of(self, node: int) -> tuple[str, int]:
        """Where clients find it."""

    @abstractmethod
    async def cut(self, node: int, cable: Cable) -> None:
        """Nothing goes through any more, and nobody is told."""

    @abstractmethod
    async def mend(self, node: int, cable: Cable) -> None: ...

    async def close(self) -> None:
        return


class Namespaces(Network):
    own = True
    several_at = "10.255.0.1"

    async def begin(self) -> None:
        await _ip(f"link set lo up\naddr replace {self.several_at}/32 dev lo")

    def redis_of(self, node: int, port: int) -> tuple[str, int]:
        return f"10.{node + 1}.2.1", port

    def listen_of(self, node: int) -> tuple[str, int]:
        return "0.0.0.0", 8000

    def address_of(self, node: int) -> tuple[str, int]:
        return f"10.{node + 1}.1.2", 8000

    async def plug_in(self, node: int, pid: int, port: int) -> str:
        here, inside = [], ["link set lo up"]
        cables: tuple[tuple[Cable, int], ...] = (("front", 1), ("back", 2))
        for cable, third in cables:
            name = end_of(cable, node)
            here += [
                f"link add {name} type veth peer name {cable} netns {pid}",
                f"addr add 10.{node + 1}.{third}.1/30 dev {name}",
                f"link set {name} up",
            ]
            inside += [f"addr add 10.{node + 1}.{third}.2/30 dev {cable}", f"link set {cable} up"]
        inside.append(f"route add {self.several_at} via 10.{node + 1}.2.1")
        await _ip("\n".join(here))
        return "\n".join(inside)

    async def unplug(self, node: int) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it went with the process
            await _ip(f"link del {end_of('front', node)}")
        with contextlib.suppress(subprocess.CalledProcessError):
            await _ip(f"link del {end_of('back', node)}")

    async def cut(self, node: int, cable: Cable) -> None:
        await _ip(f"link set {end_of(cable, node)} down")

    async def mend(self, node: int, cable: Cable) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # its process was killed meanwhile
            await _ip(f"link set {end_of(cable, node)} up")


async def _ip(words: str) -> None:
    """Raises CalledProcessError."""
    running = await asyncio.create_subprocess_exec(
        "ip", "-batch", "-", stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _out, said = await running.communicate(words.encode() + b"\n")
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, words, stderr=said)


class Proxies(Network):
    own = False
    several_at = "127.0.0.1"

    def __init__(self, nodes: int) -> None:
        self._back = [_Proxy() for _ in range(nodes)]
        self._front = [_Proxy() for _ in range(nodes)]

    async def begin(self) -> None:
        for proxy in (*self._back, *self._front):
            await proxy.begin()

    def redis_of(self, node: int, port: int) -> tuple[str, int]:
        self._back[node].target = port
        return "127.0.0.1", self._back[node].port

    def listen_of(self, node: int) -> tuple[str, int]:
        return "127.0.0.1", 0

    def address_of(self, node: int) -> tuple[str, int]:
        return "127.0.0.1", self._front[node].port

    async def plug_in(self, node: int, pid: int, port: int) -> str:
        self._front[node].target = port
        return ""

    async def unplug(self, node: int) -> None:
        self._front[node].target = 0

    async def cut(self, node: int, cable: Cable) -> None:
        self._proxy(node, cable).open.clear()

    async def mend(self, node: int, cable: Cable) -> None:
        self._proxy(node, cable).open.set()

    def _proxy(self, node: int, cable: Cable) -> _Proxy:
        return (self._front if cable == "front" else self._back)[node]

    async def close(self) -> None:
        for proxy in (*self._back, *self._front):
            await proxy.close()


class _Proxy:
    """Forwards to `target`; 0: nobody is there. What arrives while it is cut waits, as a sender's packets do."""

    def __init__(self) -> None:
        self.target = 0
        self.open = asyncio.Event()
        self.open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        other = None
        try:
            await self.open.wait()
            there, other = await asyncio.open_connection("127.0.0.1", self.target)
            both = [
                asyncio.ensure_future(self._pump(reader, other)),
                asyncio.ensure_future(self._pump(there, writer)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        except OSError:
            pass
        finally:
            for one in (writer, other):
                if one is not None:
                    one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            await self.open.wait()
            writer.write(piece)
            await writer.drain()
        await self.open.wait()


async def network_for(nodes: int) -> Network:
    found = Namespaces() if is_own() else Proxies(nodes)
    await found.begin()
    return found

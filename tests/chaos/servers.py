"""Redis and the nodes, as processes that can be killed, stopped and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from tests.chaos.clocks import Clock
from tests.chaos.network import Network
from tests.frontends.front_ends import free_port
from tests.one_function import AWS
from tests.redis_server import redis_program
from tests.running import ROOT, environment

UP_WITHIN_S: Final = 30.0

Keeps = Literal["all", "old", "nothing"]
"""What Redis has when it comes back after `kill -9`: all that it acknowledged (its log is synced before it answers),
what it had when it was last told to save, or nothing."""


class RedisUnderTest:
    """On a TCP port that it keeps."""

    def __init__(self, folder: Path, keeps: Keeps, clock: Clock) -> None:
        self._folder, self._keeps, self._clock = folder, keeps, clock
        self.port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""]
        words += ["--dir", str(self._folder), "--loglevel", "warning"]
        words += ["--appendonly", "yes", "--appendfsync", "always"] if self._keeps == "all" else ["--appendonly", "no"]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                redis_program(), *words, stdout=log, stderr=log, env={**os.environ, **self._clock.environment}
            )
        await self._until_it_answers()

    async def save(self) -> None:
        """What an `old` one comes back with."""
        await self.ask(b"SAVE\r\n")

    async def ask(self, command: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(command)
            return await reader.readline()
        finally:
            writer.transport.abort()

    async def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            await self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    async def _until_it_answers(self) -> None:
        ends = time.monotonic() + UP_WITHIN_S
        while True:
            with contextlib.suppress(OSError):
                if (await self.ask(b"PING\r\n")).startswith(b"+PONG"):  # not while it loads
                    return
            assert time.monotonic() < ends, "redis-server did not come up"
            await asyncio.sleep(0.01)


class Zygote:
    """See `tests/chaos/zygote.py`."""

    async def begin(self, clock: Clock, sabotage: str | None = None) -> None:
        """`clock`: of itself; a node gets its own. `sabotage`: one of `tests/chaos/sabotage.py`."""
        own = environment(**AWS) | clock.environment
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chaos.zygote",
            *([] if sabotage is None else [sabotage]),
            cwd=ROOT,
            env=own,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._asking = asyncio.Lock()
        assert await self._line() == "ready"

    async def fork(self, request: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        async with self._asking:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            return int(await self._line())

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _line(self) -> str:
        assert self._process.stdout is not None
        return (await asyncio.wait_for(self._process.stdout.readline(), 60)).decode().strip()


@dataclass
class NodeUnderTest:
    """One place for a node: when its process is killed, the next one takes its address."""

    index: int
    zygote: Zygote
    network: Network
    folder: Path
    arguments: list[str]
    clock: Clock
    pid: int = 0
    starts: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        self.starts += 1
        name = self.folder / f"node-{self.index}-{self.starts}"
        files = {word: f"{name}.{word}" for word in ("out", "error", "ready", "go")}
        host, port = self.network.listen_of(self.index)
        redis_host, redis_port = self.network.redis_of(self.index)
        own = {
            **self.environment,
            **self.clock.environment,
            "SHIM_REDIS__URL": f"redis://{redis_host}:{redis_port}/0",
            "SHIM_LOGS__LEVEL": "warning",
        }
        arguments = [*self.arguments, "--host", host, "--port", str(port)]
        self.pid = await self.zygote.fork(
            {"arguments": arguments, "environment": own, "network": self.network.own, **files}
        )
        if self.network.own:
            await self._until(Path(files["ready"]).exists)
            go = Path(files["go"])
            go.with_suffix(".new").write_text(await self.network.plug_in(self.index, self.pid, port))
            go.with_suffix(".new").rename(go)
        out = Path(files["out"])
        await self._until(lambda: out.exists() and out.read_text().endswith("\n"))
        if not self.network.own:
            at = int(json.loads(_first_line(out))["base"].rpartition(":")[2])
            await self.network.plug_in(self.index, self.pid, at)

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        await self._until(lambda: not self.alive)
        await self.network.unplug(self.index)

    async def end(self, within_s: float) -> bool:
        """As an orchestrator ends it; whether it ended in time, or was killed."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        ends = time.monotonic() + within_s
        while self.alive and time.monotonic() < ends:  # noqa: ASYNC110 - it is a process
            await asyncio.sleep(0.02)
        in_time = not self.alive
        await self.kill()
        return in_time

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    @property
    def alive(self) -> bool:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
        except OSError:
            return False

    async def _until(self, holds: Any) -> None:
        ends = time.monotonic() + UP_WITHIN_S
        while not holds():
            assert time.monotonic() < ends, f"node {self.index} did not come up or go: see {self.folder}"
            await asyncio.sleep(0.01)


def _first_line(file: Path) -> str:
    return file.read_text().splitlines()[0]

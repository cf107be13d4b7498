"""The nodes, as processes that can be killed, stopped and started again."""

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
from typing import Any, Final

from tests.chaos.clocks import Clock
from tests.chaos.network import Network
from tests.one_function import AWS
from tests.running import ROOT, environment

UP_WITHIN_S: Final = 30.0


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
    redis_url: str
    clock: Clock
    pid: int = 0
    starts: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        self.starts += 1
        name = self.folder / f"node-{self.index}-{self.starts}"
        files = {word: f"{name}.{word}" for word in ("out", "error", "ready", "go")}
        host, port = self.network.listen_of(self.index)
        own = {
            **self.environment,
            **self.clock.environment,
            "SHIM_REDIS__URL": self.redis_url,
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

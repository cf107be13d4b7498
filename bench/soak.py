"""The shim under long churn: is its memory flat, and does nothing get lost? `python -m bench.soak --help`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
import urllib.request
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.processes import allow_open_files, free_ports, open_files, resident_bytes, running
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE, STATE_PATH
from bench.signing import Signer
from bench.soak_client import Client, StreamLost, Tally
from bench.statistics import slope

RESUME_WINDOW_S = 5.0
"""Short, so that what is abandoned should be gone long before the end."""
WARM_UP_SHARE = 0.25
FLAT_SHARE, FLAT_BYTES = 0.03, 4 * 1024 * 1024
"""Memory is flat when its slope gives less than 3 % of it, or less than 4 MiB, for the time that is looked at."""
FLAT_FILES = 20
SHORTEST_S = 180.0
"""A shorter soak still fills what is bounded, and can't say whether memory grows."""


@dataclass
class Samples:
    """One entry for each moment. Times are seconds from the start, memory is bytes."""

    at: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    connections: list[float] = field(default_factory=list)
    tasks: list[float] = field(default_factory=list)

    def growth(self, name: str) -> tuple[float, float]:
        """By how much it grew after the warm-up, by its slope; and its middle value."""
        first = int(len(self.at) * WARM_UP_SHARE)
        at, found = self.at[first:], getattr(self, name)[first:]
        if len(at) < 2:
            return 0.0, found[-1] if found else 0.0
        return slope(at, found) * (at[-1] - at[0]), sorted(found)[len(found) // 2]


@dataclass(frozen=True)
class Verdict:
    flat: dict[str, bool | None]
    """None: the soak was too short to say."""
    whole: bool
    """Nothing lost, doubled, out of order, or answered with a status that it must not have."""

    @property
    def outcome(self) -> str:
        if not self.whole or False in self.flat.values():
            return "FAIL"
        return "INCONCLUSIVE" if None in self.flat.values() else "PASS"


def judge(samples: Samples, tally: Tally) -> Verdict:
    """Whether what must not grow stayed, and whether every message came once and in its order."""
    flat: dict[str, bool | None] = {}
    long_enough = bool(samples.at) and samples.at[-1] - samples.at[0] >= SHORTEST_S * 0.95
    for name, share, room in (
        ("memory", FLAT_SHARE, FLAT_BYTES),
        ("files", FLAT_SHARE, FLAT_FILES),
        ("tasks", FLAT_SHARE, FLAT_FILES),
    ):
        grown, middle = samples.growth(name)
        small = grown <= max(middle * share, room)
        flat[name] = small if long_enough or name != "memory" else None
    wrong = tally.lost + tally.doubled + tally.out_of_order + tally.gaps + tally.failed
    return Verdict(flat, tally.received > 0 and wrong == 0)


class Soak:
    """`clients` live at the same time; each is pushed to, cut off, paused, and replaced when it has lived."""

    def __init__(self, port: int, clients: int, seed: int) -> None:
        self.port, self.count = port, clients
        self.tally = Tally()
        self.live: list[Client] = []
        self.chance = random.Random(seed)
        self.signer = Signer(f"127.0.0.1:{port}", ACCESS_KEY, SECRET_KEY)
        self.ending = asyncio.Event()

    async def run(self, seconds: float) -> None:
        """Returns when everything that was owed has come, or was given up for lost."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.count):
                group.create_task(self._lives())
            for _ in range(8):
                group.create_task(self._pushes())
            await asyncio.sleep(seconds)
            self.ending.set()

    async def _lives(self) -> None:
        """One place among the clients, taken by one after the other."""
        await asyncio.sleep(self.chance.random() * 2)
        while not self.ending.is_set():
            client = Client(self.port, self.tally)
            try:
                await client.open()
            except (StreamLost, TimeoutError) as error:
                self.tally.fail(f"open: {error}")
                await asyncio.sleep(0.5)
                continue
            self.live.append(client)
            await self._life(client)

    async def _life(self, client: Client) -> None:
        for _ in range(self.chance.randrange(1, 5)):
            await self._wait(self.chance.uniform(0.5, 4))
            happening = self.chance.random()
            if happening < 0.4:
                await self._cut_and_resume(client)
            elif happening < 0.5:
                await self._pause(client)
            if client.closed or self.ending.is_set():
                break
        async with client.pushing:  # whoever pushes has its answer, and nobody begins
            self.live.remove(client)
        if not await client.catch_up(5):
            await self._cut_and_resume(client)
        if not await client.catch_up(10):
            self.tally.lost += client.acknowledged - client.received
        if self.chance.random() < 0.5 and not client.closed:
            await client.delete()
        else:
            self.tally.abandoned += 1
        client.cut()

    async def _cut_and_resume(self, client: Client) -> None:
        client.cut()
        self.tally.cut += 1
        await asyncio.sleep(self.chance.uniform(0, RESUME_WINDOW_S / 3))
        try:
            await client.resume()
        except StreamLost as error:
            self.tally.fail(f"resume: {error}")
            client.closed = True

    async def _pause(self, client: Client) -> None:
        """Too much for the sockets' buffers is pushed to it, until it is refused or enough."""
        client.pause()
        for _ in range(self.chance.randrange(10, 400)):
            if client.closed or not await self._push(client, 16_000):
                break
        client.go_on()
        if client.closed:
            self.tally.closed_slow += 1

    async def _pushes(self) -> None:
        while not self.ending.is_set():
            if self.live:
                await self._push(self.chance.choice(self.live), self.chance.choice((20, 200, 2_000)))
            await asyncio.sleep(self.chance.expovariate(100))

    async def _push(self, client: Client, size: int) -> bool:
        """Whether it was taken."""
        async with client.pushing:
            if client not in self.live:
                return False
            body = json.dumps({"n": client.acknowledged + 1, "text": "x" * size}).encode()
            path = f"/{STAGE}/@connections/{quote(client.connection_id, safe='')}"
            status = await self._post(self.signer.post(path, body))
            if status == 200:
                client.acknowledged += 1
                self.tally.pushed += 1
            elif status == 429:
                self.tally.refused_slow += 1
            elif status == 410 and client.closed:
                pass
            else:
                self.tally.fail(f"a push was answered with {status}")
            return status == 200

    async def _post(self, request: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            async with asyncio.timeout(15):
                return int((await reader.readline()).split()[1])
        except (OSError, TimeoutError, IndexError):
            return 0
        finally:
            writer.transport.abort()

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ending.wait(), seconds)


async def sample(pid: int, port: int, samples: Samples, every_s: float) -> None:
    """Until it is cancelled."""
    began = time.monotonic()
    while True:
        state = await asyncio.to_thread(_state, port)
        samples.at.append(time.monotonic() - began)
        samples.memory.append(resident_bytes([pid]))
        samples.files.append(open_files(pid))
        samples.connections.append(state["connections"])
        samples.tasks.append(state["tasks"])
        await asyncio.sleep(every_s)


def _state(port: int) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{STATE_PATH}", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
    return found


async def soak(pid: int, port: int, minutes: float, clients: int, seed: int) -> tuple[Samples, Tally]:
    samples = Samples()
    churn = Soak(port, clients, seed)
    sampling = asyncio.create_task(sample(pid, port, samples, max(0.5, minutes / 10)))
    try:
        await churn.run(minutes * 60)
    finally:
        sampling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sampling
    return samples, churn.tally


def describe(samples: Samples, tally: Tally, verdict: Verdict) -> str:
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in asdict(tally).items() if name != "failures"]
    lines += [f"  {what}" for what in tally.failures]
    for name, flat in verdict.flat.items():
        grown, middle = samples.growth(name)
        unit, divisor = ("MiB", 1024**2) if name == "memory" else ("", 1)
        lines.append(
            f"{name}: {middle / divisor:.1f} {unit}, slope over the time {grown / divisor:+.2f} {unit}: "
            f"{ {True: 'flat', False: 'GROWS', None: 'too short to say'}[flat] }"
        )
    lines.append(f"connections: {min(samples.connections):.0f} to {max(samples.connections):.0f}")
    lines.append(verdict.outcome)
    return "\n".join(lines)


def main() -> int:
    """0: flat and whole; 1: not; 3: whole, but too short to say whether memory is flat."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--portable", action="store_true", help="on stock uvicorn")
    parser.add_argument("--json", type=Path, help="where all samples are written")
    given = parser.parse_args()
    allow_open_files()
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "bench.servers.shim_server", "--port", str(port)]
    command += ["--resume-window", str(RESUME_WINDOW_S), *(["--portable"] if given.portable else [])]
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        log = Path(folder) / "shim.log"
        with running(command, core=None, ports=[port], log=log) as process:
            samples, tally = asyncio.run(soak(process.pid, port, given.minutes, given.clients, given.seed))
        said = log.read_text()
    verdict = judge(samples, tally)
    print(describe(samples, tally, verdict))
    if said:
        print(f"the server said:\n{said[-4000:]}")
    if given.json:
        found: dict[str, Any] = {"samples": asdict(samples), "tally": asdict(tally), "flat": verdict.flat}
        given.json.write_text(json.dumps(found))
    return {"PASS": 0, "FAIL": 1, "INCONCLUSIVE": 3}[verdict.outcome]


if __name__ == "__main__":
    sys.exit(main())

"""One server, measured once: what is done to it, in which order, and what comes of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench.generator import Generator
from bench.processes import GENERATOR_CORE, SERVER_CORE, core_time, cpu_seconds, resident_bytes, tree
from bench.records import EVERY_STREAM, Request, payload, write_requests
from bench.servers.base import Server, Started

PAYLOAD_BYTES = 200
MOST_PER_S = 60_000
"""Unicast requests that are prepared for a second of a phase: more than one core here can take."""
MOST_BROADCASTS_PER_S = 1_500
WARM_UP_S = 0.4
HALF_LOAD_PUSHERS = 256


Profile = Callable[[str, list[int]], AbstractContextManager[None]]
"""Called with the name of a phase and the processes of the server, around the phase."""


class WrongAnswer(Exception):
    """Raised when a server lost, doubled, changed, misrouted or refused something. `found`: the generator's account."""

    def __init__(self, server: str, phase: str, found: dict[str, Any]) -> None:
        self.server, self.phase, self.found = server, phase, found
        super().__init__(server, phase, found)

    def __str__(self) -> str:
        wrong = {name: self.found[name] for name in _WRONG if self.found.get(name)}
        return f"{self.server}, {self.phase}: {wrong or self.found}"


_WRONG = (
    *("missing", "duplicates", "misrouted", "corrupted", "reordered", "strays", "refused", "first_refusal"),
    *("unanswered", "surprises", "last_surprise", "ended_streams", "last_end", "failed"),
)


@dataclass(frozen=True)
class Plan:
    """`streams`: of the phases that push. `idle`: held while pushes run. `seconds`: of each phase, warm-up not counted.
    0 for either leaves its phases out."""

    streams: int = 1_000
    idle: int = 10_000
    seconds: float = 3.0
    outstanding: int = 16
    idle_outstanding: int = 64


@dataclass
class Session:
    """Streams of one server, and the requests for them."""

    server: Server
    at: Started
    generator: Generator
    folder: Path
    ids: list[str] = field(default_factory=list)
    next_number: int = 0
    profile: Profile | None = None
    payload_bytes: int = PAYLOAD_BYTES

    def open(self, count: int) -> dict[str, Any]:
        """Opens `count` streams. Raises WrongAnswer unless all are open."""
        names = [secrets.token_urlsafe(12) for _ in range(count)]
        question = _masked_text(b'{"action":"id"}') if self.server.websocket else b""
        path, ids = self.folder / "open.requests", self.folder / "ids"
        requests = (Request(self.server.open_request(self.at, name), question, i) for i, name in enumerate(names))
        write_requests(path, requests)
        found = self.generator.ask(
            "open",
            requests=path,
            port=self.at.port,
            at_once=self.server.opens_at_once,
            ids=ids if self.server.tells_ids else None,
            websocket=int(self.server.websocket),
        )
        if found["open"] != count:
            raise WrongAnswer(self.server.name, f"opening {count} streams", found)
        self.ids = ids.read_text().split() if self.server.tells_ids else names
        return found

    def unicast(self, phase: str, count: int, **options: float | None) -> dict[str, Any]:
        """Pushes to streams chosen by chance."""
        chance = Random(self.next_number)
        targets = [chance.randrange(len(self.ids)) for _ in range(count)]
        bodies = self._payloads(count)
        requests = [
            Request(self.server.push(self.at, self.ids[target], body), body, target)
            for target, body in zip(targets, bodies, strict=True)
        ]
        return self._push(phase, requests, **options)

    def broadcast(self, phase: str, count: int, **options: float | None) -> dict[str, Any] | None:
        """None when the server has no broadcast."""
        requests = []
        for body in self._payloads(count):
            data = self.server.broadcast(self.at, body)
            if data is None:
                return None
            requests.append(Request(data, body, EVERY_STREAM))
        return self._push(phase, requests, **options)

    def resident(self) -> int:
        return resident_bytes(tree(self.at.pid))

    def _payloads(self, count: int) -> Iterator[bytes]:
        return (payload(self.next_number + i, self.payload_bytes) for i in range(count))

    def _push(self, phase: str, requests: list[Request], **options: float | None) -> dict[str, Any]:
        path = self.folder / "push.requests"
        write_requests(path, requests, first_number=self.next_number)
        self.next_number += len(requests)
        pids = tree(self.at.pid)
        with machine(pids, self.at.redis_pid) as spent, self._profiled(phase, pids):
            found = self.generator.ask("push", requests=path, port=self.at.push_port, **options)
        path.unlink()
        if not found["right"]:
            raise WrongAnswer(self.server.name, phase, found)
        return found | spent

    @contextmanager
    def _profiled(self, phase: str, pids: list[int]) -> Iterator[None]:
        if self.profile is None:
            yield
        else:
            with self.profile(f"{self.server.name}-{phase}", pids):
                yield


@contextmanager
def machine(pids: list[int], redis_pid: int | None = None) -> Iterator[dict[str, float]]:
    """Fills in what the server used, what its Redis did, and what others took from the server's core meanwhile."""
    spent: dict[str, float] = {}
    redis = [redis_pid] if redis_pid else []
    redis_cpu = cpu_seconds(redis)
    began, cpu, core = time.monotonic(), cpu_seconds(pids), core_time(SERVER_CORE)
    yield spent
    now = core_time(SERVER_CORE)
    elapsed = time.monotonic() - began
    spent["server_cpu_s"] = cpu_seconds(pids) - cpu
    spent["redis_cpu_s"] = cpu_seconds(redis) - redis_cpu
    foreign = now.busy - core.busy - spent["server_cpu_s"] + now.stolen - core.stolen
    spent["disturbed_share"] = round(max(0.0, foreign / elapsed), 3)


def measure(server: Server, plan: Plan, folder: Path, profile: Profile | None = None) -> dict[str, Any]:
    """All phases. A phase with wrong answers has no numbers, but `wrong`, and the account of what was wrong."""
    result: dict[str, Any] = {}
    fits = server.most_streams or max(plan.streams, plan.idle)
    streams, idle = min(plan.streams, fits), plan.idle if plan.idle <= fits else 0
    for count, phases in ((streams, _loaded), (idle, _held)):
        if count:
            with _session(server, folder, profile) as session:
                result |= _attempt(lambda phases=phases, count=count: phases(session, plan, count))
    return result


@contextmanager
def _session(server: Server, folder: Path, profile: Profile | None) -> Iterator[Session]:
    with server.start(SERVER_CORE, folder) as at, Generator(GENERATOR_CORE) as generator:
        yield Session(server, at, generator, folder, profile=profile)


def _loaded(session: Session, plan: Plan, streams: int) -> dict[str, Any]:
    result: dict[str, Any] = {"streams": streams, "open": session.open(streams)}
    window: dict[str, float | None] = {"seconds": plan.seconds, "warm_up": WARM_UP_S}
    count = int(MOST_PER_S * (plan.seconds + WARM_UP_S))
    result["unicast"] = _attempt(lambda: session.unicast("unicast", count, outstanding=plan.outstanding, **window))
    rate = result["unicast"].get("through_per_s", 0) / 2
    if rate:
        paced = int(rate * (plan.seconds + WARM_UP_S)) + 1
        options = window | {"outstanding": HALF_LOAD_PUSHERS, "rate": rate}
        result["half_load"] = _attempt(lambda: session.unicast("half load", paced, **options))
    count_all = int(MOST_BROADCASTS_PER_S * (plan.seconds + WARM_UP_S))
    result["one_broadcast"] = _attempt(lambda: session.broadcast("one broadcast", count_all, outstanding=1, **window))
    result["eight_broadcasts"] = _attempt(
        lambda: session.broadcast("eight broadcasts", count_all, outstanding=8, **window)
    )
    return result


def _attempt(phase: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Empty for a phase that the server has no requests for."""
    try:
        return phase() or {}
    except WrongAnswer as error:
        return {"wrong": str(error), "found": error.found}


def _held(session: Session, plan: Plan, idle: int) -> dict[str, Any]:
    session.open(plan.outstanding)  # what is imported or allocated at the first stream is no stream's
    session.unicast("first pushes", 200, outstanding=4, seconds=5)
    before = session.resident()
    with Generator(GENERATOR_CORE) as second:
        session.generator = second
        result: dict[str, Any] = {"idle": idle, "connect": session.open(idle)}
        result["connect"]["per_s"] = idle / result["connect"]["seconds"]
        quiet = second.ask("idle", seconds=1)
        if quiet["flowing"] != idle or quiet["surprises"]:
            raise WrongAnswer(session.server.name, f"holding {idle} streams", quiet)
        result["bytes_per_stream"] = (session.resident() - before) / idle
        count = int(MOST_PER_S * (plan.seconds + WARM_UP_S))
        options: dict[str, float | None] = {
            "outstanding": plan.idle_outstanding,
            "seconds": plan.seconds,
            "warm_up": WARM_UP_S,
        }
        result["held_unicast"] = _attempt(lambda: session.unicast("pushes beside idle streams", count, **options))
        result["held"] = second.ask("idle", seconds=0.2)["flowing"]
    return result


def _masked_text(text: bytes) -> bytes:
    """A frame of a WebSocket client, masked with zeros. At most 125 bytes."""
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text

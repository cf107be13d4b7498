"""When a step is over: by time, for a server that tells nothing of itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from shim.dualrun.errors import ClockNotPinned
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Session
from shim.dualrun.replay.client import PathClient
from shim.dualrun.replay.session_log import SessionLog


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds. The first four are for servers that don't tell when they have nothing left to do.

    quiet: on the first run, a step is over when nothing has arrived for so long; longer after a route that was seen to
        take longer, up to first_quiet.
    first_quiet: the same for the first use of a route (a first call imports the handler and its libraries).
    extra: on later runs, time to watch for what the first run did not receive.
    settle: after each session, time for the server to finish with its disconnects.
    limit: on later runs, longest wait for what the first run received; shorter after each wait in vain.
    step_limit: longest time for one step, whatever happens in it.
    run_limit: longest time for all sessions; what is left then is a problem of the run.
    """

    quiet: float = 0.15
    first_quiet: float = 0.6
    extra: float = 0.04
    settle: float = 0.15
    limit: float = 3.0
    step_limit: float = 40.0
    run_limit: float = 900.0


DEFAULT_TIMING: Final = Timing()


@dataclass(frozen=True, slots=True)
class Failure:
    """How a function failed: status and text of an error that it answered over HTTP, or what it raised, as Lambda tells
    it. Without either, it did not."""

    status: int | None = None
    text: str = ""


class Settling(Protocol):
    """Decides when a step, and a session, is over. Sessions come one after another, steps in their order."""

    async def begin_step(self, session: Session, step: int, log: SessionLog) -> None:
        """Before the step is taken. Where the clock of the world is another one, the log is told what it shows."""

    async def advance(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        """Takes the step, which is an Advance: whether something outside ran functions meanwhile. Raises as
        `after_step`."""

    async def after_step(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        """Returns when the step is over: whether something outside ran functions because of it.

        Raises SessionStuck, SessionFloods, ControlLost or ClockNotPinned.
        """

    async def connection_id(self) -> str | None:
        """Of the client that has just connected, as the server knows it; None when the server doesn't tell."""

    async def trigger(self, function: str, event: str, step: int) -> Failure | None:
        """Runs a function outside of the API, to its end. None where that can't be done. Raises as `after_step`."""

    async def after_session(self, session: Session) -> None:
        """Returns when the server has finished with what the session left behind. Raises as `after_step`."""


class ByTime:
    """The first run waits until all is quiet. Later runs wait until each client has as many events as the first run
    saw up to that step, and then a little longer, to catch what is too much."""

    def __init__(self, first: Recording | None, timing: Timing) -> None:
        self._expected = None if first is None else Expectations(first)
        self._timing = timing
        self._slowest: dict[str, float] = {}
        """By route, the longest wait after which something still arrived, in seconds."""

    async def begin_step(self, session: Session, step: int, log: SessionLog) -> None:
        if step == 0 and self._expected is not None:
            self._expected.begin(session.name)

    async def advance(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        raise ClockNotPinned(session.name, step + 1)

    async def after_step(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        if self._expected is None:
            await self._until_quiet(session.route_of(step), clients, log)
            return False
        end = time.monotonic() + self._timing.step_limit
        await self._expected.wait(log, step, self._timing.limit)
        while await log.next_event(self._timing.extra) and time.monotonic() < end:
            pass
        return False

    async def connection_id(self) -> str | None:
        return None

    async def trigger(self, function: str, event: str, step: int) -> Failure | None:
        return None

    async def after_session(self, session: Session) -> None:
        await asyncio.sleep(self._timing.settle)

    async def _until_quiet(self, route: str | None, clients: Mapping[str, PathClient], log: SessionLog) -> None:
        await round_trips(clients)
        name = route or "(none)"
        slowest = self._slowest.get(name)
        quiet = self._timing.first_quiet if slowest is None else self._quiet_after(slowest)
        waiting = time.monotonic()
        end = waiting + self._timing.step_limit
        self._slowest.setdefault(name, 0.0)
        while time.monotonic() < end and await log.next_event(quiet):
            self._slowest[name] = max(self._slowest[name], time.monotonic() - waiting)
            quiet = self._quiet_after(self._slowest[name])
            waiting = time.monotonic()

    def _quiet_after(self, slowest: float) -> float:
        """A machine that is busy is late by several times what it needs when it is not."""
        return min(max(self._timing.quiet, 3 * slowest), max(self._timing.quiet, self._timing.first_quiet))


class Expectations:
    """How many events each client had after each step of the first run."""

    def __init__(self, first: Recording) -> None:
        self._first: dict[str, dict[int, Counter[str]]] = {}
        for event in first.events:
            steps = self._first.setdefault(event.session, {})
            steps.setdefault(event.step, Counter())[event.client] += 1
        self.begin("")

    def begin(self, session: str) -> None:
        self._by_step = self._first.get(session, {})
        self._wanted: Counter[str] = Counter()
        self._counted = -1
        self._in_vain = 0

    async def wait(self, log: SessionLog, step: int, limit_s: float) -> None:
        """At most `limit_s` seconds; less after each wait in vain."""
        while self._counted < step:  # a step that could not be taken here may have had its events there
            self._counted += 1
            self._wanted.update(self._by_step.get(self._counted, Counter()))
        end = time.monotonic() + limit_s / (1 + self._in_vain)
        while self._lacking(log):
            left = end - time.monotonic()
            if left <= 0 or not await log.next_event(left):
                self._in_vain += 1
                self._give_up(log)
                break

    def _lacking(self, log: SessionLog) -> bool:
        return any(log.counts[client] < count for client, count in self._wanted.items())

    def _give_up(self, log: SessionLog) -> None:
        """What is missing now is not waited for again in the steps that follow."""
        for client in self._wanted:
            self._wanted[client] = min(self._wanted[client], log.counts[client])


async def round_trips(clients: Mapping[str, PathClient]) -> None:
    """Of all clients that are connected, at the same time."""
    await asyncio.gather(*(client.round_trip() for client in clients.values() if client.is_open))

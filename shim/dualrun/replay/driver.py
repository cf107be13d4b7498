"""Runs sessions over one path, and records what each client received, step by step.

The first run doesn't know what to expect, so it waits until all is quiet. Later runs wait until each client has
as many events as the first run saw up to that step, and then a little longer, to catch what is too much.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shim.dualrun.errors import PathUnreachable
from shim.dualrun.record.canonical import Event, Path, Problem, Recording
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session, Step
from shim.dualrun.replay.client import ClientMaker, PathClient
from shim.dualrun.replay.session_log import MAX_EVENTS, SessionLog


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds.

    quiet: on the first run, a step is over when nothing has arrived for so long; longer after a route that was seen to
        take longer, up to first_quiet.
    first_quiet: the same for the first use of a route (a first call imports the handler and its libraries).
    limit: on later runs, longest wait for what the first run received; shorter after each wait in vain.
    extra: on later runs, time to watch for what the first run did not receive.
    settle: after each session, time for the server to finish with its disconnects.
    step_limit: longest time for one step, whatever happens in it.
    run_limit: longest time for all sessions; what is left then is a problem of the run.
    """

    quiet: float = 0.15
    first_quiet: float = 0.6
    limit: float = 3.0
    extra: float = 0.04
    settle: float = 0.15
    step_limit: float = 40.0
    run_limit: float = 900.0


DEFAULT_TIMING: Final = Timing()

Progress = Callable[[str, int, int], None]
"""Called before each session with its name, its 1-based number and how many there are."""


def no_progress(_session: str, _index: int, _total: int) -> None:
    """For callers that show nothing."""


async def run_sessions(
    sessions: Sequence[Session],
    make_client: ClientMaker,
    *,
    run: str,
    path: Path,
    first: Recording | None = None,
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
) -> Recording:
    """`first`: the run whose events tell how long to wait; None when this is the first."""
    driver = _Driver(make_client, run, path, timing, first)
    end = time.monotonic() + timing.run_limit
    for index, session in enumerate(sessions, 1):
        if time.monotonic() > end:
            sentence = f"stopped before session {session.name!r}, after {timing.run_limit:g} s"
            driver.problems.extend(Problem(run, left.name, sentence) for left in sessions[index - 1 :])
            break
        progress(session.name, index, len(sessions))
        await driver.run_session(session)
    return Recording(
        run, path, tuple(driver.events), frozenset(driver.skipped), tuple(driver.problems), tuple(driver.sent)
    )


class _Driver:
    def __init__(self, make_client: ClientMaker, run: str, path: Path, timing: Timing, first: Recording | None) -> None:
        self.events: list[Event] = []
        self.sent: list[Event] = []
        self.skipped: set[tuple[str, int]] = set()
        self.problems: list[Problem] = []
        self._make = make_client
        self._run, self._path = run, path
        self._timing = timing
        self._first = first
        self._slowest: dict[str, float] = {}
        """By route, the longest wait after which something still arrived, in seconds."""

    async def run_session(self, session: Session) -> None:
        log = SessionLog(self._run, self._path, session.name)
        clients = {name: self._make(log.sink(name)) for name in session.clients}
        waiting = _Expectation(self._first, session.name) if self._first else None
        try:
            for index, step in enumerate(session.steps):
                log.step = index
                if not await self._take_step(session, step, clients[step.client], log):
                    continue
                if waiting is None:
                    await self._until_quiet(session.route_of(index), clients, log)
                else:
                    await waiting.settle(log, index, self._timing)
        except PathUnreachable as error:
            self._problem(session, str(error))
        finally:
            log.recording = False
            await asyncio.gather(*(client.close() for client in clients.values()))
            await asyncio.sleep(self._timing.settle)
        self.events.extend(log.events)
        self.sent.extend(log.sent)
        if log.lost:
            self._problem(session, f"{log.lost} events beyond the first {MAX_EVENTS} were dropped")

    def _problem(self, session: Session, sentence: str) -> None:
        self.problems.append(Problem(self._run, session.name, sentence))

    async def _take_step(self, session: Session, step: Step, client: PathClient, log: SessionLog) -> bool:
        """False when the step can't be taken because its client is not connected."""
        if not isinstance(step, Connect) and not client.is_open:
            self.skipped.add((session.name, log.step))
            return False
        log.add_sent(step)
        try:
            async with asyncio.timeout(self._timing.step_limit):
                await _act(step, client)
        except TimeoutError:
            self._problem(session, f"step {log.step + 1} was not over after {self._timing.step_limit:g} s")
        return True

    async def _until_quiet(self, route: str | None, clients: Mapping[str, PathClient], log: SessionLog) -> None:
        await asyncio.gather(*(client.round_trip() for client in clients.values() if client.is_open))
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


async def _act(step: Step, client: PathClient) -> None:
    match step:
        case Connect(headers=headers, query=query):
            await client.connect(headers, query)
        case Send(text=text):
            await client.send(text)
            await client.round_trip()
        case Resume():
            await client.resume()
        case Close():
            await client.close()


class _Expectation:
    """How many events each client had after each step of the first run."""

    def __init__(self, first: Recording, session: str) -> None:
        self._by_step: dict[int, Counter[str]] = {}
        for event in first.of_session(session):
            self._by_step.setdefault(event.step, Counter())[event.client] += 1
        self._wanted: Counter[str] = Counter()
        self._in_vain = 0

    async def settle(self, log: SessionLog, step: int, timing: Timing) -> None:
        self._wanted.update(self._by_step.get(step, Counter()))
        end = time.monotonic() + timing.limit / (1 + self._in_vain)
        while self._lacking(log):
            left = end - time.monotonic()
            if left <= 0 or not await log.next_event(left):
                self._in_vain += 1
                self._give_up(log)
                break
        while await log.next_event(timing.extra):
            if time.monotonic() > end + timing.step_limit:
                break

    def _lacking(self, log: SessionLog) -> bool:
        return any(log.counts[client] < count for client, count in self._wanted.items())

    def _give_up(self, log: SessionLog) -> None:
        """What is missing now is not waited for again in the steps that follow."""
        for client in self._wanted:
            self._wanted[client] = min(self._wanted[client], log.counts[client])

"""Runs sessions over one path, and records what each client received, step by step."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from shim.dualrun.errors import ClockNotPinned, ControlLost, DualRunError, PathUnreachable, SessionFloods, SessionStuck
from shim.dualrun.record.canonical import Event, Path, Problem, Recording
from shim.dualrun.record.scenario import (
    Advance,
    Close,
    Connect,
    Expect,
    Resume,
    Send,
    Session,
    Step,
    connection_id_of,
    describe,
)
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import OUTSIDE, Trigger
from shim.dualrun.replay.client import ClientMaker, PathClient
from shim.dualrun.replay.control_line import ControlLine
from shim.dualrun.replay.session_log import SessionLog
from shim.dualrun.replay.settling import DEFAULT_TIMING, ByTime, Settling, Timing
from shim.dualrun.replay.settling_by_cause import ByCause

MOST_STUCK = 3
"""Sessions that hang, flood or lose their server, after which the run is given up: each may take a minute."""

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
    line: ControlLine | None = None,
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
) -> Recording:
    """`first`: the run whose events tell what to wait for; None when this is the first.

    `line`: to the server's process, when that is one of the pinned world; None lets time tell when a step is over.
    """
    settling = ByTime(first, timing) if line is None else ByCause(line, first, timing)
    driver = _Driver(make_client, run, path, timing, settling)
    end = time.monotonic() + timing.run_limit
    for index, session in enumerate(sessions, 1):
        if time.monotonic() > end:
            sentence = f"stopped before session {session.name!r}, after {timing.run_limit:g} s"
            driver.problems.extend(Problem(run, left.name, sentence) for left in sessions[index - 1 :])
            break
        progress(session.name, index, len(sessions))
        await driver.run_session(session)
        if driver.stuck >= MOST_STUCK:
            sentence = f"not begun, since {driver.stuck} sessions before it could not be finished"
            driver.problems.extend(Problem(run, left.name, sentence) for left in sessions[index:])
            break
    return Recording(
        run,
        path,
        tuple(driver.events),
        frozenset(driver.skipped),
        tuple(driver.problems),
        tuple(driver.sent),
        settled=line is not None,
        triggered=frozenset(driver.triggered),
    )


_STOPPING = (ClockNotPinned, ControlLost, PathUnreachable, SessionFloods, SessionStuck)
"""What ends a session, and not the run."""


class _Driver:
    def __init__(self, make_client: ClientMaker, run: str, path: Path, timing: Timing, settling: Settling) -> None:
        self.events: list[Event] = []
        self.sent: list[Event] = []
        self.skipped: set[tuple[str, int]] = set()
        self.triggered: set[tuple[str, int]] = set()
        self.problems: list[Problem] = []
        self.stuck = 0
        self._make = make_client
        self._run, self._path = run, path
        self._timing = timing
        self._settling = settling

    async def run_session(self, session: Session) -> None:
        log = SessionLog(self._run, self._path, session.name)
        clients = {name: self._make(log.sink(name)) for name in session.clients if name != OUTSIDE}
        stopped: DualRunError | None = None
        try:
            await self._take_steps(session, clients, log)
        except _STOPPING as error:
            stopped = error
        log.recording = False
        try:
            await self._close(clients, len(session.steps))
            if stopped is None:
                await self._settling.after_session(session)
        except _STOPPING as error:
            stopped = stopped or error
        if stopped is not None:
            self._problem(session, str(stopped))
            self.stuck += not isinstance(stopped, ClockNotPinned)
        self.events.extend(log.events)
        self.sent.extend(log.sent)

    async def _take_steps(self, session: Session, clients: Mapping[str, PathClient], log: SessionLog) -> None:
        ids: dict[str, str] = {}
        for index, step in enumerate(session.steps):
            if isinstance(step, Expect):  # what arrives in the meantime, an earlier step has caused
                if not await log.wait_for(step) and step.required and self._path == "websocket":
                    self._problem(session, f"step {index + 1} was in vain: {describe(step)}")
                continue
            log.step = index
            await self._settling.begin_step(session, index, log)
            ran = False
            if isinstance(step, Advance):
                ran, taken = await self._settling.advance(session, index, clients, log), True
            elif isinstance(step, Trigger):
                taken = await self._trigger(session, step, log, ids)
            else:
                taken = await self._take_step(session, step, clients[step.client], log, ids)
            if taken and (await self._settling.after_step(session, index, clients, log) or ran):
                self.triggered.add((session.name, index))
            if log.lost:
                raise SessionFloods(log.lost, len(log.events))

    async def _close(self, clients: Mapping[str, PathClient], steps: int) -> None:
        try:
            async with asyncio.timeout(self._timing.step_limit):
                await asyncio.gather(*(client.close() for client in clients.values()))
        except TimeoutError:
            problem = f"its clients could not close within {self._timing.step_limit:g} s"
            raise SessionStuck(steps, problem) from None

    def _problem(self, session: Session, sentence: str) -> None:
        self.problems.append(Problem(self._run, session.name, sentence))

    async def _trigger(self, session: Session, step: Trigger, log: SessionLog, ids: Mapping[str, str]) -> bool:
        """False where the server is none of the pinned world, and so nobody can run its functions."""
        event = _with_ids(step.event, ids)
        log.add_sent(step)
        failure = await log.unless_flooded(self._settling.trigger(step.function, event, log.step))
        if failure is None:
            self._problem(session, f"step {log.step + 1} was not taken: {step.function} can't be run there")
            self.skipped.add((session.name, log.step))
            return False
        if failure.text or failure.status is not None:
            log.add_failure(failure.status, failure.text)
        return True

    async def _take_step(
        self, session: Session, step: Step, client: PathClient, log: SessionLog, ids: dict[str, str]
    ) -> bool:
        """False when the step can't be taken because its client is not connected.

        `ids`: of the connections, by client; those of a connect are added.
        """
        if not isinstance(step, Connect) and not client.is_open:
            self.skipped.add((session.name, log.step))
            return False
        log.add_sent(step)
        try:
            async with asyncio.timeout(self._timing.step_limit):
                await log.unless_flooded(_act(step, client, ids))
                if isinstance(step, Connect) and client.is_open and (known := await self._settling.connection_id()):
                    ids[step.client] = known
        except TimeoutError:
            raise SessionStuck(log.step + 1, f"it was not over after {self._timing.step_limit:g} s") from None
        return True


def _with_ids(text: str, ids: Mapping[str, str]) -> str:
    """With the ids that it speaks of; one that isn't known stays as it is written, on both sides."""
    for client, known in ids.items():
        text = text.replace(connection_id_of(client), known)
    return text


async def _act(step: Step, client: PathClient, ids: Mapping[str, str]) -> None:
    match step:
        case Connect(headers=headers, query=query):
            await client.connect(headers, query)
        case Send(text=text):
            await client.send(_with_ids(text, ids))
            await client.round_trip()
        case Resume():
            await client.resume()
        case Close():
            await client.close()
        case Spoof(credential=credential, text=text):
            await client.spoof(credential, _with_ids(text, ids))
        case Expect() | Advance() | Trigger():
            raise AssertionError("that is no act of a client")

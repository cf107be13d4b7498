"""When a step is over: by cause, for a process of the pinned world, which can tell when it has nothing left to do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from shim.dualrun.errors import SessionStuck
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Advance, Session
from shim.dualrun.replay.client import PathClient
from shim.dualrun.replay.control_line import ControlLine
from shim.dualrun.replay.session_log import SessionLog
from shim.dualrun.replay.settling import Expectations, Failure, Timing, round_trips

DRAIN_TURNS = 20
"""Turns of the event loop without an event, after which what lies in the clients' sockets has become events."""

LATE_S = 0.25
"""Wait for what the first run received, from a server that is idle: longer than a kernel keeps what was sent."""

STEP_S = 0.1
"""Seconds by which the clock of the world moves before each step."""

MOST_ROUNDS = 50
"""Most times that a step's events lead to new work, such as streams that are taken up again; then it is a flood."""


class ByCause:
    """A step is over when the server is idle and the clients have read all that it sent, and that caused no more.

    What a server does later, because of a timer or a thread that is never done, belongs to the step that is current
    then; nothing is lost. A thread of the application that isn't done after `Timing.limit` is not waited for again.
    """

    def __init__(self, line: ControlLine, first: Recording | None, timing: Timing) -> None:
        self._line = line
        self._expected = None if first is None else Expectations(first)
        self._timing = timing

    async def begin_step(self, session: Session, step: int, log: SessionLog) -> None:
        log.clock_shows(await self._line.ask("step", session=session.name, step=step, seconds=STEP_S))
        if step == 0 and self._expected is not None:
            self._expected.begin(session.name)

    async def connection_id(self) -> str | None:
        return str(await self._line.ask("connection")) or None

    async def advance(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        """As often as something was sent meanwhile, clients have the time to answer."""
        taken = session.steps[step]
        assert isinstance(taken, Advance)
        left, ran = taken.seconds, False
        while left > 0:
            limit_s, since = self._timing.step_limit, len(log.events)
            told = await log.unless_flooded(self._line.ask("advance", seconds=left, limit_s=limit_s))
            if told["busy"]:
                raise SessionStuck(step + 1, f"work was still in flight after {limit_s:g} s: {told['busy']}")
            log.advance(left - told["left"], since)  # time stops passing when something was sent
            left = told["left"]
            if told["worked"]:
                ran = await self._until_idle(step, clients, log) or ran
            else:
                await round_trips(clients)
                await _drain(log)
        return ran

    async def trigger(self, function: str, event: str, step: int) -> Failure | None:
        limit_s = self._timing.step_limit
        told = await self._line.ask("trigger", limit_s=limit_s, function=function, event=event)
        if told["unknown"]:
            return None
        if told["stuck"]:
            raise SessionStuck(step + 1, f"{function} was not over after {limit_s:g} s")
        return Failure(told["status"], told["failure"])

    async def after_step(self, session: Session, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        ran = await self._until_idle(step, clients, log)
        if self._expected is not None:
            await self._expected.wait(log, step, LATE_S)
        return ran

    async def _until_idle(self, step: int, clients: Mapping[str, PathClient], log: SessionLog) -> bool:
        """Whether functions outside of the API ran."""
        ran = False
        for _ in range(MOST_ROUNDS):
            await round_trips(clients)
            ran = await self._idle(step, log) or ran
            seen = len(log.events)
            await round_trips(clients)
            await _drain(log)
            if len(log.events) == seen:
                break
        else:
            raise SessionStuck(step + 1, f"it led to new work {MOST_ROUNDS} times over")
        return ran

    async def after_session(self, session: Session) -> None:
        await self._idle(len(session.steps) - 1, None)

    async def _idle(self, step: int, log: SessionLog | None) -> bool:
        """Whether functions outside of the API ran."""
        limit_s = self._timing.step_limit
        asking = self._line.ask("idle", limit_s=limit_s, threads_s=self._timing.limit)
        told = await (asking if log is None else log.unless_flooded(asking))
        if told["busy"]:
            raise SessionStuck(step + 1, f"work was still in flight after {limit_s:g} s: {told['busy']}")
        return bool(told["ran"])


async def _drain(log: SessionLog) -> None:
    """Until nothing has come for some turns of this loop, each of which looks at all sockets."""
    turns, seen = 0, len(log.events)
    while turns < DRAIN_TURNS:
        await asyncio.sleep(0)
        turns = turns + 1 if len(log.events) == seen else 0
        seen = len(log.events)

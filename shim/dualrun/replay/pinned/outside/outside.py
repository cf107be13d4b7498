"""Answers to the dual run's questions: run this function; is there anything left to do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from shim.dualrun.replay.functions import OutsideFunction, outside_function
from shim.dualrun.replay.pinned.outside.invoking import answer_invocations
from shim.dualrun.replay.pinned.outside.running import Running
from shim.dualrun.replay.pinned.outside.sources import Watched, watched
from shim.dualrun.replay.pinned.work import Work

INVOKED_S: Final = 30.0
"""Seconds that code waits for a function that it invokes; API Gateway would not wait for longer either."""

MOST_ROUNDS: Final = 20
"""Times over that functions may put something where others, or they themselves, consume it, within one step."""


class Idle(Protocol):
    def wait(self, limit_s: float, threads_s: float) -> str:
        """'' when the process has nothing left to do, else what keeps it busy."""


class Outside:
    """Of one process of the pinned world. Asked from its control thread."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._consumers: list[tuple[Watched, str]] = [
            (watched(source), function.id) for function in running.functions.values() for source in function.sources
        ]
        self.ran: set[str] = set()
        """Functions that streams, queues and topics ran while it was last waited for."""

    def come_up(self) -> None:
        """When the application is served, before the first session."""
        self._running.come_up()

    def trigger(self, question: Mapping[str, Any]) -> dict[str, Any]:
        function_id = question["function"]
        if function_id not in self._running.functions:
            return {"unknown": True, "stuck": False, "status": None, "failure": ""}
        outcome = self._running.invoke(function_id, json.loads(question["event"]), float(question["limit_s"]))
        status = outcome.error_status
        failure = outcome.failure
        if status is not None:
            body = outcome.answer.get("body")
            failure = body if isinstance(body, str) else json.dumps(body)
            self._running.note_failure(function_id, f"it answered {status}: {failure}")
        return {"unknown": False, "stuck": outcome.stuck, "status": status, "failure": failure}

    def failures(self) -> dict[str, str]:
        """By function, how it failed last."""
        return self._running.failures()

    def wait(self, idle: Idle, limit_s: float, threads_s: float) -> str:
        """As `Idle.wait`, but what streams, queues and topics have run is over too."""
        self.ran.clear()
        end = time.monotonic() + limit_s
        for _ in range(MOST_ROUNDS):
            busy = idle.wait(max(0.0, end - time.monotonic()), threads_s)
            if busy:
                return busy
            stuck, ran = self._run_consumers(end)
            if stuck or not ran:
                return stuck
        for source, _ in self._consumers:
            source.drop()  # else they would go on in the sessions that follow
        return f"functions run each other over and over: {', '.join(sorted(self.ran))}"

    def _run_consumers(self, end: float) -> tuple[str, bool]:
        """What did not end, and whether anything ran."""
        ran = False
        for source, function_id in self._consumers:
            for event in source.events():
                ran = True
                self.ran.add(function_id)
                outcome = self._running.invoke(function_id, event, max(0.0, end - time.monotonic()))
                if outcome.stuck:
                    return f"a call of {function_id}", True
                if not outcome.failure:
                    source.over(event, outcome.answer)
        return "", ran


def read_functions(file: Path) -> tuple[Sequence[OutsideFunction], dict[str, str]]:
    """What `World.pins` has written: functions, and variables of all of them."""
    told = json.loads(file.read_text("utf-8"))
    return [outside_function(record) for record in told["functions"]], told["variables"]


def outside_of(application: Path, file: Path, work: Work) -> Outside | None:
    """Before the application is served. None when nothing but routes runs functions of it."""
    functions, variables = read_functions(file)
    if not functions:
        return None
    running = Running(application, functions, variables, work)
    running.catch()
    answer_invocations(running, INVOKED_S)
    return Outside(running)

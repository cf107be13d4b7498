"""Lets time pass in a pinned process: its clock is advanced in portions, so that all that is due happens in order.

Between two portions the loop has turned until it had nothing left to do. Time stops passing as soon as something was
sent, since a client may have an answer to it: a pong, or a stream that it takes up again.
"""

from __future__ import annotations

import re
import threading
import time
from asyncio import selector_events
from collections.abc import Iterable
from time import monotonic
from typing import Any, Final

from shim.dualrun.replay.pinned.clock import PinnedClock
from shim.dualrun.replay.pinned.expiry import delete_expired
from shim.dualrun.replay.pinned.idle import BLOCKED_S, LOOK_AGAIN_S, TURNS, LoopWatch, loop_work, main_stack
from shim.dualrun.replay.pinned.sleeps import SLEEPS
from shim.dualrun.replay.pinned.work import Work

FIRST_S: Final = 1.0
"""Seconds of a portion, when something has just happened: servers have timers that are due ten times a second."""

FIRST_PORTIONS: Final = 5

LATER_S: Final = 5.0
"""Seconds of the portions after these. A timer is up to so much late, and one that repeats is due once in them."""

LONGEST_S: Final = 30.0
"""Of days that pass. Less than the 60 s that a client has to take up a stream."""

PORTIONS: Final = 1_440
"""Most of one move, as far as LONGEST_S allows."""

PAUSE_S: Final = 5.0
"""Real seconds after which it is told how far time has come: many days take a while, and are not stuck."""

TOGETHER_S: Final = 0.25
"""Timers that are due so close to each other are due in the same portion on every run, however fast it goes."""

_HEARTBEAT: Final = re.compile(rb"[0-9a-fA-F]+\r\n:[^\r\n]*(?:\r\n|\n|\r){2}\r\n")
"""A comment of an event stream, in chunked encoding: no client answers it."""


class Advancing:
    """`advance` is called in the control thread, and the clock moves in the loop's."""

    def __init__(self, watch: LoopWatch, work: Work, clock: PinnedClock) -> None:
        self.watch, self.work, self.clock = watch, work, clock
        self.sent = 0
        """Writes to sockets of the loop, but for heartbeats."""

    def install(self) -> None:
        """Before the loop is started."""
        for name in ("write", "writelines"):
            self._count(selector_events._SelectorSocketTransport, name)  # type: ignore[attr-defined]  # noqa: SLF001

    def advance(self, seconds: float, limit_s: float) -> dict[str, Any]:
        """left: seconds that have not passed yet; worked: whether there was work to do. busy: what kept the process
        busy for `limit_s` seconds; ''."""
        loop = self.watch.loop
        if loop is None:
            return {"left": seconds, "worked": False, "busy": "the server has not started"}
        passage = _Passage(self, loop, seconds, limit_s)
        loop.call_soon_threadsafe(passage)
        if not passage.over.wait(limit_s + PAUSE_S + BLOCKED_S):
            passage.busy = f"the event loop is blocked at {main_stack()}"
        elif passage.left <= 0:
            delete_expired(time.time())
        return {"left": passage.left, "worked": passage.worked, "busy": passage.busy}

    def _count(self, transport: Any, name: str) -> None:  # noqa: ANN401 - asyncio's own
        original = getattr(transport, name)

        def counted(this: Any, data: Any) -> None:  # noqa: ANN401 - as the original
            self.sent += _HEARTBEAT.fullmatch(data) is None if name == "write" else 1
            original(this, data)

        setattr(transport, name, counted)


class _Passage:
    def __init__(self, of: Advancing, loop: Any, seconds: float, limit_s: float) -> None:  # noqa: ANN401 - its inside
        self.over = threading.Event()
        self.left, self.busy = seconds, ""
        self._of, self._loop, self._limit_s = of, loop, limit_s
        self._end, self._pause = monotonic() + limit_s, monotonic() + PAUSE_S
        self._later = min(LONGEST_S, max(LATER_S, seconds / PORTIONS))
        self._portions = 0
        self._sent, self._begun = of.sent, of.work.begun
        self._turns = 0

    @property
    def worked(self) -> bool:
        return self._of.work.begun != self._begun

    def __call__(self) -> None:
        working = self._of.work.counted(but=SLEEPS)
        busy = working or loop_work(self._loop)
        if busy and monotonic() >= self._end:
            self.busy = busy
            self.over.set()
        elif busy:
            self._turns = 0
            if working:
                self._loop.call_later(LOOK_AGAIN_S, self)
            else:
                self._loop.call_soon(self)
        elif self._turns < TURNS:
            self._turns += 1
            self._loop.call_soon(self)
        elif self.left <= 0 or (self._portions and self._has_to_stop()):
            self.over.set()
        else:
            self._move()
            self._loop.call_soon(self)

    def _has_to_stop(self) -> bool:
        return self.worked or self._of.sent != self._sent or monotonic() >= self._pause

    def _move(self) -> None:
        now = self._loop.time()
        due = (timer.when() - now for timer in self._loop._scheduled if not timer.cancelled())  # noqa: SLF001
        shortest = FIRST_S if self._portions < FIRST_PORTIONS else self._later
        portion = min(self.left, portion_until(shortest, due))
        self._of.clock.advance(portion)
        self.left = max(0.0, self.left - portion)
        self._turns = 0
        self._portions += 1
        self._end = monotonic() + self._limit_s


def portion_until(shortest: float, due: Iterable[float]) -> float:
    """Seconds of a portion that parts no timers which belong together. `due`: in how many seconds each timer is."""
    portion = shortest
    for seconds in sorted(seconds for seconds in due if seconds > shortest):
        if seconds - portion > TOGETHER_S:
            break
        portion = seconds
    return portion

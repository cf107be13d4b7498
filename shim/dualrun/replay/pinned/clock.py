"""The clocks of a pinned process. That of the wall stands still within a step, and moves from step to step.

The monotonic one goes on, so event loops, heartbeats and time-outs work as ever. When the clock is advanced, both go on
by as much, and so does what waits for either.
"""

from __future__ import annotations

import time
from threading import Condition, Lock
from time import monotonic, monotonic_ns
from typing import Final

import time_machine

READINGS: Final = 10_000
"""Readings at one time after which the clock goes on by itself: somebody waits for it without sleeping."""

HURRY_S: Final = 0.001
"""Seconds by which each further reading moves it."""


class PinnedClock:
    """For `time.time`, `datetime.now` and all others that tell the time of day, however they were imported; and for
    `time.monotonic` and the event loop's time, which it adds to."""

    def __init__(self, at: float) -> None:
        """`at`: seconds since 1970; what it shows first."""
        self._machine = time_machine.travel(at, tick=False)
        self._lock = Lock()
        self._readings = 0
        self._advanced_ns = 0
        self._sleepers = Condition()

    @property
    def advanced(self) -> float:
        """Seconds by which it was advanced so far, in all."""
        return self._advanced_ns / 1e9

    def start(self) -> None:
        """Before the application is imported. Modules that were imported before keep the real monotonic clock, but for
        those that look it up each time, as event loops do."""
        self._now = self._machine.start()
        unhurried = self._now.time_ns

        def time_ns() -> int:
            self._readings += 1
            if self._readings > READINGS:
                self.move(HURRY_S, hurried=True)
            return unhurried()

        self._now.time_ns = time_ns  # type: ignore[method-assign]
        time.monotonic = lambda: monotonic() + self._advanced_ns / 1e9
        time.monotonic_ns = lambda: monotonic_ns() + self._advanced_ns

    def move(self, seconds: float, *, hurried: bool = False) -> None:
        """Forwards, and that of the wall alone."""
        with self._lock:
            self._now.shift(float(seconds))
            if not hurried:
                self._readings = 0

    def advance(self, seconds: float) -> None:
        """Both, forwards. Who sleeps long enough wakes up; an event loop has to be woken by whoever calls."""
        with self._sleepers:
            self.move(seconds)
            self._advanced_ns += round(seconds * 1e9)
            self._sleepers.notify_all()

    def sleep(self, seconds: float) -> None:
        """Blocks until they have passed, or the clock was advanced by what is left of them; the wall clock shows it."""
        before, due = self.advanced, monotonic() + seconds
        with self._sleepers:
            while (left := due - (self.advanced - before) - monotonic()) > 0:
                self._sleepers.wait(left)
        self.slept(seconds, before)

    def slept(self, seconds: float, before: float) -> None:
        """Moves the wall clock by a sleep that is over, but for what was advanced meanwhile. `before`: `advanced` when
        it began."""
        self.move(max(0.0, seconds - (self.advanced - before)))

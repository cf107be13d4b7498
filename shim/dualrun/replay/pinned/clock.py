"""The clocks of a pinned process. That of the wall stands still within a step, and moves from step to step.

The monotonic one goes on, so event loops, heartbeats and time-outs work as ever. When the clock is advanced, both go on
by as much, and so does what waits for either. All processes of a side have the same one.
"""

from __future__ import annotations

import time
from threading import Condition
from time import monotonic, monotonic_ns
from typing import Final

import time_machine

from shim.dualrun.replay.pinned.shared import ADVANCED_NS, WALL_NS, Shared

READINGS: Final = 10_000
"""Readings at one time after which the clock goes on by itself: somebody waits for it without sleeping."""

HURRY_S: Final = 0.001
"""Seconds by which each further reading moves it."""

LOOK_AGAIN_S: Final = 0.25
"""Longest wait, in seconds, before a sleeper looks whether another process has advanced the clock."""


class PinnedClock:
    """For `time.time`, `datetime.now` and all others that tell the time of day, however they were imported; and for
    `time.monotonic` and the event loop's time, which it adds to."""

    def __init__(self, shared: Shared, at: float | None = None) -> None:
        """`at`: seconds since 1970; what it shows first. None for what it shows already, to other processes."""
        self._shared = shared
        if at is not None:
            shared.cells[WALL_NS] = round(at * 1e9)
        self._readings = 0
        self._read = 0
        self._sleepers = Condition()

    @property
    def shown(self) -> float:
        """Seconds since 1970 that it shows now."""
        return self._shared.cells[WALL_NS] / 1e9

    @property
    def advanced(self) -> float:
        """Seconds by which it was advanced so far, in all."""
        return self._shared.cells[ADVANCED_NS] / 1e9

    def start(self) -> None:
        """Before the application is imported. Modules that were imported before keep the real monotonic clock, but for
        those that look it up each time, as event loops do."""
        cells = self._shared.cells
        now = time_machine.travel(cells[WALL_NS] / 1e9, tick=False).start()

        def time_ns() -> int:
            shown = cells[WALL_NS]
            if shown != self._read:
                self._read, self._readings = shown, 0
            self._readings += 1
            if self._readings > READINGS:
                self.move(HURRY_S)
                self._read = shown = cells[WALL_NS]
            return shown

        now.time_ns = time_ns  # type: ignore[method-assign]
        time.monotonic = lambda: monotonic() + cells[ADVANCED_NS] / 1e9
        time.monotonic_ns = lambda: monotonic_ns() + cells[ADVANCED_NS]

    def move(self, seconds: float) -> None:
        """Forwards, and that of the wall alone."""
        with self._shared.locked():
            self._shared.cells[WALL_NS] += round(seconds * 1e9)

    def advance(self, seconds: float) -> None:
        """Both, forwards. Who sleeps long enough wakes up; an event loop has to be woken by whoever calls."""
        with self._sleepers:
            self.move(seconds)
            self._shared.cells[ADVANCED_NS] += round(seconds * 1e9)
            self._sleepers.notify_all()

    def sleep(self, seconds: float) -> None:
        """Blocks until they have passed, or the clock was advanced by what is left of them; the wall clock shows it."""
        before, due = self.advanced, monotonic() + seconds
        with self._sleepers:
            while (left := due - (self.advanced - before) - monotonic()) > 0:
                self._sleepers.wait(min(left, LOOK_AGAIN_S))
        self.slept(seconds, before)

    def slept(self, seconds: float, before: float) -> None:
        """Moves the wall clock by a sleep that is over, but for what was advanced meanwhile. `before`: `advanced` when
        it began."""
        self.move(max(0.0, seconds - (self.advanced - before)))

"""The wall clock of a pinned process: it stands still within a step, and moves from step to step.

Monotonic clocks go on, so event loops, heartbeats and time-outs work as ever. The time that sleeps of the application
take is on it, so a loop that waits for a time to come ends.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

import time_machine

READINGS: Final = 10_000
"""Readings at one time after which the clock goes on by itself: somebody waits for it without sleeping."""

HURRY_S: Final = 0.001
"""Seconds by which each further reading moves it."""


class PinnedClock:
    """For `time.time`, `datetime.now` and all others that tell the time of day, however they were imported."""

    def __init__(self, at: float) -> None:
        """`at`: seconds since 1970; what it shows first."""
        self._machine = time_machine.travel(at, tick=False)
        self._lock = Lock()
        self._readings = 0

    def start(self) -> None:
        self._now = self._machine.start()
        unhurried = self._now.time_ns

        def time_ns() -> int:
            self._readings += 1
            if self._readings > READINGS:
                self.move(HURRY_S, hurried=True)
            return unhurried()

        self._now.time_ns = time_ns  # type: ignore[method-assign]

    def move(self, seconds: float, *, hurried: bool = False) -> None:
        """Forwards."""
        with self._lock:
            self._now.shift(float(seconds))
            if not hurried:
                self._readings = 0

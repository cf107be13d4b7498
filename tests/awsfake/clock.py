"""The time in the fake: it stands still, and moves only when it is told to."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, when nothing else is said."""


class FakeClock:
    """Serves wherever the product takes a clock: `now()`, `wait_until()`. What was set for a moment happens on the way,
    in order."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self.moved: list[Callable[[datetime], None]] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """`advance(timedelta(days=1))` or `advance(days=1)`; gives the new time."""
        return self.wait_until(self._now + (by or timedelta()) + timedelta(**parts))

    def wait_until(self, moment: datetime) -> datetime:
        """Does what is due until then. A moment that has passed changes nothing."""
        while self._due and self._due[0][0] <= moment:
            when, _, callback = heapq.heappop(self._due)
            self._move(max(when, self._now))
            callback()
        self._move(max(moment, self._now))
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)

    def at(self, moment: datetime, callback: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._numbers), callback))

    def _move(self, moment: datetime) -> None:
        if moment != self._now:
            self._now = moment
            for moved in self.moved:
                moved(moment)

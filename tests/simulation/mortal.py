"""A process that may end at any moment: before a call reached AWS, after it, or while a line is being written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tests.awsfake import FakeAws, FakeClock, ProcessDied
from tests.awsfake.request import Answer, Request


class Mortality:
    """`dies_at`: numbers of moments, counted through all lives. Writing calls count twice, before and after their effect;
    looks at the clock once, as whatever is written is dated. Once dead, nothing more gets through until `revive`."""

    def __init__(self, aws: FakeAws, dies_at: Iterable[int]) -> None:
        self.clock = MortalClock(aws.clock, self)
        self.deaths = 0
        self.alive = True
        self.torn = False
        self._moments = 0
        self._dies_at = sorted(dies_at)
        aws.before.append(self._before)
        aws.after.append(self._after)

    def revive(self, journal: Path, torn_line: bytes) -> None:
        """A new process. What the old one was writing is half there."""
        if self.torn and journal.exists():
            with journal.open("ab") as file:
                file.write(torn_line)
        self.alive, self.torn = True, False

    def moment(self, *, writing: bool = False) -> None:
        if not self.alive:
            raise ProcessDied("it is dead already")
        self._moments += 1
        if self._dies_at and self._moments >= self._dies_at[0]:
            self._dies_at.pop(0)
            self.alive, self.torn = False, writing
            self.deaths += 1
            raise ProcessDied(f"at moment {self._moments}")

    def _before(self, request: Request) -> None:
        if not self.alive:
            raise ProcessDied("it is dead already")
        if not request.reads:
            self.moment()

    def _after(self, request: Request, _answer: Answer) -> None:
        if not request.reads:
            self.moment()


class MortalClock:
    """The product's clock."""

    def __init__(self, clock: FakeClock, mortality: Mortality) -> None:
        self._clock, self._mortality = clock, mortality

    def now(self) -> datetime:
        self._mortality.moment(writing=True)
        return self._clock.now()

    def wait_until(self, moment: datetime) -> None:
        self._mortality.moment()
        self._clock.wait_until(moment)
        if not self._mortality.alive:
            raise ProcessDied("it is dead already")

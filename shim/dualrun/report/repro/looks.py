"""Replays of parts of one session, to see which of them show a difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from shim.dualrun.compare.difference import Difference
from shim.dualrun.errors import DualRunError
from shim.dualrun.record.scenario import Session
from shim.dualrun.report.repro.parting import NAME, Cut, Parting, Runs, Steps
from shim.dualrun.report.repro.shorten import shortened

MAX_REPLAYS: Final = 60
"""Sessions that are replayed at most."""


class Replay(Protocol):
    def __call__(self, session: Session, *, afresh: bool) -> Runs:
        """Runs a session on both paths. `afresh`: in processes that begin now; else in those that there are.

        Raises DualRunError.
        """


Tell = Callable[[str], None]
"""Is told before each replay what is done, in a few words."""


@dataclass(frozen=True, slots=True)
class Shortest:
    """runs: the last replay, in which it diverged; the recordings of the dual run itself when `confirmed` is False,
    that is when no replay of this session in processes of its own did. replays: sessions that were replayed to find it.
    """

    session: Session
    difference: Difference
    runs: Runs
    confirmed: bool
    replays: int


@dataclass(frozen=True, slots=True)
class Seen:
    session: Session
    difference: Difference
    runs: Runs


class Looks:
    """Each part is looked at once, and at most MAX_REPLAYS until the clock says `end`."""

    def __init__(
        self,
        part: Parting,
        session: Session,
        replay: Replay,
        seconds: Callable[[], float],
        end: float,
        tell: Tell,
    ) -> None:
        self.replays = 0
        self._part, self._session = part, session
        self._replay, self._seconds, self._end, self._tell = replay, seconds, end, tell
        self._alone: dict[Steps, Seen | None] = {}
        """What was seen in processes that had just begun."""
        self._after: dict[Steps, bool] = {}

    def choices(self, core: Steps) -> list[Steps]:
        """What shows it most likely with fewest steps comes first."""
        steps = self._session.steps
        clients = {steps[index].client for index in core}
        until = tuple(range(max(core) + 1))
        involved = tuple(index for index in until if steps[index].client in clients)
        return list(dict.fromkeys([core, involved, until, tuple(range(len(steps)))]))

    def differs(self, steps: Steps, *, afresh: bool) -> bool:
        if steps in self._alone and (afresh or self._alone[steps] is not None):
            return self._alone[steps] is not None
        if not afresh and steps in self._after:
            return self._after[steps]
        cut = Cut.of(self._session, steps, f"{NAME}-{self.replays + 1}")
        if cut is None or self.replays >= MAX_REPLAYS or self._seconds() >= self._end:
            return False
        seen = self._look(cut.session, afresh=afresh)
        if afresh:
            self._alone[steps] = seen
        else:
            self._after[steps] = seen is not None
        return seen is not None

    def shortest(self, steps: Steps) -> Shortest:
        """Of steps that were seen alone."""
        seen = self._alone[steps]
        assert seen is not None
        return Shortest(
            Session(NAME, seen.session.steps), seen.difference, seen.runs, confirmed=True, replays=self.replays
        )

    def best(self) -> Shortest | None:
        """The shortest that was seen alone; None when none was."""
        shown = [steps for steps, seen in self._alone.items() if seen is not None]
        return self.shortest(min(shown, key=len)) if shown else None

    def _look(self, session: Session, *, afresh: bool) -> Seen | None:
        self.replays += 1
        self._tell(f"replaying a shorter session, of {len(session.steps)} steps")
        try:
            runs = self._replay(session, afresh=afresh)
        except DualRunError:
            return None
        found = self._part.difference(session, runs)
        if found is None:
            return None
        whole = range(len(session.steps))
        first, second, new = (shortened(run, session.name, NAME, whole) for run in runs)
        return Seen(session, found, (first, second, new))

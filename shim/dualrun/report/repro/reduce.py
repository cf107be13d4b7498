"""Finds the shortest session in which the two paths still part in the same way.

First on the recordings that are there, which costs nothing, but can't know what depends on what. Then by replay on
both paths: what the recordings left is tried first, and steps come back only as far as they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.compare.payload import general
from shim.dualrun.errors import DualRunError
from shim.dualrun.evaluate import learn
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import NOBODY, Session
from shim.dualrun.report.repro.ddmin import ddmin
from shim.dualrun.report.repro.shorten import only_steps, shortened

LIMIT_S: Final = 300.0
"""Seconds after which no further replay is begun; the shortest session so far is the result."""

NAME: Final = "shortest"

Runs = tuple[Recording, Recording, Recording]
"""Two legacy runs and one of the new path."""

Replay = Callable[[Sequence[Session]], Runs]
"""Runs sessions on both paths, in processes of their own. Raises DualRunError."""

Tell = Callable[[str], None]
"""Is told before each replay what is done, in a few words."""


@dataclass(frozen=True, slots=True)
class Shortest:
    """runs: the last replay, in which it diverged; the recordings of the dual run itself when `confirmed` is False,
    that is when no replay of this session alone did. replays: sessions that were replayed to find it.
    """

    session: Session
    difference: Difference
    runs: Runs
    confirmed: bool
    replays: int


def reduce_divergence(
    first: Difference,
    sessions: Iterable[Session],
    runs: Runs,
    replay: Replay,
    *,
    seconds: Callable[[], float],
    noise: NoiseFile = NO_FILE,
    limit_s: float = LIMIT_S,
    tell: Tell = lambda _: None,
) -> Shortest:
    """`first`: the difference to look for, by class, route and place. `seconds`: a clock that only goes forward.

    `noise`: rules and waivers of the user's own.
    """
    search = _Search(first, replay, seconds, seconds() + limit_s, tell, noise)
    session = search.shortest_recorded(sessions, runs)
    core = search.on_recordings(session, runs)
    everything = tuple(range(len(session.steps)))
    clients = {NOBODY, *(session.steps[index].client for index in core)}
    involved = tuple(index for index in everything if session.steps[index].client in clients)
    until = tuple(index for index in everything if index <= max(core))
    start = search.by_replay(session, [core, _both(involved, until), until, everything])
    if start is None:
        shorter = _Cut.of(session, core, NAME)
        difference = _in_recordings(shorter, session, runs, search) if shorter else None
        if shorter is None or difference is None:
            # A noise rule that only other sessions teach can hide it.
            return Shortest(session, first, runs, confirmed=False, replays=search.replays)
        recorded = _sliced(runs, session, shorter)
        return Shortest(shorter.session, difference, recorded, confirmed=False, replays=search.replays)
    kept = [core, _both(involved, until), until, everything][start]
    rest = tuple(index for index in kept if index not in core)
    if rest:
        needed = ddmin(rest, lambda choices: search.by_replay(session, [sorted({*core, *c}) for c in choices]))
        kept = tuple(sorted({*core, *needed}))
    shorter = _Cut.of(session, kept, NAME)
    assert shorter is not None  # it was replayed
    return search.confirmed(shorter.session)


@dataclass(frozen=True, slots=True)
class _Cut:
    session: Session
    steps: tuple[int, ...]

    @staticmethod
    def of(session: Session, kept: Collection[int], name: str) -> _Cut | None:
        made = only_steps(session, kept, name)
        return None if made is None else _Cut(*made)


class _Search:
    def __init__(
        self, target: Difference, replay: Replay, seconds: Callable[[], float], end: float, tell: Tell, noise: NoiseFile
    ) -> None:
        self.replays = 0
        self._target = target
        self._noise = noise
        self._replay, self._seconds, self._end, self._tell = replay, seconds, end, tell
        self._last: tuple[Session, Difference, Runs] | None = None

    def shortest_recorded(self, sessions: Iterable[Session], runs: Runs) -> Session:
        """Of all sessions in which the recordings part so, the one with the fewest steps."""
        showing = [
            session
            for session in sessions
            if session.name == self._target.session or self.difference(session, runs) is not None
        ]
        return min(showing, key=lambda session: len(session.steps))

    def on_recordings(self, session: Session, runs: Runs) -> tuple[int, ...]:
        """Steps: first whole clients go, then single steps."""

        def first_failing(choices: list[tuple[int, ...]]) -> int | None:
            for number, choice in enumerate(choices):
                cut = _Cut.of(session, choice, NAME)
                if cut is not None and _in_recordings(cut, session, runs, self) is not None:
                    return number
            return None

        def of_clients(names: Iterable[str]) -> tuple[int, ...]:
            chosen = {NOBODY, *names}
            return tuple(index for index, step in enumerate(session.steps) if step.client in chosen)

        clients = ddmin(session.clients, lambda choices: first_failing([of_clients(names) for names in choices]))
        return ddmin(of_clients(clients), first_failing)

    def by_replay(self, session: Session, choices: Sequence[Collection[int]]) -> int | None:
        """The first of these selections of steps with which both paths part again."""
        cuts = [_Cut.of(session, choice, f"{NAME}-{number}") for number, choice in enumerate(choices, 1)]
        return self._first_failing([cut.session if cut else None for cut in cuts])

    def confirmed(self, session: Session) -> Shortest:
        """One replay of the session alone; what the search saw last when time is over."""
        self._first_failing([session])
        assert self._last is not None  # the search began with a session that failed
        seen, difference, runs = self._last
        return Shortest(Session(NAME, seen.steps), difference, runs, confirmed=True, replays=self.replays)

    def difference(self, session: Session, runs: Runs) -> Difference | None:
        """The one that is looked for, in these recordings of the session."""
        learned = learn([session], runs[:2], self._noise)
        if session.name not in learned.stable or any(p.session == session.name for run in runs for p in run.problems):
            return None
        found = learned.candidate(runs[2]).compare(session).unexplained
        return next((each for each in found if _kind_of(each) == _kind_of(self._target)), None)

    def _first_failing(self, sessions: Sequence[Session | None]) -> int | None:
        asked = [session for session in sessions if session is not None]
        if not asked or self._seconds() >= self._end:
            return None
        steps = min(len(session.steps) for session in asked)
        self._tell(f"replaying {len(asked)} shorter sessions, the shortest of {steps} steps")
        self.replays += len(asked)
        try:
            runs = self._replay(asked)
        except DualRunError:
            return None
        for number, session in enumerate(sessions):
            found = self.difference(session, runs) if session is not None else None
            if session is not None and found is not None:
                whole = range(len(session.steps))
                first, second, new = (shortened(run, session.name, NAME, whole) for run in runs)
                self._last = session, found, (first, second, new)
                return number
        return None


def _kind_of(found: Difference) -> tuple[str, str | None, str | None]:
    return found.kind, found.route, general(found.path) if found.path else None


def _both(left: Iterable[int], right: Collection[int]) -> tuple[int, ...]:
    return tuple(index for index in left if index in right)


def _sliced(runs: Runs, session: Session, cut: _Cut) -> Runs:
    first, second, new = (shortened(run, session.name, cut.session.name, cut.steps) for run in runs)
    return first, second, new


def _in_recordings(cut: _Cut, session: Session, runs: Runs, search: _Search) -> Difference | None:
    return search.difference(cut.session, _sliced(runs, session, cut))

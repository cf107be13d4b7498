"""In which way two paths part, and which steps of a session show it in recordings that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.noise_file import NoiseFile
from shim.dualrun.compare.payload import general
from shim.dualrun.evaluate import learn
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Session
from shim.dualrun.report.repro.ddmin import ddmin
from shim.dualrun.report.repro.shorten import only_steps, shortened

NAME: Final = "shortest"

Steps = tuple[int, ...]
"""Indices in ascending order."""

Runs = tuple[Recording, Recording, Recording]
"""Two legacy runs and one of the new path."""


@dataclass(frozen=True, slots=True)
class Cut:
    session: Session
    steps: Steps

    @staticmethod
    def of(session: Session, kept: Collection[int], name: str) -> Cut | None:
        made = only_steps(session, kept, name)
        return None if made is None else Cut(*made)


@dataclass(frozen=True, slots=True)
class Parting:
    """target: the difference to look for, by class, route and place. noise: rules and waivers of the user's own."""

    target: Difference
    noise: NoiseFile

    def shortest_recorded(self, sessions: Iterable[Session], runs: Runs) -> Session:
        """Of all sessions in which the recordings part so, the one with the fewest steps."""
        ordered = sorted(sessions, key=lambda session: len(session.steps))
        return next(one for one in ordered if one.name == self.target.session or self.difference(one, runs) is not None)

    def on_recordings(self, session: Session, runs: Runs) -> Steps:
        """First whole clients go, then single steps."""
        runs = sliced(runs, session, Cut(session, tuple(range(len(session.steps)))))

        def first_failing(choices: list[Steps]) -> int | None:
            for number, choice in enumerate(choices):
                cut = Cut.of(session, choice, NAME)
                if cut is not None and self.in_recordings(cut, session, runs) is not None:
                    return number
            return None

        def of_clients(names: Iterable[str]) -> Steps:
            chosen = set(names)
            return tuple(index for index, step in enumerate(session.steps) if step.client in chosen)

        clients = ddmin(session.clients, lambda choices: first_failing([of_clients(names) for names in choices]))
        return ddmin(of_clients(clients), first_failing)

    def difference(self, session: Session, runs: Runs) -> Difference | None:
        """The one that is looked for, in these recordings of the session."""
        learned = learn([session], runs[:2], self.noise)
        if session.name not in learned.stable or any(p.session == session.name for run in runs for p in run.problems):
            return None
        found = learned.candidate(runs[2]).compare(session).unexplained
        return next((each for each in found if _kind_of(each) == _kind_of(self.target)), None)

    def in_recordings(self, cut: Cut, session: Session, runs: Runs) -> Difference | None:
        return self.difference(cut.session, sliced(runs, session, cut))


def _kind_of(found: Difference) -> tuple[str, str | None, str | None]:
    return found.kind, found.route, general(found.path) if found.path else None


def sliced(runs: Runs, session: Session, cut: Cut) -> Runs:
    first, second, new = (shortened(run, session.name, cut.session.name, cut.steps) for run in runs)
    return first, second, new

"""Injects faults into recordings, and compares pairs without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from bench.power.blind import Place, change_characters
from bench.power.permuting import permuted
from bench.power.recorded import Recorded
from shim.dualrun.compare.difference import Comparison
from shim.dualrun.evaluate import Candidate, learn
from shim.dualrun.judge.power.power import Power
from shim.dualrun.judge.power.self_check import Stageable, check_power
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import Event, by_session
from shim.dualrun.record.scenario import Session

PERMUTATIONS = 6
"""Of each session of the new path."""

BLIND = 60
"""Single characters that are changed in each application."""

NO_LIMIT = 10**9


@dataclass
class Measured:
    """alarms: sentences. differing: sessions left out because the paths differ. unstable: because the legacy path does.

    blind: of single characters that were changed, by where they stood, how many, and how many were found.
    """

    name: str
    power: Power
    sessions: int = 0
    pairs: int = 0
    alarms: list[str] = field(default_factory=list)
    differing: int = 0
    unstable: int = 0
    blind: dict[Place, tuple[int, int]] = field(default_factory=dict)


def measure(name: str, recorded: Recorded, *, seed: int, of_a_kind: int) -> Measured:
    """Sessions in which the two paths differ are no material: nobody knows which of them is without a fault."""
    learned = learn(recorded.usable, recorded.legacy)
    new = learned.candidate(recorded.candidate)
    received = by_session(recorded.candidate.events)
    compared = [
        Stageable(session, received.get(session.name, ()), new.afresh().compare(session))
        for session in recorded.usable
        if session.name in learned.stable
    ]
    same = [material for material in compared if not material.found.unexplained]

    def recompare(session: Session, events: Sequence[Event]) -> Comparison:
        return new.afresh().compare(session, events)

    power = check_power(same, recompare, seed=seed, of_a_kind=of_a_kind, compared=NO_LIMIT)
    measured = Measured(name, power, len(same), differing=len(compared) - len(same), unstable=len(learned.unstable))
    for what, session, comparison in _pairs(recorded, new, same, Random(seed)):
        measured.pairs += 1
        if comparison.unexplained:
            first = comparison.unexplained[0]
            measured.alarms.append(f"{what}, {session.name!r}: {first.kind} at step {first.step + 1}: {first.detail}")
    measured.blind = change_characters(same, recompare, Random(seed), BLIND)
    return measured


def _pairs(
    recorded: Recorded, new: Candidate, same: Sequence[Stageable], chance: Random
) -> Iterator[tuple[str, Session, Comparison]]:
    """Legacy against legacy under rules that another pair taught; the new path against what is like it by design."""
    crossed = learn([material.session for material in same], (recorded.legacy[0], recorded.candidate))
    second = crossed.candidate(recorded.legacy[1])
    for material in same:
        session = material.session
        if session.name in crossed.stable:
            yield "legacy against legacy", session, second.afresh().compare(session)
        stage = Stage(session, material.candidate, material.found, chance)
        for _ in range(PERMUTATIONS):
            yield "permuted by design", session, new.afresh().compare(session, list(permuted(stage, chance)))

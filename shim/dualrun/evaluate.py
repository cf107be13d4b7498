"""From three recordings to a judgement: learn what is noise, compare, judge. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shim.dualrun.compare.difference import ByDesign, Comparison, Difference
from shim.dualrun.compare.matching import LearningMatcher, NoiseMatcher
from shim.dualrun.compare.noise import NoiseLedger, NoiseRule, Volatile
from shim.dualrun.compare.session import compare_session
from shim.dualrun.judge.judging import judge
from shim.dualrun.judge.latency import Margin
from shim.dualrun.judge.measuring import measure
from shim.dualrun.judge.verdict import Evidence, Judgement
from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import Session

MAX_REASONS = 3
"""Differences of the legacy path with itself that are quoted for one session."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """comparisons: by session, only of those that could be compared."""

    judgement: Judgement
    comparisons: Mapping[str, Comparison]
    rules: tuple[NoiseRule, ...]
    by_design: dict[ByDesign, int]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Explained ones too, in the order of the sessions and steps."""
        return tuple(found for comparison in self.comparisons.values() for found in comparison.differences)

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        return tuple(found for found in self.differences if found.explained is None)


def evaluate(
    sessions: Sequence[Session],
    legacy: tuple[Recording, Recording],
    candidate: Recording,
    *,
    routes: Sequence[str] = (),
    silent: Collection[str] = (),
    gaps: Sequence[str] = (),
    failures: Mapping[str, str] | None = None,
    margin: Margin | None = None,
    seed: int = 0,
) -> Evaluation:
    """`routes`: all that have to be tested; those that the sessions exercise are added.

    `silent`: routes that are known to send nothing to anybody, so that silence on both sides is a result.
    `gaps`: sentences on what the sessions can't test; with any, there is no PASS.
    `failures`: by route, what failed most often behind it on the legacy path; None where nothing is known of it.
    `margin`: how much slower is tolerated. None for measuring only: two paths that share one machine say little of how
    fast either will be. `seed` decides which faults are injected to measure power.
    """
    problems = (*legacy[0].problems, *legacy[1].problems, *candidate.problems)
    broken = {problem.session for problem in problems}
    learned = learn([session for session in sessions if session.name not in broken], legacy)
    comparisons = {
        session.name: learned.compare(session, candidate) for session in sessions if session.name in learned.volatile
    }
    by_design: dict[ByDesign, int] = {}
    for comparison in comparisons.values():
        for what, count in comparison.by_design.items():
            by_design[what] = by_design.get(what, 0) + count
    evidence = Evidence(
        tuple(sessions),
        legacy[0],
        comparisons,
        learned.unstable,
        problems,
        tuple(routes),
        frozenset(silent),
        tuple(gaps),
        failures or {},
        latency_is_judged=margin is not None,
    )
    rules = learned.ledger.rules()  # before anything is compared again to measure power

    def recompare(session: Session, events: Sequence[Event]) -> Comparison:
        return learned.copy().compare(session, replace(candidate, events=tuple(events)))

    measures = measure(evidence, legacy[1], candidate, recompare, margin, seed)
    return Evaluation(judge(evidence, measures), comparisons, rules, by_design)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the two legacy runs told of noise. volatile: by session in which they agree but for noise.

    unstable: by session, in what they differ otherwise.
    """

    legacy: Recording
    ledger: NoiseLedger
    volatile: dict[str, Volatile]
    unstable: dict[str, tuple[str, ...]]

    def compare(self, session: Session, candidate: Recording) -> Comparison:
        """Counts what the rules explain in the ledger."""
        return _compare(session, self.legacy, candidate, NoiseMatcher(self.ledger, self.volatile[session.name]))

    def copy(self) -> Learned:
        """The same rules; what they explain there is not counted here."""
        return replace(self, ledger=self.ledger.copy())


def learn(sessions: Iterable[Session], legacy: tuple[Recording, Recording]) -> Learned:
    learned = Learned(legacy[0], NoiseLedger(), {}, {})
    for session in sessions:
        volatile, reasons = _learn(session, legacy, learned.ledger)
        if reasons:
            learned.unstable[session.name] = reasons
        else:
            learned.volatile[session.name] = volatile
    return learned


def _learn(
    session: Session, legacy: tuple[Recording, Recording], ledger: NoiseLedger
) -> tuple[Volatile, tuple[str, ...]]:
    matcher = LearningMatcher(ledger)
    found = _compare(session, legacy[0], legacy[1], matcher).unexplained
    # The sentences are written for a legacy and a new path; here both are legacy.
    reasons = [f"step {d.step + 1}, {d.client}: {d.kind}{f' at {d.path}' if d.path else ''}." for d in found]
    if len(reasons) > MAX_REASONS:
        reasons[MAX_REASONS:] = [f"And {len(found) - MAX_REASONS} more."]
    return matcher.volatile(), tuple(reasons)


def _compare(
    session: Session, left: Recording, right: Recording, matcher: LearningMatcher | NoiseMatcher
) -> Comparison:
    skipped = frozenset(step for name, step in left.skipped ^ right.skipped if name == session.name)
    return compare_session(session, left.of_session(session.name), right.of_session(session.name), matcher, skipped)

"""From three recordings to a judgement: learn what is noise, compare, judge. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shim.dualrun.collector import collector_paused
from shim.dualrun.compare import learning
from shim.dualrun.compare.difference import ByDesign, Comparison, Difference
from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.compare.payload import remembering_payloads
from shim.dualrun.compare.rules import NoiseRule
from shim.dualrun.compare.session import SessionRun
from shim.dualrun.judge.judging import judge
from shim.dualrun.judge.margin import Margin
from shim.dualrun.judge.measuring import measure
from shim.dualrun.judge.verdict import Evidence, Judgement
from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import Session

NOTHING = SessionRun()
"""Of a session in which a run has recorded nothing."""

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
        """First what nothing explains, then what something does; each in the order of the sessions and steps."""
        found = [found for comparison in self.comparisons.values() for found in comparison.differences]
        return tuple(sorted(found, key=lambda difference: difference.explained is not None))

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        return tuple(found for found in self.differences if found.explained is None)


@collector_paused()
@remembering_payloads()
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
    noise: NoiseFile = NO_FILE,
) -> Evaluation:
    """`routes`: all that have to be tested; those that the sessions exercise are added.

    `silent`: routes that are known to send nothing to anybody, so that silence on both sides is a result.
    `gaps`: sentences on what the sessions can't test; with any, there is no PASS.
    `failures`: by route, what failed most often behind it on the legacy path; None where nothing is known of it.
    `margin`: how much slower is tolerated. None for measuring only: two paths that share one machine say little of how
    fast either will be. `seed` decides which faults are injected to measure power.
    `noise`: rules of the user's own, that need not be learned from the legacy runs, and waivers; none that expired.
    """
    problems = (*legacy[0].problems, *legacy[1].problems, *candidate.problems)
    broken = {problem.session for problem in problems}
    learned = learn([session for session in sessions if session.name not in broken], legacy, noise)
    new = learned.candidate(candidate)
    comparisons = {
        session.name: new.compare(session, deliveries=True) for session in sessions if session.name in learned.stable
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
    )

    def recompare(session: Session, events: Sequence[Event]) -> Comparison:
        return new.afresh().compare(session, events)

    measures = measure(evidence, legacy[1], candidate, recompare, margin, seed)
    return Evaluation(judge(evidence, measures), comparisons, new.rules(), by_design)


@dataclass(frozen=True, slots=True)
class Learned:
    """What two legacy runs told of noise. stable: sessions in which they agree but for noise.

    unstable: by session, in what they differ otherwise. legacy: by session, the first run.
    """

    legacy: Mapping[str, SessionRun]
    known: learning.Learned
    unstable: Mapping[str, tuple[str, ...]]

    @property
    def stable(self) -> Collection[str]:
        return self.known.volatile.keys()

    def candidate(self, recording: Recording) -> Candidate:
        """Its hits are counted by itself."""
        return Candidate(self.legacy, learning.runs_by_session(recording), self.known.candidate())


@dataclass(frozen=True, slots=True)
class Candidate:
    """One recording of the new path, under what was learned."""

    legacy: Mapping[str, SessionRun]
    runs: Mapping[str, SessionRun]
    under: learning.Candidate

    def compare(
        self, session: Session, events: Sequence[Event] | None = None, *, deliveries: bool = False
    ) -> Comparison:
        """`session`: a stable one. `events`: instead of those recorded; None for these.

        `deliveries`: whether the delivery matrix is wanted too.
        """
        run = self.runs.get(session.name, NOTHING)
        right = run if events is None else replace(run, events=events)
        return self.under.compare(session, self.legacy.get(session.name, NOTHING), right, deliveries=deliveries)

    def afresh(self) -> Candidate:
        """As if nothing had been compared yet."""
        return replace(self, under=self.under.afresh())

    def rules(self) -> tuple[NoiseRule, ...]:
        """With the hits so far."""
        return self.under.used_rules()


def learn(sessions: Iterable[Session], legacy: tuple[Recording, Recording], noise: NoiseFile = NO_FILE) -> Learned:
    """`noise`: rules of the user's own, and waivers."""
    runs = learning.runs_by_session(legacy[0]), learning.runs_by_session(legacy[1])
    known = learning.learn(sessions, runs, noise)
    return Learned(runs[0], known, {name: _reasons(found) for name, found in known.unstable.items()})


def _reasons(found: Sequence[Difference]) -> tuple[str, ...]:
    # The sentences are written for a legacy and a new path; here both are legacy.
    reasons = [f"step {d.step + 1}, {d.client}: {d.kind}{f' at {d.path}' if d.path else ''}." for d in found]
    if len(reasons) > MAX_REASONS:
        reasons[MAX_REASONS:] = [f"And {len(found) - MAX_REASONS} more."]
    return tuple(reasons)

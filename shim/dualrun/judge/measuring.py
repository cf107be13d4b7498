"""Takes all measures of a dual run: how sure, how noticeable, how fast, how much of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.judge.bounds import bound_share
from shim.dualrun.judge.coverage import cover
from shim.dualrun.judge.latency import judge_latency
from shim.dualrun.judge.latency_samples import samples_of
from shim.dualrun.judge.margin import Margin
from shim.dualrun.judge.odd_one_out import count_odd, fingerprint
from shim.dualrun.judge.power.self_check import Recompare, Stageable, check_power
from shim.dualrun.judge.sequential import follow
from shim.dualrun.judge.verdict import NO_ROUTE, Evidence, Measures
from shim.dualrun.record.canonical import Event, Recording, by_session


def measure(
    evidence: Evidence,
    second: Recording,
    candidate: Recording,
    recompare: Recompare | None = None,
    margin: Margin | None = None,
    seed: int = 0,
) -> Measures:
    """`second`: the other legacy run. `recompare`: None when power is not to be measured."""
    compared = [session for session in evidence.sessions if session.name in evidence.comparisons]
    differs = [bool(evidence.comparisons[session.name].unexplained) for session in compared]
    runs = [by_session(run.events) for run in (evidence.legacy, second, candidate)]
    broken = {problem.session for problem in evidence.problems}
    whole = [
        session
        for session in evidence.sessions
        if session.name not in broken and not _differs_by_design(evidence.comparisons.get(session.name))
    ]
    samples = list(samples_of(compared, evidence.legacy, candidate, evidence.comparisons))
    power = None
    if recompare is not None and not any(differs):
        material = [
            Stageable(session, runs[2].get(session.name, ()), evidence.comparisons[session.name])
            for session in compared
        ]
        power = check_power(material, recompare, seed=seed)
    return Measures(
        bound_share(sum(differs), len(differs)),
        follow(differs),
        count_odd(_outcomes(runs, session.name) for session in whole),
        cover(evidence.sessions, evidence.legacy, evidence.comparisons, routes=evidence.routes, no_route=NO_ROUTE),
        judge_latency(samples, margin, seed=seed) if samples or margin is not None else None,
        power,
    )


def _differs_by_design(comparison: Comparison | None) -> bool:
    """Whether the legacy path has closed connections that the new one keeps: who differs alone says nothing then."""
    return comparison is not None and bool(comparison.outlived)


def _outcomes(runs: Iterable[Mapping[str, Sequence[Event]]], session: str) -> tuple[Hashable, Hashable, Hashable]:
    """`runs`: of each of the three, its events by session."""
    first, second, candidate = (fingerprint(run.get(session, ())) for run in runs)
    return first, second, candidate

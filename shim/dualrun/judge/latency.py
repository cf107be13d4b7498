"""Is the new path slower than is tolerated? Quantiles side by side, with intervals, or no number at all.

Only slower can be wrong. Times are compared where the two paths sent the same message (a pair); sessions are drawn
again as a whole, because messages of one session share its fate.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any, Final, Literal

from shim.dualrun.judge.margin import Margin

Phase = Literal["first event", "steady", "after reconnect", "fan-out spread"]
LatencyVerdict = Literal["not slower", "slower", "not sure", "not enough data"]

PHASES: Final[tuple[Phase, ...]] = ("first event", "steady", "after reconnect", "fan-out spread")

MIN_SAMPLES: Final[Mapping[float, int]] = {0.5: 6, 0.95: 75, 0.99: 370, 0.999: 3_690}
"""By quantile: the largest of so many samples is above it with a chance of 97.5 % (1 - q^n), rounded up. With
fewer, no observed value bounds the quantile from above."""

RESAMPLES: Final = 400
"""Times that the sessions are drawn again."""

MAX_SAMPLES: Final = 10_000
"""Pairs that are looked at for one phase; of more, those that a seeded draw chooses."""

CONFIDENCE: Final = 0.95

CURVE_POINTS: Final = 51
"""Quantiles of a curve: every second percent."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How long the same message took on both paths, in seconds."""

    session: str
    phase: Phase
    legacy: float
    candidate: float


@dataclass(frozen=True, slots=True)
class QuantileResult:
    """Seconds. legacy, candidate: None without enough data. low, high: 95 % interval of candidate - legacy."""

    phase: Phase
    quantile: float
    samples: int
    verdict: LatencyVerdict
    legacy: float | None = None
    candidate: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None

    @property
    def name(self) -> str:
        return f"p{self.quantile * 100:g}"

    def __str__(self) -> str:
        begin = f"Latency, {self.phase}, {self.name}: {self.verdict}"
        if self.legacy is None or self.candidate is None or self.low is None or self.high is None:
            return f"{begin} ({self.samples} of {MIN_SAMPLES[self.quantile]} samples)."
        return (
            f"{begin}. {1000 * self.legacy:.0f} ms on the legacy path, {1000 * self.candidate:.0f} ms on the new one; "
            f"the difference is between {1000 * self.low:.0f} and {1000 * self.high:.0f} ms, and "
            f"{1000 * (self.margin or 0):.0f} ms are tolerated."
        )

    @property
    def samples_lacking(self) -> int:
        return max(0, MIN_SAMPLES[self.quantile] - self.samples)

    def to_record(self) -> dict[str, Any]:
        return {
            "phase": self.phase,
            "quantile": self.name,
            "samples": self.samples,
            "samples_needed": MIN_SAMPLES[self.quantile],
            "verdict": self.verdict,
            "legacy_s": self.legacy,
            "candidate_s": self.candidate,
            "interval_s": None if self.low is None else [self.low, self.high],
            "margin_s": self.margin,
        }


@dataclass(frozen=True, slots=True)
class Curve:
    """Seconds; CURVE_POINTS quantiles of each path that stand evenly from 0 to 1. samples: enough for p95."""

    phase: Phase
    samples: int
    legacy: tuple[float, ...]
    candidate: tuple[float, ...]

    def to_record(self) -> dict[str, Any]:
        return {
            "phase": self.phase,
            "samples": self.samples,
            "legacy_s": list(self.legacy),
            "candidate_s": list(self.candidate),
        }


@dataclass(frozen=True, slots=True)
class Latency:
    """results: of phases that have any sample. curves: of those that have enough.

    judged: whether slower than the margin is a reason to fail; else the numbers are only told.
    """

    results: tuple[QuantileResult, ...]
    margin: Margin
    curves: tuple[Curve, ...] = ()
    judged: bool = False

    def __str__(self) -> str:
        if self.judged:
            return f"Latency is judged: slower by more than {self.margin}, fails."
        return f"Latency is told, and not judged; {self.margin}, would be tolerated."

    @property
    def slower(self) -> tuple[QuantileResult, ...]:
        return tuple(result for result in self.results if result.verdict == "slower")

    def to_record(self) -> dict[str, Any]:
        return {
            "margin": self.margin.to_record(),
            "judged": self.judged,
            "results": [result.to_record() for result in self.results],
            "curves": [curve.to_record() for curve in self.curves],
        }


def judge_latency(
    samples: Iterable[Sample],
    margin: Margin | None = None,
    *,
    quantiles: Sequence[float] = (0.5, 0.95, 0.99),
    seed: int = 0,
) -> Latency:
    """`margin`: None for the default one, and for telling without judging. `quantiles`: of those in MIN_SAMPLES.

    The same seed draws the same.
    """
    judged, margin = margin is not None, margin or Margin()
    by_phase: dict[Phase, list[Sample]] = {}
    for sample in samples:
        by_phase.setdefault(sample.phase, []).append(sample)
    chance = random.Random(seed)  # noqa: S311 - a seed is the point
    results: list[QuantileResult] = []
    curves: list[Curve] = []
    for phase in PHASES:
        if found := by_phase.get(phase):
            results += _judge_phase(phase, found, margin, quantiles, chance)
            if len(found) >= MIN_SAMPLES[0.95]:
                legacy, candidate = ([s.legacy for s in found], [s.candidate for s in found])
                curves.append(Curve(phase, len(found), _curve(legacy), _curve(candidate)))
    return Latency(tuple(results), margin, tuple(curves), judged)


def quantile_of(ordered: Sequence[float], quantile: float) -> float:
    """Of a sorted sequence: the least value that at least this share of all does not exceed."""
    return ordered[rank_of(quantile, len(ordered))]


def rank_of(quantile: float, count: int) -> int:
    """Index, in a sorted sequence of so many, of the least value that at least this share does not exceed."""
    return max(0, ceil(quantile * count) - 1)


def _curve(values: list[float]) -> tuple[float, ...]:
    values.sort()
    return tuple(quantile_of(values, point / (CURVE_POINTS - 1)) for point in range(CURVE_POINTS))


def _judge_phase(
    phase: Phase, samples: list[Sample], margin: Margin, quantiles: Sequence[float], chance: random.Random
) -> list[QuantileResult]:
    count = len(samples)
    enough = [quantile for quantile in quantiles if count >= MIN_SAMPLES[quantile]]
    if count > MAX_SAMPLES:
        samples = chance.sample(samples, MAX_SAMPLES)
    gaps = _resampled_gaps(samples, enough, chance) if enough else {}
    legacy = sorted(sample.legacy for sample in samples)
    candidate = sorted(sample.candidate for sample in samples)
    results = []
    for quantile in quantiles:
        if quantile not in gaps:
            results.append(QuantileResult(phase, quantile, count, "not enough data"))
            continue
        old, new = quantile_of(legacy, quantile), quantile_of(candidate, quantile)
        low, high = _interval(gaps[quantile])
        tolerated = margin.of(old)
        verdict: LatencyVerdict = "not slower" if high <= tolerated else "slower" if low > tolerated else "not sure"
        results.append(QuantileResult(phase, quantile, count, verdict, old, new, low, high, tolerated))
    return results


def _resampled_gaps(
    samples: Sequence[Sample], quantiles: Sequence[float], chance: random.Random
) -> dict[float, list[float]]:
    """By quantile: how much larger it is on the new path, each time that the sessions are drawn again."""
    numbers: dict[str, int] = {}
    for sample in samples:
        numbers.setdefault(sample.session, len(numbers))
    new_side = sorted((sample.candidate, numbers[sample.session]) for sample in samples)
    old_side = sorted((sample.legacy, numbers[sample.session]) for sample in samples)
    sides = [([seconds for seconds, _ in side], [number for _, number in side]) for side in (new_side, old_side)]
    gaps: dict[float, list[float]] = {quantile: [] for quantile in quantiles}
    for _ in range(RESAMPLES):
        times = [0] * len(numbers)
        for number in chance.choices(range(len(numbers)), k=len(numbers)):
            times[number] += 1
        # Sorted once: each sample is there as often as its session was drawn.
        ends = [list(accumulate(map(times.__getitem__, drawn))) for _, drawn in sides]
        for quantile in quantiles:
            new, old = (
                values[bisect_right(until, rank_of(quantile, until[-1]))]
                for (values, _), until in zip(sides, ends, strict=True)
            )
            gaps[quantile].append(new - old)
    return gaps


def _interval(values: list[float]) -> tuple[float, float]:
    values.sort()
    outside = (1 - CONFIDENCE) / 2
    return quantile_of(values, outside), quantile_of(values, 1 - outside)

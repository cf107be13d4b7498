"""Medians, spreads and ratios. Values of different rounds are never divided by each other: the machine drifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some rounds, and the least and the most of them."""

    median: float
    least: float
    most: float
    rounds: int


def spread(values: Sequence[float]) -> Spread | None:
    """None without values."""
    return Spread(median(values), min(values), max(values), len(values)) if values else None


def ratios(ours: Mapping[int, float], theirs: Mapping[int, float]) -> list[float]:
    """Ours to theirs, keyed by round, for rounds that have both and theirs above zero."""
    return [ours[number] / theirs[number] for number in sorted(ours) if theirs.get(number, 0) > 0]


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Theil and Sen's slope: the median of the slopes between all pairs, which single outliers do not move.

    In units of the values for one unit of time; 0 with fewer than two moments.
    """
    pairs = [
        (values[j] - values[i]) / (times[j] - times[i])
        for i in range(len(times))
        for j in range(i + 1, len(times))
        if times[j] != times[i]
    ]
    return median(pairs) if pairs else 0.0

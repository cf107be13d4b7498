"""Exact one-sided bounds on a share, after Clopper and Pearson (https://doi.org/10.1093/biomet/26.4.404).

Written with `math.lgamma` and bisection: one function is no reason for every installation to carry SciPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CONFIDENCE = 0.95
"""How sure a bound is, when nothing else is asked for."""

_NEGLIGIBLE = 1e-17
"""Terms of a sum that are smaller than this share of it change no digit of a float."""


@dataclass(frozen=True, slots=True)
class ShareBound:
    """With `confidence`, less than `upper` of all such sessions differ. differing of sessions were seen to."""

    differing: int
    sessions: int
    upper: float
    confidence: float = CONFIDENCE

    def __str__(self) -> str:
        if not self.sessions:
            return "No session was compared, so nothing is known of the share that differs."
        return (
            f"With {self.confidence:.0%} confidence fewer than {self.upper:.2%} of such sessions show an unexplained "
            f"difference ({self.differing} of {self.sessions} did)."
        )

    def to_record(self) -> dict[str, Any]:
        return {
            "differing": self.differing,
            "sessions": self.sessions,
            "upper": self.upper,
            "confidence": self.confidence,
        }


def bound_share(differing: int, sessions: int, confidence: float = CONFIDENCE) -> ShareBound:
    """The unit is the session, because messages within one are not independent."""
    return ShareBound(differing, sessions, upper_bound(differing, sessions, confidence), confidence)


def upper_bound(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """The largest share with which so few successes would still happen with a chance of 1 - confidence.

    1.0 without trials. Raises ValueError for more successes than trials, or a confidence outside of 0 to 1.
    """
    _check(successes, trials, confidence)
    if successes == trials:
        return 1.0
    return _bisect(lambda share: at_most(successes, trials, share) > 1 - confidence)


def at_most(successes: int, trials: int, share: float) -> float:
    """Chance of so many successes or fewer."""
    return (
        1.0 - _upper_tail(successes + 1, trials, share)
        if successes + 1 > trials * share
        else _lower_tail(successes, trials, share)
    )


def at_least(successes: int, trials: int, share: float) -> float:
    """Chance of so many successes or more."""
    return (
        _upper_tail(successes, trials, share)
        if successes > trials * share
        else 1.0 - _lower_tail(successes - 1, trials, share)
    )


def log_choose(trials: int, successes: int) -> float:
    return math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)


def _upper_tail(first: int, trials: int, share: float) -> float:
    """From `first`, which is above the mean, so that the terms only fall."""
    total = 0.0
    for successes in range(max(first, 0), trials + 1):
        term = _chance(successes, trials, share)
        total += term
        if term <= total * _NEGLIGIBLE:
            break
    return min(total, 1.0)


def _lower_tail(last: int, trials: int, share: float) -> float:
    total = 0.0
    for successes in range(last, -1, -1):
        term = _chance(successes, trials, share)
        total += term
        if term <= total * _NEGLIGIBLE:
            break
    return min(total, 1.0)


def _chance(successes: int, trials: int, share: float) -> float:
    if share in {0.0, 1.0}:
        return float(successes == trials * share)
    failures = trials - successes
    return math.exp(log_choose(trials, successes) + successes * math.log(share) + failures * math.log1p(-share))


def _bisect(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in {low, high}:
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _check(successes: int, trials: int, confidence: float) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")

"""Evidence that may be looked at after every session: an e-process against "at least `tolerated` of sessions differ".

Before the first session the evidence is 1. Each session multiplies it by how much better a share below `tolerated`,
any of them alike (a uniform mixture), foretold what was seen than `tolerated` itself did. If in truth `tolerated` or
more differ, the chance that the evidence ever reaches 1 / alpha is at most alpha, however often one looks and
whenever one stops (Ville's inequality; https://arxiv.org/abs/2210.01948).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shim.dualrun.judge.bounds import at_least, log_choose

ALPHA = 0.05
"""Chance of saying "enough" although too many sessions differ."""

TOLERATED = 0.01
"""The share of sessions that the running verdict has to rule out, when nothing else is asked for."""

MAX_RECORDED = 1_000
"""Points of a trail in its JSON form; of a longer one, evenly chosen ones and the last."""


@dataclass(frozen=True, slots=True)
class Trail:
    """tolerated: share of sessions. stop: evidence that is enough. values: the evidence after each session.

    Values may be infinite for very long runs without any difference.
    """

    tolerated: float
    stop: float
    values: tuple[float, ...] = ()
    differing: int = 0

    @property
    def enough(self) -> bool:
        """Whether the line was reached, at any look: what was proven stays proven."""
        return any(value >= self.stop for value in self.values)

    @property
    def sessions_to_go(self) -> int:
        """How many more sessions without any difference would be enough; 0 when no more are needed."""
        if self.enough:
            return 0
        return sessions_needed(self.tolerated, self.differing, alpha=1 / self.stop, seen=len(self.values))

    def __str__(self) -> str:
        if self.enough:
            return (
                f"The evidence that fewer than {self.tolerated:.2%} of sessions differ is enough, also for who looked "
                "after every session."
            )
        return (
            f"{self.sessions_to_go} more sessions without a difference would show that fewer than "
            f"{self.tolerated:.2%} of sessions differ."
        )

    def to_record(self) -> dict[str, Any]:
        count = len(self.values)
        every = max(1, -(-count // MAX_RECORDED))
        chosen = [*range(every, count + 1, every)]
        if count and (not chosen or chosen[-1] != count):
            chosen.append(count)
        return {
            "tolerated": self.tolerated,
            "stop": self.stop,
            "enough": self.enough,
            "differing": self.differing,
            "sessions": count,
            "sessions_to_go": self.sessions_to_go,
            "points": [[session, min(self.values[session - 1], 1e300)] for session in chosen],
        }


def follow(differs: Iterable[bool], tolerated: float = TOLERATED, alpha: float = ALPHA) -> Trail:
    """`differs`: for each session in the order in which they ran, whether it had an unexplained difference."""
    values: list[float] = []
    count = 0
    for seen, differing in enumerate(differs, 1):
        count += differing
        values.append(evidence(count, seen, tolerated))
    return Trail(tolerated, 1 / alpha, tuple(values), count)


def evidence(differing: int, sessions: int, tolerated: float = TOLERATED) -> float:
    """Raises ValueError when `tolerated` is not between 0 and 1."""
    value = log_evidence(differing, sessions, tolerated)
    return math.exp(value) if value < 700 else math.inf


def log_evidence(differing: int, sessions: int, tolerated: float) -> float:
    """The mixture's integral over q^k (1-q)^(n-k) is a tail of the binomial distribution of n + 1 trials."""
    if not 0 < tolerated < 1:
        raise ValueError(f"a tolerated share of {tolerated} is not between 0 and 1")
    tail = at_least(differing + 1, sessions + 1, tolerated)
    if tail <= 0:
        return -math.inf
    mixture = math.log(tail) - math.log(sessions + 1) - log_choose(sessions, differing) - math.log(tolerated)
    return mixture - differing * math.log(tolerated) - (sessions - differing) * math.log1p(-tolerated)


def sessions_needed(tolerated: float, differing: int = 0, *, alpha: float = ALPHA, seen: int = 0) -> int:
    """How many more than `seen` sessions it takes, if none of the further ones differs."""
    enough = math.log(1 / alpha)
    low, high = seen, max(seen, differing, 1)
    while log_evidence(differing, high, tolerated) < enough:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if log_evidence(differing, middle, tolerated) < enough else (low, middle)
    return max(high - seen, 1)

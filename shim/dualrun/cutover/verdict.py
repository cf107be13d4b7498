"""The running verdict: what was seen since the last change, and whether it is enough to go back.

Sessions are judged by evidence that may be looked at after every one (`judge/sequential.py`): against "at most
`difference_rate` of them differ" it says when to go back, against "at least as many" when there is proof.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from shim.dualrun.compare.difference import Difference
from shim.dualrun.cutover.movers import LEAKS
from shim.dualrun.cutover.options import FallBackRules
from shim.dualrun.cutover.rates import Rates
from shim.dualrun.cutover.watching import Settled
from shim.dualrun.judge.sequential import evidence, sessions_needed

MOST_EXAMPLES: Final = 20
LONGEST_EXAMPLE: Final = 300


@dataclass(frozen=True, slots=True)
class Turn:
    """Why it is to go back, and what that rests on."""

    why: str
    evidence: dict[str, Any]


class Verdict:
    """Counts begin with the last change. `clock`: seconds since the epoch."""

    def __init__(self, rules: FallBackRules, *, clock: Callable[[], float] = time.time) -> None:
        self._rules = rules
        self._clock = clock
        self.rates = Rates(rules, clock)
        self.begin_anew()

    def begin_anew(self) -> None:
        """After a change: what was seen before it says nothing about what is now."""
        self.since = self._clock()
        self.under_way = 0
        self.sessions = self.differing = self.lost = self.compared = self.ambient = self.tail = self.leaks = 0
        self.unexplained: Counter[str] = Counter()
        self.examples: deque[str] = deque(maxlen=MOST_EXAMPLES)
        self._too_many_in_a_row = 0
        self.rates.begin_anew()

    def take(self, settled: Settled) -> None:
        """What has become certain. A session in which one side was lost counts only when it differed before."""
        self.compared += settled.compared
        self.ambient += settled.ambient
        self.tail += settled.tail
        for found in settled.differences:
            if found.explained is None:
                self.unexplained[found.kind] += 1
                self.leaks += found.critical
                self.examples.append(_sentence(found))
        for session in settled.sessions:
            if session.lost is not None:
                self.lost += 1
            if session.differing or session.lost is None:
                self.sessions += 1
                self.differing += session.differing

    def turned(self) -> Turn | None:
        """Whether it is to go back, to be asked at every check: errors and latencies have to be too high several times
        in a row."""
        too_much = self.rates.too_much()
        self._too_many_in_a_row = self._too_many_in_a_row + 1 if too_much else 0
        if self.leaks:
            return Turn(f"a message reached somebody for whom it was not ({self.leaks})", self.to_record())
        if self.against >= 1 / self._rules.alpha:
            why = f"more than {self._rules.difference_rate:.2%} of sessions differ: {self.differing} of {self.sessions}"
            return Turn(why, self.to_record())
        if too_much and self._too_many_in_a_row >= self._rules.checks:
            return Turn(too_much, self.to_record())
        return None

    @property
    def against(self) -> float:
        """Evidence that more sessions differ than may; 1 before any. One that differs is known before it ends, so that
        those that run beside it and do not are counted as well."""
        count = self.sessions + self.under_way
        return evidence(count - self.differing, count, 1 - self._rules.difference_rate)

    @property
    def proven(self) -> bool:
        """Whether there is proof that fewer sessions differ than may."""
        return evidence(self.differing, self.sessions, self._rules.difference_rate) >= 1 / self._rules.alpha

    @property
    def sessions_to_go(self) -> int:
        """How many more sessions without a difference would be proof; 0 when there is."""
        if self.proven:
            return 0
        rate, alpha = self._rules.difference_rate, self._rules.alpha
        return sessions_needed(rate, self.differing, alpha=alpha, seen=self.sessions)

    @property
    def word(self) -> str:
        """`FAIL`, `PASS` or `INCONCLUSIVE`, as of a dual run."""
        if self.leaks or self.against >= 1 / self._rules.alpha or self._too_many_in_a_row >= self._rules.checks:
            return "FAIL"
        return "PASS" if self.proven else "INCONCLUSIVE"

    def in_short(self) -> dict[str, Any]:
        """What `verdict_words` says in a sentence."""
        return {
            "verdict": self.word,
            "sessions": self.sessions,
            "differing": self.differing,
            LEAKS: self.leaks,
            "sessions_to_go": self.sessions_to_go,
        }

    def to_record(self) -> dict[str, Any]:
        return {
            **self.in_short(),
            "since": self.since,
            "under_way": self.under_way,
            "lost": self.lost,
            "messages_compared": self.compared,
            "ambient": self.ambient,
            "tail": self.tail,
            "unexplained": dict(self.unexplained),
            "evidence_against": min(self.against, 1e300),
            "stop": 1 / self._rules.alpha,
            "rates": self.rates.to_record(),
            "examples": list(self.examples),
        }


def _sentence(found: Difference) -> str:
    """Without what the messages say: it may be anybody's."""
    return f"{found.kind}{f' at {found.path}' if found.path else ''}"[:LONGEST_EXAMPLE]

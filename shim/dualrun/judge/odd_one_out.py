"""Of three runs of one session, which differs alone from the other two?

If the new path is just one more run of the legacy path, each of the three is the odd one equally often. Then among the
sessions in which exactly one differs, the new path is it in one of three; more than chance allows says that it
differs by itself. No threshold is needed, and it works for contents that are never twice the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.payload import parse
from shim.dualrun.judge.bounds import at_least
from shim.dualrun.record.canonical import Event

Odd = Literal["legacy-1", "legacy-2", "candidate"]

CHANCE = 1 / 3

ALPHA = 0.01
"""Chance of blaming a new path that is like the legacy one."""


@dataclass(frozen=True, slots=True)
class OddOneOut:
    """candidate: sessions in which the new path alone differs. decided: in which exactly one run does.

    p_value: chance of so many if all three runs were alike.
    """

    candidate: int
    decided: int
    sessions: int

    @property
    def p_value(self) -> float:
        return at_least(self.candidate, self.decided, CHANCE)

    @property
    def stands_out(self) -> bool:
        return self.decided > 0 and self.p_value <= ALPHA

    def __str__(self) -> str:
        if not self.decided:
            return f"In none of {self.sessions} sessions did exactly one of the three runs differ from the others."
        end = "more often than chance allows" if self.stands_out else "not more often than chance allows"
        return (
            f"Exactly one of three runs differed in {self.decided} of {self.sessions} sessions; the new path was it "
            f"{self.candidate} times, {end} (p = {self.p_value:.3g})."
        )

    def to_record(self) -> dict[str, Any]:
        return {
            "candidate": self.candidate,
            "decided": self.decided,
            "sessions": self.sessions,
            "p_value": self.p_value,
            "stands_out": self.stands_out,
        }


def count_odd(runs: Iterable[tuple[Hashable, Hashable, Hashable]]) -> OddOneOut:
    """`runs`: by session, what the first and the second legacy run and the candidate came to."""
    found = [odd_of(*three) for three in runs]
    decided = [odd for odd in found if odd is not None]
    return OddOneOut(decided.count("candidate"), len(decided), len(found))


def odd_of(first: Hashable, second: Hashable, candidate: Hashable) -> Odd | None:
    """None when all three are alike, or all three are different."""
    if first == second:
        return None if second == candidate else "candidate"
    if first == candidate:
        return "legacy-2"
    return "legacy-1" if second == candidate else None


def fingerprint(events: Iterable[Event]) -> Hashable:
    """What each client came to in a session, in no order; without moments and ids, and without what is so by design."""
    return frozenset(Counter(outcome for event in events if (outcome := _outcome(event))).items())


def _outcome(event: Event) -> tuple[str, str, int | None, str | int] | None:
    if event.kind == "open" or (event.kind == "error" and not event.text):
        return None  # a handshake has its own status on each path, and only a POST has one that says nothing
    if is_error(event):
        return (event.client, "error", None, "")
    return (event.client, event.kind, event.status, parse(event.text).shape if event.kind == "msg" else "")

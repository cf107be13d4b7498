"""What differs between two runs of the legacy path is noise, learned as typed rules, leaf by leaf.

A rule never ignores a path. A timestamp has to be one on both sides, written alike and as far from the time of its
receipt; an id may have another value, but one value stands for one value throughout a session, in both
directions; a list without an order has to have the same items.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

RuleKind = Literal["timestamp", "id_bijection", "unordered"]

MAX_EXAMPLES = 3
"""Examples kept of each rule."""

Position = tuple[str, int]
"""A leaf's path, and the number of the token in it (0-based)."""


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """path: with any index for each index. learned: places where the two legacy runs differed so.

    examples: value in the first legacy run, value in the second. hits: places where it explained a difference
    between the legacy path and the candidate.
    """

    kind: RuleKind
    path: str
    learned: int
    hits: int
    examples: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class NoiseLedger:
    """Collects, over all sessions, what was learned and what it explained."""

    learned: Counter[tuple[RuleKind, str]] = field(default_factory=Counter)
    hits: Counter[tuple[RuleKind, str]] = field(default_factory=Counter)
    _examples: dict[tuple[RuleKind, str], list[tuple[str, str]]] = field(default_factory=dict)

    def copy(self) -> NoiseLedger:
        """With the same rules; what hits them there is not counted here."""
        examples = {key: list(pairs) for key, pairs in self._examples.items()}
        return NoiseLedger(Counter(self.learned), Counter(self.hits), examples)

    def learn(self, kind: RuleKind, path: str, left: str, right: str) -> None:
        self.learned[kind, path] += 1
        examples = self._examples.setdefault((kind, path), [])
        if len(examples) < MAX_EXAMPLES:
            examples.append((left, right))

    def hit(self, kind: RuleKind, path: str) -> None:
        self.hits[kind, path] += 1

    def knows(self, kind: RuleKind, path: str) -> bool:
        return self.learned[kind, path] > 0

    def rules(self) -> tuple[NoiseRule, ...]:
        """Learned rules, and those that were applied without (a time that is now on both sides)."""
        found = dict.fromkeys([*self.learned, *self.hits])
        return tuple(
            NoiseRule(
                kind, path, self.learned[kind, path], self.hits[kind, path], tuple(self._examples.get((kind, path), ()))
            )
            for kind, path in sorted(found)
            if self.learned[kind, path] or self.hits[kind, path]
        )


class Bijection:
    """Which id of one run stands for which id of the other, in one session."""

    def __init__(self) -> None:
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}

    def copy(self) -> Bijection:
        other = Bijection()
        other._forth, other._back = dict(self._forth), dict(self._back)
        return other

    def allows(self, left: str, right: str) -> bool:
        return self._forth.get(left, right) == right and self._back.get(right, left) == left

    def knows(self, left: str, right: str) -> bool:
        return self._forth.get(left) == right

    def add(self, left: str, right: str) -> None:
        """Only what it allows."""
        self._forth[left], self._back[right] = right, left

    def objection(self, left: str, right: str) -> str:
        """Why it does not allow that one stands for the other."""
        if self._forth.get(left, right) != right:
            return f"{left} is {self._forth[left]} elsewhere in this session, and {right} here"
        return f"{right} stands for {self._back[right]} elsewhere in this session, and for {left} here"


Volatile = dict[tuple[str, str, int], frozenset[Position]]
"""For each event of the first legacy run (by its key): the tokens that were different in the second."""


def merge(parts: Iterable[tuple[tuple[str, str, int], Position]]) -> Volatile:
    collected: dict[tuple[str, str, int], set[Position]] = {}
    for key, position in parts:
        collected.setdefault(key, set()).add(position)
    return {key: frozenset(positions) for key, positions in collected.items()}

"""Comparisons of two texts that are made once: a message to many clients is the same two texts for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shim.dualrun.compare.leaves import NOTHING, Leaf, TokenPair, Walk
from shim.dualrun.compare.message_type import type_of_value
from shim.dualrun.compare.payload import general, value_of
from shim.dualrun.compare.rules import RuleKey, RuleKind, label
from shim.dualrun.compare.tokens import TokenKind
from shim.dualrun.compare.volatile import NOT_VOLATILE, Position

RULE_OF: Final[dict[TokenKind, RuleKind]] = {"timestamp": "timestamp", "id": "id_bijection"}

MOST_KEPT: Final = 512
"""Comparisons that are remembered; recipients of one message follow each other."""


@dataclass(frozen=True, slots=True)
class Told:
    """A pair of tokens, and the rule that may explain it. left, right: as text. noise: what it is when it does."""

    pair: TokenPair
    rule: RuleKey
    left: str
    right: str
    differ: bool
    noise: Leaf

    @classmethod
    def of(cls, message: str, pair: TokenPair) -> Told:
        left, right = str(pair.left), str(pair.right)
        rule = RuleKey(RULE_OF[pair.kind], message, general(pair.path))
        return cls(pair, rule, left, right, pair.differ, noise(rule, pair.path, left, right))


def noise(rule: RuleKey, path: str, left: str = "", right: str = "") -> Leaf:
    """What the rule explains, at a path with its indexes."""
    return Leaf(path, left, right, "is noise", explained=label(rule.kind, rule.path))


@dataclass(frozen=True, slots=True)
class Compared:
    """message: the type of message. walk: not to be changed. tokens: of its pairs, in their order.

    positions: of those that differ.
    """

    message: str
    walk: Walk
    tokens: tuple[Told, ...]
    positions: frozenset[Position]

    @classmethod
    def of(cls, message: str, walk: Walk) -> Compared:
        tokens = tuple(Told.of(message, pair) for pair in walk.pairs)
        positions = frozenset((told.pair.path, told.pair.index) for told in tokens if told.differ)
        return cls(message, walk, tokens, positions)


Watched = Callable[[str, frozenset[Position]], frozenset[str]]
"""Of a type of message, and what is volatile in one: paths that are wanted even where both sides are equal."""


def nothing_watched(_message: str, _volatile: frozenset[Position]) -> frozenset[str]:
    return NOTHING


class Walks:
    """For lists that have an order; those that have none are paired by what is known of ids at that moment."""

    def __init__(self, watched: Watched = nothing_watched) -> None:
        self._watched = watched
        self._kept: dict[tuple[str, str, frozenset[Position]], Compared] = {}

    def of(self, left: str, right: str, volatile: frozenset[Position] = NOT_VOLATILE) -> Compared:
        key = (left, right, volatile)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            a = value_of(left)
            message = type_of_value(a)
            walk = Walk(watch=self._watched(message, volatile)).compare(a, value_of(right))
            found = self._kept[key] = Compared.of(message, walk)
        return found

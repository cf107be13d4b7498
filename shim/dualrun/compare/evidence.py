"""What two legacy runs differ in, by message type and path, in constant memory; and the rules that it is enough for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from shim.dualrun.compare.leaves import ABSENT, is_number
from shim.dualrun.compare.moments import WINDOW_S
from shim.dualrun.compare.payload import shown
from shim.dualrun.compare.rules import RULES, NoiseRule, RuleKey, RuleKind
from shim.dualrun.compare.text_shape import Shape, joined, pattern_of, shape_of

MAX_EXAMPLES: Final = 3
"""Examples kept of each rule."""

MAX_RTOL: Final = 0.25
"""Numbers that are further apart than this, relatively, are not the same number with noise."""

Place = tuple[str, str]
"""Message type and path, with any index for each index."""


@dataclass(slots=True)
class Variation:
    """Of one place. absent: by how many of its messages, on either side, lack it. values: how often both sides have
    it and differ. growing: whether all sequences of a client grow; equally: whether by the same amounts in both runs.
    """

    values: int = 0
    absent: int = 0
    whole: bool = True
    numbers: bool = True
    farthest: float = 0.0
    growing: bool = True
    equally: bool = True
    compared: int = 0
    types: set[type] = field(default_factory=set)
    shape: Shape | None = None
    shaped: bool = True
    examples: list[tuple[str, str]] = field(default_factory=list)
    last: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def add(self, left: object, right: object, session: str, client: str) -> None:
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(("" if left is ABSENT else shown(left), "" if right is ABSENT else shown(right)))
        if left is ABSENT or right is ABSENT:
            self.absent += 1
            self.types.add(type(right if left is ABSENT else left))
            return
        self.values += 1
        self._shape(left)
        self._shape(right)
        if not (is_number(left) and is_number(right)):
            self.numbers = False
            return
        self.whole &= isinstance(left, int) and isinstance(right, int)
        self.farthest = max(self.farthest, relative_difference(left, right))
        before = self.last.get((session, client))
        if before is not None:
            self.compared += 1
            self.growing &= left > before[0] and right > before[1]
            self.equally &= left - before[0] == right - before[1]
        self.last[session, client] = (left, right)

    def rule(self, messages: int) -> tuple[RuleKind, float | str] | None:
        """The narrowest kind of rule that explains all of it, with its parameter; None when there is not enough."""
        found: tuple[RuleKind, float | str] | None = None
        if self.absent:
            if not self.values and len(self.types) == 1:
                found = "optional", round(1 - self.absent / max(2 * messages, 1), 4)
        elif self.numbers and self.whole and self.growing and self.compared:
            found = "counter", "same" if self.equally else "any"
        elif self.numbers and self.farthest <= MAX_RTOL:
            found = "float", float(f"{2 * self.farthest:.3g}")
        elif self.shaped and self.shape:
            found = "regex_shape", pattern_of(self.shape)
        return found if found and self.values + self.absent >= RULES[found[0]].least else None

    def _shape(self, value: object) -> None:
        if not self.shaped:
            return
        new = shape_of(text_of(value)) if isinstance(value, str) or is_number(value) else None
        self.shape = new if self.shape is None or new is None else joined(self.shape, new)
        self.shaped = self.shape is not None


@dataclass(slots=True)
class Evidence:
    """Over all sessions. learned, examples: of the kinds that are sure at once. keys: of lists without an order.

    messages: pairs, by message type.
    """

    learned: Counter[RuleKey] = field(default_factory=Counter)
    examples: dict[RuleKey, list[tuple[str, str]]] = field(default_factory=dict)
    keys: dict[RuleKey, str] = field(default_factory=dict)
    variations: dict[Place, Variation] = field(default_factory=dict)
    messages: Counter[str] = field(default_factory=Counter)

    def learn(self, key: RuleKey, left: str, right: str) -> None:
        self.learned[key] += 1
        examples = self.examples.setdefault(key, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append((left, right))

    def vary(self, place: Place, values: tuple[object, object], session: str, client: str) -> int:
        """What only a rule with more evidence can explain. Returns how often that place has differed so far."""
        found = self.variations.setdefault(place, Variation())
        found.add(*values, session, client)
        return found.values + found.absent

    def rules(self) -> tuple[NoiseRule, ...]:
        found = [
            NoiseRule(key.kind, key.path, count, 0, tuple(self.examples[key]), key.message, self._parameter(key))
            for key, count in self.learned.items()
        ]
        for (message, path), variation in self.variations.items():
            rule = variation.rule(self.messages[message])
            if rule:
                count = variation.values + variation.absent
                found.append(NoiseRule(rule[0], path, count, 0, tuple(variation.examples), message, rule[1]))
        return tuple(found)

    def _parameter(self, key: RuleKey) -> float | str | None:
        return WINDOW_S if key.kind == "timestamp" else self.keys.get(key)


def relative_difference(left: float, right: float) -> float:
    """0 for equal numbers, 1 when one of them is 0, 2 for opposite ones."""
    largest = max(abs(left), abs(right))
    return abs(left - right) / largest if largest else 0.0


def text_of(value: object) -> str:
    return value if isinstance(value, str) else shown(value)

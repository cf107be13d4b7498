"""Compares two payloads leaf by leaf, without judging: where they differ, and by which tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from shim.dualrun.compare.moments import is_moment
from shim.dualrun.compare.payload import child, general, shown
from shim.dualrun.compare.tokens import Token, TokenKind, is_opaque, split


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""The value of a leaf that one side does not have; null is None."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place that differs, or, when `problem` is '', one that was to be watched and is the same.

    left, right: the values as JSON, for people. values: as they are, or ABSENT.
    explained: by what, such as 'noise:float $.price'; None when nothing explains it.
    """

    path: str
    left: str
    right: str
    problem: str
    values: tuple[object, object] = (ABSENT, ABSENT)
    explained: str | None = None

    @property
    def is_of_tokens(self) -> bool:
        """Whether it is about a moment or an id in a text, which rules of other kinds don't explain."""
        return self.values == (ABSENT, ABSENT)

    @property
    def has_another_value(self) -> bool:
        """Whether both sides have it, a text, number or boolean of the same type."""
        left, right = self.values
        if left is ABSENT or right is ABSENT or isinstance(left, list):
            return False
        return left != right and _type(left) == _type(right)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Two tokens at the same place; they may be equal where the place is watched."""

    path: str
    index: int
    kind: TokenKind
    left: str | int | float
    right: str | int | float

    @property
    def differ(self) -> bool:
        return self.left != self.right


Pairing = Callable[[str, list[object], list[object]], list[object]]
"""Given the path and two lists: the second, in the order in which its items belong to those of the first."""


def in_order(_path: str, _left: list[object], right: list[object]) -> list[object]:
    return right


NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Walk:
    """Depth first, keys in the order of the left side; bounded by MAX_DEPTH of the payload.

    watch: paths of leaves that are wanted even when both sides are equal.
    pairs, leaves: what was found.
    """

    pairing: Pairing = in_order
    watch: frozenset[str] = NOTHING
    pairs: list[TokenPair] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)

    def compare(self, left: object, right: object, path: str = "$") -> Walk:
        if isinstance(left, str) and isinstance(right, str):
            if left != right or path in self.watch:
                self._texts(left, right, path)
        elif isinstance(left, dict) and isinstance(right, dict):
            self._objects(left, right, path)
        elif isinstance(left, list) and isinstance(right, list):
            self._lists(left, right, path)
        elif is_number(left) and is_number(right):
            if left != right or path in self.watch:
                self._numbers(left, right, path)
        elif type(left) is not type(right):
            self._differ(path, left, right, f"is {_type(right)}, not {_type(left)}")
        elif left != right:
            self._differ(path, left, right, "has another value")
        return self

    def _objects(self, left: dict[str, object], right: dict[str, object], path: str) -> None:
        for key, value in left.items():
            other = right.get(key, ABSENT)
            if other is ABSENT:
                self._differ(child(path, key), value, ABSENT, "is absent")
            elif value is not other or self.watch:
                self.compare(value, other, child(path, key))
        if len(right) > len(left) or self.leaves:
            for key, value in right.items():
                if key not in left:
                    self._differ(child(path, key), ABSENT, value, "is not there on the legacy path")

    def _lists(self, left: list[object], right: list[object], path: str) -> None:
        if len(left) != len(right):
            self._differ(path, left, right, f"has {len(right)} items, not {len(left)}")
            return
        for index, (a, b) in enumerate(zip(left, self.pairing(general(path), left, right), strict=True)):
            self.compare(a, b, f"{path}[{index}]")

    def _texts(self, left: str, right: str, path: str) -> None:
        a, b = split(left), split(right)
        if a.literals == b.literals and all(x.kind == y.kind for x, y in zip(a.tokens, b.tokens, strict=True)):
            for index, (x, y) in enumerate(zip(a.tokens, b.tokens, strict=True)):
                self.pairs.append(TokenPair(path, index, x.kind, x.text, y.text))
            if not a.tokens:
                self._same(path, left, right)
        elif a.tokens == (Token("id", left),) and is_opaque(right):
            # An id of another alphabet, such as 'a.b:c', splits into several tokens.
            self.pairs.append(TokenPair(path, 0, "id", left, right))
        else:
            self._differ(path, left, right, "has another text")

    def _numbers(self, left: float, right: float, path: str) -> None:
        if is_moment(left) and is_moment(right):
            self.pairs.append(TokenPair(path, 0, "timestamp", left, right))
        elif left != right:
            self._differ(path, left, right, "has another value")
        else:
            self._same(path, left, right)

    def _differ(self, path: str, left: object, right: object, problem: str) -> None:
        a, b = ("" if value is ABSENT else shown(value) for value in (left, right))
        self.leaves.append(Leaf(path, a, b, problem, (left, right)))

    def _same(self, path: str, left: object, right: object) -> None:
        self.leaves.append(Leaf(path, shown(left), shown(right), "", (left, right)))


def is_number(value: object) -> TypeGuard[float]:
    """Of JSON: `true` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")

"""Compares two payloads leaf by leaf, without judging: where they differ, and by which tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shim.dualrun.compare.moments import moment_of_number
from shim.dualrun.compare.payload import child, general, shown
from shim.dualrun.compare.tokens import Token, TokenKind, is_opaque, split


@dataclass(frozen=True, slots=True)
class Leaf:
    """A difference that no typed rule can explain."""

    path: str
    left: str
    right: str
    problem: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Two tokens at the same place; they may be equal."""

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


def walk(left: object, right: object, pairing: Pairing = in_order, path: str = "$") -> Iterator[Leaf | TokenPair]:
    """Depth first, keys in the order of the left side; bounded by MAX_DEPTH of the payload."""
    if isinstance(left, dict) and isinstance(right, dict):
        yield from _objects(left, right, pairing, path)
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) == len(right):
            for index, (a, b) in enumerate(zip(left, pairing(general(path), left, right), strict=True)):
                yield from walk(a, b, pairing, f"{path}[{index}]")
        else:
            yield Leaf(path, shown(left), shown(right), f"has {len(right)} items, not {len(left)}")
    elif isinstance(left, str) and isinstance(right, str):
        yield from _texts(left, right, path)
    elif _is_number(left) and _is_number(right):
        yield from _numbers(left, right, path)
    elif type(left) is not type(right):
        yield Leaf(path, shown(left), shown(right), f"is {_type(right)}, not {_type(left)}")
    elif left != right:
        yield Leaf(path, shown(left), shown(right), "has another value")


def _objects(
    left: dict[str, object], right: dict[str, object], pairing: Pairing, path: str
) -> Iterator[Leaf | TokenPair]:
    for key, value in left.items():
        if key in right:
            yield from walk(value, right[key], pairing, child(path, key))
        else:
            yield Leaf(child(path, key), shown(value), "", "is absent")
    for key, value in right.items():
        if key not in left:
            yield Leaf(child(path, key), "", shown(value), "is not there on the legacy path")


def _texts(left: str, right: str, path: str) -> Iterator[Leaf | TokenPair]:
    a, b = split(left), split(right)
    if a.literals == b.literals and all(x.kind == y.kind for x, y in zip(a.tokens, b.tokens, strict=True)):
        for index, (x, y) in enumerate(zip(a.tokens, b.tokens, strict=True)):
            yield TokenPair(path, index, x.kind, x.text, y.text)
    elif a.tokens == (Token("id", left),) and is_opaque(right):
        # An id of another alphabet, such as 'a.b:c', splits into several tokens.
        yield TokenPair(path, 0, "id", left, right)
    else:
        yield Leaf(path, shown(left), shown(right), "has another text")


def _numbers(left: object, right: object, path: str) -> Iterator[Leaf | TokenPair]:
    assert isinstance(left, int | float)
    assert isinstance(right, int | float)
    if moment_of_number(left) and moment_of_number(right):
        yield TokenPair(path, 0, "timestamp", left, right)
    elif left != right:
        yield Leaf(path, shown(left), shown(right), "has another value")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")

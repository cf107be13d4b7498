"""Pairs what is left over by similarity: messages that were changed. Bounded, whatever is left over."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

from shim.dualrun.compare.align import Alignment, is_error
from shim.dualrun.compare.keys import Side, key_value, shared_keys
from shim.dualrun.compare.leaves import ABSENT, Walk
from shim.dualrun.compare.payload import value_of
from shim.dualrun.record.canonical import Event

SIMILAR_ENOUGH: Final = 0.5
"""Least share of leaves that two leftover messages must have in common to be one message that was changed."""

SHORTEST_ALIKE: Final = 8
"""Characters from which a text is long enough to be called similar by its characters, and not by its words alone."""

MAX_COMPARISONS: Final = 100_000
"""Comparisons of one client; with more left over, each message is compared with fewer neighbours, but with one."""

MAX_NEIGHBOURS: Final = 50
"""Messages of the other side, around the same place in the step, that a message is compared with."""


def pair_similar(one: Alignment, allowed: frozenset[int]) -> None:
    """By a key that both sides share, then the most similar first, within a step; an error is paired with an error,
    whatever they say.

    `allowed`: indexes on the right that may be taken for a changed message.
    """
    if not (one.left.open and allowed):
        return
    _pair_by_key(one, allowed)
    left, right = one.left.open, [index for index in one.right.open if index in allowed]
    if not (left and right):
        return
    neighbours = max(1, min(MAX_NEIGHBOURS, MAX_COMPARISONS // len(left)))
    scored = [
        (-score, a, b)
        for ours, theirs in _by_step(one, left, right)
        for place, a in enumerate(ours)
        for b in _around(theirs, place * len(theirs) // len(ours), neighbours)
        if (score := similarity(one.left.events[a], one.right.events[b])) >= SIMILAR_ENOUGH
    ]
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for _, a, b in sorted(scored):
        if a not in taken_left and b not in taken_right:
            taken_left.add(a)
            taken_right.add(b)
            pairs.append((a, b))
    one.add(pairs)


def _pair_by_key(one: Alignment, allowed: frozenset[int]) -> None:
    paths = shared_keys(one.left, one.right, allowed)
    if paths:

        def keys(side: Side) -> Sequence[Hashable]:
            return [
                None
                if side is one.right and index not in allowed
                else key_value(value_of(side.events[index].text), paths, 0)
                for index in side.open
            ]

        one.match(keys)


def similarity(left: Event, right: Event) -> float:
    """0 to 1; a leaf with another value of the same type counts half, objects of one form are similar enough."""
    if is_error(left) and is_error(right):
        return 1.0
    a, b = value_of(left.text), value_of(right.text)
    if isinstance(a, str) or isinstance(b, str):
        return _text_similarity(left.text, right.text)
    walk = Walk().compare(a, b)
    absent = sum(leaf.values[1] is ABSENT for leaf in walk.leaves)
    surplus = sum(leaf.values[0] is ABSENT for leaf in walk.leaves)
    differing = len(walk.leaves) - min(absent, surplus)  # a key with another name is one difference
    half = sum(leaf.has_another_value for leaf in walk.leaves)
    total = max(_leaf_count(a), _leaf_count(b), differing)
    score = (total - differing + half / 2) / total if total else 1.0
    return max(score, SIMILAR_ENOUGH) if _of_one_form(a, b) else score


def _of_one_form(left: object, right: object) -> bool:
    """Objects with the same keys, whatever became of the values; or one that has lost keys, and keeps its values."""
    if not (isinstance(left, dict) and isinstance(right, dict)):
        return False
    if left.keys() == right.keys():
        return True
    fewer, more = sorted((left, right), key=len)
    return all(key in more and value == more[key] for key, value in fewer.items())


def _by_step(one: Alignment, left: Sequence[int], right: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    steps: dict[int, tuple[list[int], list[int]]] = {}
    for index in left:
        steps.setdefault(one.left.events[index].step, ([], []))[0].append(index)
    for index in right:
        steps.setdefault(one.right.events[index].step, ([], []))[1].append(index)
    return [found for found in steps.values() if found[0] and found[1]]


def _around(listed: Sequence[int], place: int, number: int) -> Sequence[int]:
    first = max(0, min(place - number // 2, len(listed) - number))
    return listed[first : first + number]


def _text_similarity(left: str, right: str) -> float:
    """Share of words, or of characters from both ends, in common; linear, because texts can be long.

    What is a beginning or an end of the other has been cut off.
    """
    a, b = set(left.split()), set(right.split())
    words = len(a & b) / max(len(a), len(b)) if a and b else 0.0
    shorter, longer = sorted((left, right), key=len)
    if len(longer) < SHORTEST_ALIKE:
        return words
    begin = _common(shorter, longer)
    ends = min(len(shorter), begin + _common(shorter[::-1], longer[::-1]))
    if ends == len(shorter) >= SHORTEST_ALIKE // 2:
        return max(words, SIMILAR_ENOUGH)
    return max(words, ends / len(longer))


def _common(shorter: str, longer: str) -> int:
    """Length of the beginning that two texts have in common, by halves."""
    low, high = 0, len(shorter)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if longer.startswith(shorter[:middle]) else (low, middle - 1)
    return low


def _leaf_count(value: object) -> int:
    match value:
        case dict():
            return sum(map(_leaf_count, value.values()))
        case list():
            return sum(map(_leaf_count, value))
    return 1

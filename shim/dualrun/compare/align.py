"""Finds, for each event of one client on the left, the event on the right that is the same.

Exact content first, then content without moments and ids, each within the same step before others; only what is
left over is compared by similarity. Identical streams cost n log n.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from shim.dualrun.compare.leaves import Leaf, walk
from shim.dualrun.compare.payload import is_error_frame, parse
from shim.dualrun.record.canonical import Event

SIMILAR_ENOUGH = 0.5
"""Least share of leaves that two leftover messages must have in common to be one message that was changed."""

MAX_SIMILARITY_PAIRS = 2_500
"""Leftovers of one step beyond this are not compared with each other; they count as missing and extra."""


@dataclass(frozen=True, slots=True)
class Alignment:
    pairs: tuple[tuple[Event, Event], ...]
    left: tuple[Event, ...] = ()
    right: tuple[Event, ...] = ()


def align(left: Sequence[Event], right: Sequence[Event]) -> Alignment:
    """Pairs of equal content; leftovers keep their order."""
    pairs: list[tuple[Event, Event]] = []
    for key in (_exact_in_step, _exact, _shape_in_step, _shape):
        found = _match(left, right, key)
        pairs += found
        taken_left = {a.key for a, _ in found}
        taken_right = {b.key for _, b in found}
        left = [event for event in left if event.key not in taken_left]
        right = [event for event in right if event.key not in taken_right]
    return Alignment(tuple(sorted(pairs, key=lambda pair: pair[0].n)), tuple(left), tuple(right))


def pair_similar(left: Iterable[Event], right: Iterable[Event]) -> list[tuple[Event, Event]]:
    """Most similar first, within a step; an error is paired with an error, whatever they say."""
    by_step: dict[int, list[Event]] = {}
    for event in right:
        by_step.setdefault(event.step, []).append(event)
    sizes: dict[int, int] = {}
    left = list(left)
    for event in left:
        sizes[event.step] = sizes.get(event.step, 0) + 1
    scored = [
        (-score, a.n, b.n, a, b)
        for a in left
        if sizes[a.step] * len(by_step.get(a.step, ())) <= MAX_SIMILARITY_PAIRS
        for b in by_step.get(a.step, ())
        if (score := similarity(a, b)) >= SIMILAR_ENOUGH
    ]
    scored.sort(key=lambda entry: entry[:3])
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    pairs: list[tuple[Event, Event]] = []
    for _, a_n, b_n, a, b in scored:
        if a_n not in taken_left and b_n not in taken_right:
            taken_left.add(a_n)
            taken_right.add(b_n)
            pairs.append((a, b))
    return pairs


def similarity(left: Event, right: Event) -> float:
    """0 to 1; a leaf with another value of the same type counts half."""
    left_failed, right_failed = is_error(left), is_error(right)
    if left_failed and right_failed:
        return 1.0
    a, b = parse(left.text).value, parse(right.text).value
    if isinstance(a, str) or isinstance(b, str):
        return _text_similarity(a, b) if isinstance(a, str) and isinstance(b, str) else 0.0
    differing = [found for found in walk(a, b) if isinstance(found, Leaf)]
    half = sum(1 for leaf in differing if leaf.problem in {"has another value", "has another text"})
    total = max(_leaf_count(a), _leaf_count(b), len(differing))
    return (total - len(differing) + half / 2) / total if total else 1.0


def is_error(event: Event) -> bool:
    return event.kind == "error" or is_error_frame(event.text)


def outside_longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Indexes of the fewest numbers without which the others increase: the least that was moved."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(tails, number)
        before.append(tail_at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(number)
            tail_at.append(index)
        else:
            tails[place], tail_at[place] = number, index
    moved = set(range(len(numbers)))
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        moved.discard(index)
        index = before[index]
    return moved


def _match(
    left: Sequence[Event], right: Sequence[Event], key: Callable[[Event], Hashable]
) -> list[tuple[Event, Event]]:
    waiting: dict[Hashable, deque[Event]] = {}
    for event in right:
        waiting.setdefault(key(event), deque()).append(event)
    pairs: list[tuple[Event, Event]] = []
    for event in left:
        options = waiting.get(key(event))
        # A message can be late, but not come long before what caused it. One step is allowed, because the legacy
        # path may have been the late one.
        while options and options[0].step < event.step - 1:
            options.popleft()
        if options:
            pairs.append((event, options.popleft()))
    return pairs


def _exact(event: Event) -> Hashable:
    return (event.kind, parse(event.text).exact)


def _exact_in_step(event: Event) -> Hashable:
    return (event.step, _exact(event))


def _shape(event: Event) -> Hashable:
    return (event.kind, parse(event.text).shape)


def _shape_in_step(event: Event) -> Hashable:
    return (event.step, _shape(event))


def _text_similarity(left: str, right: str) -> float:
    """Share of words in common; linear, because texts can be long."""
    a, b = set(left.split()), set(right.split())
    return len(a & b) / max(len(a), len(b)) if a and b else 0.0


def _leaf_count(value: object) -> int:
    match value:
        case dict():
            return sum(map(_leaf_count, value.values()))
        case list():
            return sum(map(_leaf_count, value))
    return 1

"""The fewest numbers that are out of order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise


def outside_longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Indexes of the fewest numbers without which the others increase: the least that was moved. Costs n log n."""
    if all(a < b for a, b in pairwise(numbers)):
        return set()
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

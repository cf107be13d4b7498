"""Delta debugging: the fewest items with which something still fails.

After Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, https://doi.org/10.1109/32.988498
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")

FirstFailing = Callable[[list[tuple[Item, ...]]], int | None]
"""Of several selections the first that fails, as an index; None when none does, or when no more may be tried.

All selections of one look are given together; who looks stops at the first that fails."""


def ddmin(items: Sequence[Item], first_failing: FirstFailing[Item]) -> tuple[Item, ...]:
    """`items`: known to fail together. The result fails too, and with enough looks fails without no single item."""
    kept = tuple(items)
    parts = 2
    while len(kept) > 1:
        chunks = _split(kept, parts)
        complements = [_without(kept, chunks, left_out) for left_out in range(parts)] if parts > 2 else []
        failing = first_failing([*chunks, *complements])
        if failing is None:
            if parts == len(kept):
                break
            parts = min(len(kept), 2 * parts)
        elif failing < len(chunks):
            kept, parts = chunks[failing], 2
        else:
            kept, parts = complements[failing - len(chunks)], parts - 1
        parts = min(parts, max(len(kept), 2))
    return kept


def _split(items: tuple[Item, ...], parts: int) -> list[tuple[Item, ...]]:
    ends = [len(items) * number // parts for number in range(parts + 1)]
    return [items[start:end] for start, end in pairwise(ends)]


def _without(items: tuple[Item, ...], chunks: list[tuple[Item, ...]], left_out: int) -> tuple[Item, ...]:
    return tuple(item for number, chunk in enumerate(chunks) if number != left_out for item in chunk)

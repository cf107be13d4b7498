"""Where the nodes of a graph stand, so that every edge leads down: layers, their order, and places on a line.

The way of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical System Structures"
(1981): edges that are longer than a layer pass through places of their own, and the order follows from the neighbours.
Edges from one node share these places, so that they look like one stem with branches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Edge = tuple[str, str]
"""From what comes first to what comes later."""

Via = tuple[str, int]
"""Where the stem of a node passes a row."""

SWEEPS: Final = 12
"""Passes that bring neighbours together; more change nothing that is seen."""


@dataclass(frozen=True)
class Spot:
    row: int
    x: float
    """Of the middle."""


@dataclass(frozen=True)
class Layout:
    """Widths are in the unit of `width`. edges: what is drawn; ways: the places that each passes, its ends included."""

    spots: Mapping[str, Spot]
    edges: tuple[Edge, ...]
    ways: tuple[tuple[Spot, ...], ...]
    rows: int
    width: float


def arrange(
    nodes: Sequence[str],
    edges: Collection[Edge],
    *,
    stage: Mapping[str, int],
    across: int,
    width: float,
    gap: float,
) -> Layout:
    """`stage`: a node stands below all nodes of a lower stage where its edges allow it. `across`: most nodes in a row.
    `width`: of a node; `gap`: between two. Edges to nodes that are not there are dropped, and so is one of each circle.
    """
    kept = reduced(nodes, _without_circles(nodes, edges))
    rows = _rows(nodes, kept, stage, across)
    order, ways = _with_stems(rows, kept)
    _sort(order, ways)
    spots = _places(order, ways, width, gap)
    real = {node: spots[node] for node in nodes}
    most = max((spot.x + width / 2 for spot in real.values()), default=0.0)
    return Layout(real, tuple(kept), tuple(tuple(spots[one] for one in way) for way in ways), len(order), most)


def reduced(nodes: Sequence[str], edges: Collection[Edge]) -> list[Edge]:
    """Without the edges that others say already: a → c, when there are a → b and b → c. There is no circle."""
    after: dict[str, list[str]] = defaultdict(list)
    for first, later in edges:
        after[first].append(later)
    reach: dict[str, set[str]] = {}
    for node in reversed(_in_order(nodes, edges)):
        reach[node] = set().union(*(reach[one] | {one} for one in after[node]))
    return [
        (first, later)
        for first, later in dict.fromkeys(edges)
        if not any(later in reach[other] for other in after[first] if other != later)
    ]


def _without_circles(nodes: Sequence[str], edges: Collection[Edge]) -> list[Edge]:
    known = set(nodes)
    after: dict[str, list[str]] = defaultdict(list)
    for first, later in dict.fromkeys(edges):
        if first in known and later in known and first != later:
            after[first].append(later)
    kept: list[Edge] = []
    state: dict[str, int] = {}
    for root in nodes:
        stack = [(root, iter(after[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            node, left = stack[-1]
            following = next(left, None)
            if following is None:
                state[node] = 2
                stack.pop()
            elif state.get(following) != 1:
                kept.append((node, following))
                if following not in state:
                    state[following] = 1
                    stack.append((following, iter(after[following])))
    return kept


def _in_order(nodes: Sequence[str], edges: Collection[Edge]) -> list[str]:
    """Each node after all that come before it; otherwise as given."""
    before: dict[str, set[str]] = {node: set() for node in nodes}
    after: dict[str, list[str]] = defaultdict(list)
    for first, later in edges:
        before[later].add(first)
        after[first].append(later)
    free = [node for node in nodes if not before[node]]
    ordered = []
    while free:
        node = free.pop(0)
        ordered.append(node)
        for later in dict.fromkeys(after[node]):
            before[later].discard(node)
            if not before[later]:
                free.append(later)
    return ordered


def _rows(nodes: Sequence[str], edges: Sequence[Edge], stage: Mapping[str, int], across: int) -> list[list[str]]:
    before: dict[str, list[str]] = defaultdict(list)
    for first, later in edges:
        before[later].append(first)
    layer: dict[str, tuple[int, int]] = {}
    for node in _in_order(nodes, edges):
        stages = [layer[one][0] for one in before[node]]
        own = max([stage[node], *stages])
        layer[node] = (own, max((layer[one][1] + 1 for one in before[node] if layer[one][0] == own), default=0))
    grouped: dict[tuple[int, int], list[str]] = defaultdict(list)
    for node in nodes:
        grouped[layer[node]].append(node)
    rows = []
    for key in sorted(grouped):
        group = grouped[key]
        parts = -(-len(group) // across)
        size = -(-len(group) // parts)
        rows += [group[start : start + size] for start in range(0, len(group), size)]
    return rows


def _with_stems(
    rows: list[list[str]], edges: Sequence[Edge]
) -> tuple[list[list[Hashable]], list[tuple[Hashable, ...]]]:
    at = {node: number for number, row in enumerate(rows) for node in row}
    order: list[list[Hashable]] = [list(row) for row in rows]
    ways: list[tuple[Hashable, ...]] = []
    known: set[Via] = set()
    for first, later in edges:
        passed: list[Via] = [(first, row) for row in range(at[first] + 1, at[later])]
        for via in passed:
            if via not in known:
                known.add(via)
                order[via[1]].append(via)
        ways.append((first, *passed, later))
    return order, ways


def _sort(order: list[list[Hashable]], ways: Sequence[tuple[Hashable, ...]]) -> None:
    """Each row by the mean place of its neighbours, downwards and upwards in turn."""
    above, below = _neighbours(ways)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        places = {one: index for row in order for index, one in enumerate(row)}
        for row in order[1:] if down else reversed(order[:-1]):
            middle = {
                one: sum(places[each] for each in near[one]) / len(near[one]) if near[one] else float(places[one])
                for one in row
            }
            row.sort(key=lambda one: middle[one])
            places.update({one: index for index, one in enumerate(row)})


def _neighbours(
    ways: Sequence[tuple[Hashable, ...]],
) -> tuple[dict[Hashable, list[Hashable]], dict[Hashable, list[Hashable]]]:
    above: dict[Hashable, list[Hashable]] = defaultdict(list)
    below: dict[Hashable, list[Hashable]] = defaultdict(list)
    for first, later in dict.fromkeys(pair for way in ways for pair in pairwise(way)):
        above[later].append(first)
        below[first].append(later)
    return above, below


def _places(
    order: list[list[Hashable]], ways: Sequence[tuple[Hashable, ...]], width: float, gap: float
) -> dict[Hashable, Spot]:
    """Near the middle of the neighbours, in order, none on another."""
    above, below = _neighbours(ways)
    half = {one: width / 2 if isinstance(one, str) else gap / 4 for row in order for one in row}
    widest = max((sum(2 * half[one] + gap for one in row) - gap for row in order), default=0.0)
    x: dict[Hashable, float] = {}
    for row in order:
        taken = sum(2 * half[one] + gap for one in row) - gap
        left = (widest - taken) / 2
        for one in row:
            x[one] = left + half[one]
            left += 2 * half[one] + gap
    for sweep in range(SWEEPS):
        near = above if sweep % 2 == 0 else below
        for row in order if sweep % 2 == 0 else reversed(order):
            wished = [sum(x[each] for each in near[one]) / len(near[one]) if near[one] else x[one] for one in row]
            x.update(zip(row, _apart(wished, [half[one] for one in row], gap, widest), strict=True))
    return {one: Spot(number, x[one]) for number, row in enumerate(order) for one in row}


def _apart(wished: Sequence[float], half: Sequence[float], gap: float, widest: float) -> list[float]:
    """As near to what is wished as the order and the edges allow: in the middle between leaning left and right."""
    apart = [before + gap + after for before, after in pairwise(half)]
    left = _pushed_left(_pushed_right(wished, half, apart), half, apart, widest)
    right = _pushed_right(_pushed_left(wished, half, apart, widest), half, apart)
    return [(one + other) / 2 for one, other in zip(left, right, strict=True)]


def _pushed_right(wished: Sequence[float], half: Sequence[float], apart: Sequence[float]) -> list[float]:
    places: list[float] = []
    for index, x in enumerate(wished):
        places.append(max(x, places[-1] + apart[index - 1] if places else half[0]))
    return places


def _pushed_left(wished: Sequence[float], half: Sequence[float], apart: Sequence[float], widest: float) -> list[float]:
    places: list[float] = []
    for index in reversed(range(len(wished))):
        places.append(min(wished[index], places[-1] - apart[index] if places else widest - half[-1]))
    return places[::-1]

"""From which load on the new path is the cheaper one: where both cost the same, with all traffic grown alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from checklists.cost.load import Load

Cost = Callable[[float], float]
"""Dollars a month at so many times the load."""

MOST: Final = 1000.0
_STEPS: Final = 120
_GRID: Final[tuple[float, ...]] = tuple(float(MOST ** (2 * step / _STEPS - 1)) for step in range(_STEPS + 1))


def break_even(before: Cost, after: Cost) -> float | None:
    """The factor from which on `before` costs at least as much as `after`; 0 when it always does, None when it doesn't
    within a thousand times the load.

    Tasks come whole, so the two can cross several times: the last crossing counts.
    """
    dear = [factor for factor in _GRID if before(factor) < after(factor)]
    if not dear:
        return 0.0
    if dear[-1] == _GRID[-1]:
        return None
    low, high = dear[-1], _GRID[_GRID.index(dear[-1]) + 1]
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if before(middle) < after(middle) else (low, middle)
    return high


def words(factor: float | None, load: Load) -> str:
    """One sentence."""
    if factor is None:
        return f"The new path costs more at any load up to {MOST:,.0f} times that of now."
    if factor == 0:
        return "The new path is cheaper at any load."
    at = load.scaled(factor)
    if not load.connections:
        return (
            f"The new path is cheaper from about {_round(at.messages)} messages a month on; "
            f"now there are {_round(load.messages)}."
        )
    return (
        f"The new path is cheaper from about {_round(at.connections)} connections at once and {_round(at.messages)} "
        f"messages a month on; now there are {_round(load.connections)} and {_round(load.messages)}."
    )


def _round(value: float) -> str:
    """To two digits: it is an estimate."""
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1g}"

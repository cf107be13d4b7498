"""The frame of a chart: two axes with their marks, and where a value stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from templates.picture import Anchor, Label, Line, Shape

WIDTH: Final = 380
HEIGHT: Final = 236
LEFT: Final = 48
RIGHT: Final = 12
TOP: Final = 14
BOTTOM: Final = 40

Mark = tuple[float, str]
"""A value on an axis, and how it is written."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The largest values that are shown, and the smallest of the vertical axis; the horizontal one begins at 0."""

    most_x: float
    least_y: float
    most_y: float

    def x(self, value: float) -> float:
        inside = min(max(value, 0.0), self.most_x)
        return LEFT + (WIDTH - LEFT - RIGHT) * (inside / self.most_x if self.most_x else 0)

    def y(self, value: float) -> float:
        span = self.most_y - self.least_y
        inside = min(max(value, self.least_y), self.most_y)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (inside - self.least_y) / span

    def axes(self, along: Sequence[Mark], up: Sequence[Mark], named: str) -> Iterator[Shape]:
        for value, text in up:
            yield Line(LEFT, self.y(value), WIDTH - RIGHT, self.y(value), "grid")
            yield Label(LEFT - 6, self.y(value) + 4, text, "mark-of-axis", "end")
        for value, text in along:
            anchor: Anchor = "end" if value >= self.most_x else "middle"
            yield Label(self.x(value), HEIGHT - BOTTOM + 16, text, "mark-of-axis", anchor)
        yield Line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis")
        yield Label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, named, "mark-of-axis", "middle")


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 …, so that marks are plain numbers; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 1e-9
    while power * 10 <= value:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10, 20) if power * step >= value * (1 - 1e-9))

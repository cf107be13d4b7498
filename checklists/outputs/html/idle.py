"""Pictures of what was counted of a stage, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from checklists.idle.model import IdleProof
from templates.picture import Box, Label, Line, Picture, Shape

WIDTH: Final = 420.0
HEIGHT: Final = 92.0
TOP: Final = 16.0
FOOT: Final = 20.0
LEAST: Final = 2.0
"""Height of a bar of anything above 0, so that it is seen."""

MAX_DAYS: Final = 120
"""The newest are shown."""


def draw_days(proof: IdleProof, number: int) -> Picture | None:
    """A bar a day; a day without a datapoint has an empty frame, because that is no 0. None without any datapoint."""
    counted = dict(proof.days)
    if not counted:
        return None
    last = max(*counted, proof.end.date())
    first = max(min(proof.start.date(), *counted), last - timedelta(days=MAX_DAYS - 1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    most = max(counted.values())
    step = WIDTH / len(days)
    base = HEIGHT - FOOT
    shapes: list[Shape] = [Line(0, base, WIDTH, base, "axis")]
    for place, day in enumerate(days):
        shapes += _day(place * step, step, base, counted.get(day), most)
    shapes += [
        Label(0, HEIGHT - 5, f"{first:%-d %b}", "mark-of-axis"),
        Label(WIDTH, HEIGHT - 5, f"{last:%-d %b}", "mark-of-axis", "end"),
    ]
    if most:
        shapes.append(Label(0, TOP - 5, f"most on a day: {most:,.10g}", "mark-of-axis"))
    return Picture(
        f"idle-{number}", f"Stage {proof.stage}, day by day", _said(counted, days), WIDTH, HEIGHT, tuple(shapes)
    )


def _day(x: float, step: float, base: float, count: float | None, most: float) -> list[Shape]:
    wide = max(1.0, step - min(2.0, step / 4))
    if count is None:
        return [Box(x, base - 8, wide, 8, "unmeasured")]
    if count <= 0:
        return [Box(x, base - 1.5, wide, 1.5, "nothing")]
    high = max(LEAST, (base - TOP) * count / most)
    return [Box(x, base - high, wide, high, "life")]


def _said(counted: dict[date, float], days: list[date]) -> str:
    seen = [day for day in days if counted.get(day, 0) > 0]
    without = sum(day not in counted for day in days)
    said = f"{len(seen)} of {len(days)} days have a sign of life"
    said += f", the last on {seen[-1]}" if seen else ""
    return f"{said}; {without} have no datapoint." if without else f"{said}."

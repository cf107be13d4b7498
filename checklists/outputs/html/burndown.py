"""The picture of what is left: as it should go, as it went, and as it would go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from checklists.model import Checklist
from templates.picture import Anchor, Box, Curve, Dot, Label, Line, Picture, Shape

WIDTH: Final = 760.0
HEIGHT: Final = 300.0
LEFT: Final = 44.0
RIGHT: Final = 20.0
TOP: Final = 30.0
BOTTOM: Final = 44.0
LONGEST: Final = timedelta(days=2 * 366)
"""After the deadline: a forecast beyond it is cut at the edge of the picture."""


@dataclass(frozen=True)
class Frame:
    start: date
    end: date
    most: int

    def x(self, day: date) -> float:
        share = (day - self.start).days / max(1, (self.end - self.start).days)
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)

    def y(self, left: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * left / max(1, self.most)


def draw_burndown(checklist: Checklist) -> Picture | None:
    """None without a history: one day is no line."""
    points = _points(checklist)
    if len(points) < 2 or not checklist.phases:
        return None
    deadline = max(phase.due for phase in checklist.phases)
    left, total = points[-1][1], points[-1][2]
    finish = checklist.forecast.finish if checklist.forecast else None
    cut = min(finish or deadline, deadline + LONGEST)
    frame = _frame(checklist.started, max(deadline, checklist.as_of), cut, max(one[2] for one in points))
    shapes: list[Shape] = [*_axes(frame), *_phases(checklist, frame)]
    shapes.append(Line(frame.x(checklist.started), frame.y(total), frame.x(deadline), frame.y(0), "ideal"))
    shapes.append(Curve(tuple(_steps((frame.x(day), frame.y(of)) for day, _, of in points)), "scope"))
    shapes.append(Curve(tuple(_steps((frame.x(day), frame.y(open_)) for day, open_, _ in points)), "actual"))
    shapes += _deadline(frame, deadline)
    shapes += _forecast(frame, checklist.as_of, left, finish)
    shapes.append(Dot(frame.x(checklist.as_of), frame.y(left), 4.5, "actual"))
    shapes.append(Label(frame.x(checklist.as_of) + 8, frame.y(left) - 7, f"{left} left", "heading"))
    end = "no end in sight" if finish is None else f"the end on {finish}"
    description = (
        f"{left} of {total} items are left on {checklist.as_of}; the deadline is {deadline}. "
        f"Forecast: {end if left else 'all is done'}."
    )
    return Picture("burndown", "Burndown", description, WIDTH, HEIGHT, tuple(shapes))


def _frame(start: date, last: date, finish: date, most: int) -> Frame:
    """With room for the words at the end of the forecast."""
    room = max((last - start) * 1.02, (finish - start) / 0.8, timedelta(days=14))
    return Frame(start, start + timedelta(days=room.days), most)


def _points(checklist: Checklist) -> list[tuple[date, int, int]]:
    """Day, items left, items in all; the last run of each day, and today."""
    days = {point.at.date(): (point.total - point.done, point.total) for point in checklist.history}
    days[checklist.as_of] = (checklist.applying - checklist.settled, checklist.applying)
    return [(day, *days[day]) for day in sorted(days) if checklist.started <= day <= checklist.as_of]


def _steps(points: Iterator[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """What was counted holds until it is counted again."""
    before: float | None = None
    for x, y in points:
        if before is not None:
            yield x, before
        yield x, y
        before = y


def _axes(frame: Frame) -> Iterator[Shape]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**6) if frame.most / step <= 6)
    for value in range(0, frame.most + 1, step):
        yield Line(LEFT, frame.y(value), WIDTH - RIGHT, frame.y(value), "grid" if value else "axis")
        yield Label(LEFT - 8, frame.y(value) + 4, str(value), "mark-of-axis", "end")
    months = [day for day in _months(frame.start, frame.end) if frame.x(day) < WIDTH - RIGHT - 20]
    every = -(-len(months) // 9)
    for day in months[::every]:
        yield Line(frame.x(day), HEIGHT - BOTTOM, frame.x(day), HEIGHT - BOTTOM + 5, "axis")
        yield Label(
            frame.x(day), HEIGHT - BOTTOM + 18, f"{day:%b}" if every == 1 else f"{day:%b %Y}", "mark-of-axis", "middle"
        )


def _months(start: date, end: date) -> Iterator[date]:
    """First days, from the one after the start."""
    year, month = start.year, start.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if date(year, month, 1) > end:
            return
        yield date(year, month, 1)


def _phases(checklist: Checklist, frame: Frame) -> Iterator[Shape]:
    for phase in checklist.phases:
        x = frame.x(phase.due)
        yield Box(x - 8, HEIGHT - 22, 16, 16, f"phase {phase.deadline}", 8)
        yield Label(x, HEIGHT - 10, str(phase.number), f"phase {phase.deadline}", "middle")


def _deadline(frame: Frame, deadline: date) -> list[Shape]:
    x = frame.x(deadline)
    anchor: Anchor = "end" if x > WIDTH / 2 else "start"
    words = Label(x - 6 if anchor == "end" else x + 6, TOP - 12, f"deadline {deadline}", "deadline", anchor)
    return [Line(x, TOP - 22, x, HEIGHT - BOTTOM, "deadline"), words]


def _forecast(frame: Frame, today: date, left: int, finish: date | None) -> list[Shape]:
    if not left:
        return []
    if finish is None:
        y = frame.y(left)
        return [Line(frame.x(today), y, frame.x(frame.end), y, "forecast")]
    x = frame.x(finish)
    return [
        Line(frame.x(today), frame.y(left), x, frame.y(0), "forecast"),
        Dot(x, frame.y(0), 3.5, "forecast"),
        Label(x + 8, frame.y(0) - 8, f"forecast {finish}", "forecast"),
    ]

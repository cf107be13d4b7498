"""How fast it goes: the points of the burndown, the forecast, and whether a deadline can be met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Final

from checklists.history.model import Run
from checklists.phases import DeadlineState, Forecast, HistoryPoint

WINDOW: Final = timedelta(days=28)
"""Over which the pace is observed: long enough to hold a sprint, short enough to notice a stop."""
MOST: Final = timedelta(days=3650)
"""What would take longer is called never."""


def points(runs: Sequence[Run]) -> tuple[HistoryPoint, ...]:
    """Oldest first, also where runs were recorded out of order."""
    return tuple(
        HistoryPoint(run=run.id, at=run.at, done=run.settled, total=run.applicable, sites=run.sites, git=run.git)
        for run in sorted(runs, key=lambda run: run.at)
    )


def pace(history: Sequence[HistoryPoint], remaining: int, today: date) -> float | None:
    """Items a week by which the remaining ones have become fewer, over the last four weeks; negative when they became
    more. None where no earlier day was recorded."""
    earlier = [point for point in history if point.at.date() < today]
    if not earlier:
        return None
    first = next((point for point in earlier if point.at.date() >= today - WINDOW), earlier[-1])
    days = (today - first.at.date()).days
    return 7 * ((first.total - first.done) - remaining) / days


def forecast(history: Sequence[HistoryPoint], remaining: int, today: date) -> Forecast | None:
    """None without a history."""
    if not history:
        return None
    if not remaining:
        return Forecast(finish=today, per_week=pace(history, remaining, today), words="Nothing remains to be done.")
    per_week = pace(history, remaining, today)
    if per_week is None:
        return Forecast(finish=None, per_week=None, words="One day is recorded; a second one is needed for a pace.")
    left = f"{remaining} remain{'s' if remaining == 1 else ''}"
    if per_week <= 0:
        words = f"{left}, and over the last weeks they did not become fewer: at this pace it never ends."
        return Forecast(finish=None, per_week=per_week, words=words)
    days = timedelta(days=ceil(7 * remaining / per_week)) if 7 * remaining / per_week <= MOST.days else None
    if days is None:
        words = f"{left}, at {per_week:.2g} a week: at this pace it takes more than ten years."
        return Forecast(finish=None, per_week=per_week, words=words)
    finish = today + days
    return Forecast(finish=finish, per_week=per_week, words=f"{left}, at {per_week:.2g} a week: done on {finish}.")


def deadline(remaining: int, before: int, due: date, today: date, observed: float | None) -> DeadlineState:
    """`remaining`: items of the phase; `before`: of this phase and those before it, which all have to be done by then.

    A phase is overdue from the day after `due`. Without an observed pace it is on track.
    """
    if not remaining:
        return "done"
    if today > due:
        return "overdue"
    needed = needed_per_week(before, due, today)
    return "at_risk" if observed is not None and needed > observed else "on_track"


def needed_per_week(items: int, due: date, today: date) -> float:
    """The last day counts as one."""
    return 7 * items / max(1, (due - today).days)

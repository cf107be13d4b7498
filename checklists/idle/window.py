"""The window of an idle proof: how long it must be, how old a datapoint may be, and which clocks can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checklists.aws.estate import Estate, Measurement
from checklists.aws.retention import KEPT

SHORTEST: Final = timedelta(days=14)
"""The least window, whatever the business cycle."""

CONNECTION_LIFE: Final = timedelta(hours=2)
"""No WebSocket connection lives longer, so one that lives now was opened within it.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""

LATE: Final = timedelta(hours=1)
"""How long before the survey a measurement may end: the longest period of CloudWatch's own tiers. It leaves at least
half of the life of a connection within the window, and what is opened later is found by the next survey."""

SKEW: Final = timedelta(minutes=5)
"""How far clocks may stand apart: as far as AWS accepts a signature."""

RETENTION: Final = ((0, timedelta(hours=3)), *KEPT)
"""From which period on, in seconds, how long CloudWatch keeps datapoints."""


@dataclass(frozen=True)
class Window:
    start: datetime
    end: datetime

    @property
    def days(self) -> float:
        return (self.end - self.start) / timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"


def kept(period_s: int) -> timedelta:
    """How old a datapoint of this period can be and still be asked for."""
    return next(age for period, age in reversed(RETENTION) if period_s >= period)


def clock_problem(estate: Estate, measurements: Iterable[Measurement], now: datetime) -> str:
    """Why the times can't be believed; '' when they can."""
    if estate.started_at > estate.finished_at:
        return "The survey ended before it began."
    if estate.finished_at > now + SKEW:
        return f"The survey is of {estate.finished_at:%Y-%m-%d %H:%M} UTC, which is in the future."
    for one in measurements:
        if one.start >= one.end or one.period_s <= 0:
            return f"{one.metric} was measured over no time."
        newest = max([one.end, *([one.last_at] if one.last_at else [])])
        if newest > estate.finished_at + SKEW:
            return f"{one.metric} was measured after the survey ended, at {newest:%Y-%m-%d %H:%M} UTC."
    return ""


def coverage_problem(one: Measurement, window: Window, estate: Estate) -> str:
    """Why a measurement doesn't tell of the whole window; '' when it does."""
    if one.start > window.start:
        return f"{one.metric} was measured only from {one.start:%Y-%m-%d %H:%M} UTC on"
    if one.end < window.end:
        return f"{one.metric} was measured only until {one.end:%Y-%m-%d %H:%M} UTC"
    age = estate.finished_at - window.start
    if age > kept(one.period_s) + LATE:
        return (
            f"{one.metric} was asked for in periods of {one.period_s} s, which CloudWatch keeps for "
            f"{kept(one.period_s).days} days, and the window begins {age.days} days before the survey"
        )
    return ""

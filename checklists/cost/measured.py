"""How much was counted in a month: a measurement brought to 730 hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from checklists.aws.estate import Estate, Measurement, Thing
from checklists.aws.types import STAGE
from checklists.cost.usage import HOURS
from migrator.inventory.record import Record

_BLOCK: Final = 30


class Period(Record):
    """UTC days, the first and the last one in it."""

    first: date
    last: date

    @classmethod
    def of(cls, days: tuple[date, date] | None) -> Period | None:
        return cls(first=days[0], last=days[1]) if days else None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def monthly(measurements: Iterable[Measurement], period: Period | None) -> float | None:
    """Sums a month. None when no datapoint is there, or none was asked for over the period.

    `period`: None takes the shortest measurement, which is the window that was asked for.
    """
    several = sorted((one for one in measurements if one.statistic == "Sum"), key=lambda one: one.end - one.start)
    if period is None:
        return _whole(several[0]) if several else None
    whole = [one for one in several if _covers(one, period)]
    if not whole or not whole[0].days:
        return None
    counted = sum(value for day, value in whole[0].days if day in period)
    return counted * HOURS / (period.days * 24)


def _whole(one: Measurement) -> float | None:
    return None if one.total is None else one.total * HOURS / ((one.end - one.start) / timedelta(hours=1))


def _covers(one: Measurement, period: Period) -> bool:
    return one.start.date() <= period.first and one.end.date() >= period.last


def of_api(estate: Estate, api: Thing, metric: str, period: Period | None) -> float | None:
    """Of all stages together: as counted without telling them apart, or the sum of the stages."""
    whole = monthly(estate.measured("AWS/ApiGateway", metric, {"ApiId": api.id}), period)
    if whole is not None:
        return whole
    stages = [
        monthly(estate.measured("AWS/ApiGateway", metric, {"ApiId": api.id, "Stage": stage.id}), period)
        for stage in estate.under(api.arn, STAGE)
    ]
    known = [one for one in stages if one is not None]
    return sum(known) if known else None


def busiest(estate: Estate, apis: Iterable[Thing]) -> tuple[Period, float] | None:
    """The 30 days in a row in which most messages were counted, and how many a month that are; None without any."""
    days: defaultdict[date, float] = defaultdict(float)
    for api in apis:
        measured = estate.measured("AWS/ApiGateway", "MessageCount", {"ApiId": api.id})
        longest = max(measured, key=lambda one: one.end - one.start, default=None)
        for day, value in longest.days if longest else ():
            days[day] += value
    if not any(days.values()):
        return None
    starts = {day - timedelta(days=back) for day in days for back in (0, _BLOCK - 1)}
    sums = {first: sum(days.get(first + timedelta(days=n), 0.0) for n in range(_BLOCK)) for first in sorted(starts)}
    first = max(sums, key=lambda one: sums[one])
    return Period(first=first, last=first + timedelta(days=_BLOCK - 1)), sums[first] * HOURS / (_BLOCK * 24)


def of_thing(estate: Estate, thing: Thing, metric: str, period: Period | None) -> float:
    """All dimensions together, such as a table and its indexes; 0 when nothing was counted."""
    by_dimensions: dict[frozenset[tuple[str, str]], list[Measurement]] = {}
    for one in estate.measurements_of(thing.arn, metric):
        by_dimensions.setdefault(frozenset(one.dimensions.items()), []).append(one)
    return sum(monthly(several, period) or 0.0 for several in by_dimensions.values())

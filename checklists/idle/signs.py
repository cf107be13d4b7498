"""Signs of life: what a metric that was measured says of a window. A sum without a datapoint is no sum of 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import Final

from checklists.aws.estate import Estate, Measurement, Thing
from checklists.aws.measured import CAPACITY_METRICS, capacity_dimensions
from checklists.aws.types import FUNCTION, TABLE
from checklists.idle.window import Window, coverage_problem

GATEWAY: Final = "AWS/ApiGateway"
NAMESPACES: Final = {FUNCTION: "AWS/Lambda", TABLE: "AWS/DynamoDB"}
CONNECTS: Final = "ConnectCount"
MESSAGES: Final = "MessageCount"
INVOCATIONS: Final = "Invocations"
KNOCKS: Final = ("ClientError", "ExecutionError", "IntegrationError")
DRAIN: Final = "TimeToLiveDeletedItemCount"
"""Deletions by TTL consume no capacity, so they are neither a use nor to be taken from the uses.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""


@dataclass(frozen=True)
class Sign:
    """One metric of one thing with all that was measured of it.

    whose: as a sentence names it. measured: over any windows, in no order; empty when it never was.
    """

    metric: str
    whose: str
    measured: tuple[Measurement, ...]

    def in_window(self, window: Window) -> float:
        """At least how much was counted there; 0 when nothing was.

        A period that the start of the window cuts is taken for within it, unless a finer measurement tells that nothing
        was: the long window is counted in days, of which the first can be cut.
        """
        found = max((_within(one, window) for one in self.measured), default=0.0)
        if found:
            return found
        cut = max((_cut(one, window) for one in self.measured), default=0.0)
        finer = (one for one in self.measured if one.start <= window.start and one.end >= window.end)
        return 0.0 if cut and any(not _cut(one, window) for one in finer) else cut

    def before(self, window: Window) -> float:
        """At least how much was counted before it."""
        return max((_before(one, window) for one in self.measured), default=0.0)

    def last_at(self) -> datetime | None:
        """Start of the newest period with more than 0, or of its day where no more is known."""
        return max((at for one in self.measured if (at := _last(one))), default=None)

    def problem(self, window: Window, estate: Estate) -> str:
        """Why it doesn't tell of the whole window; '' when it does."""
        if not self.measured:
            return f"{self.metric} of {self.whose} was not measured"
        problems = [coverage_problem(one, window, estate) or _vague(one, window) for one in self.measured]
        return "" if "" in problems else problems[0]


def stage_sign(estate: Estate, api: Thing, stage: str, metric: str) -> Sign:
    """`stage`: '' for what CloudWatch counts of the API without telling its stages apart."""
    dimensions = {"ApiId": api.id, **({"Stage": stage} if stage else {})}
    return Sign(
        metric,
        f"stage {stage}" if stage else "the API",
        tuple(
            one
            for one in estate.measured(GATEWAY, metric, dimensions)
            if one.statistic == "Sum" and (one.subject == api.arn or one.subject.startswith(f"{api.arn}/"))
        ),
    )


def thing_sign(estate: Estate, thing: Thing, metric: str, dimensions: dict[str, str]) -> Sign:
    return Sign(
        metric,
        " / ".join(dimensions.values()),
        tuple(
            one
            for one in estate.measured(NAMESPACES[thing.type], metric, dimensions)
            if one.statistic == "Sum" and one.subject == thing.arn
        ),
    )


def table_signs(estate: Estate, table: Thing) -> tuple[Sign, ...]:
    """Reads through an index are counted on the index alone, so each has its own."""
    several = capacity_dimensions(table.id, table.properties.get("GlobalSecondaryIndexes"))
    return tuple(thing_sign(estate, table, metric, dimensions) for metric in CAPACITY_METRICS for dimensions in several)


def nonsense(measurements: Iterable[Measurement]) -> str:
    """A count that can't be; '' when there is none."""
    for one in measurements:
        for value in (one.total or 0.0, *(value for _, value in one.days)):
            if not isfinite(value) or value < 0:
                return f"{one.metric} was measured as {value}."
    return ""


def _last(one: Measurement) -> datetime | None:
    if one.last_at:
        return one.last_at
    return max((datetime.combine(day, time(), UTC) for day, value in one.days if value > 0), default=None)


def _within(one: Measurement, window: Window) -> float:
    """Of periods and days that begin within the window, or after it."""
    begins = window.start.astimezone(UTC).date()
    late = bool(one.last_at and one.last_at >= window.start)
    counted = sum(value for day, value in one.days if day > begins or (day == begins and late))
    if counted > 0:
        return counted
    return (one.total or 1.0) if late or ((one.total or 0) > 0 and one.start >= window.start) else 0.0


def _cut(one: Measurement, window: Window) -> float:
    """Of the period or day in which the window begins, where no more is known."""
    begins = window.start.astimezone(UTC).date()
    if one.last_at:
        ends = one.last_at + timedelta(seconds=one.period_s)
        return (one.total or 1.0) if one.last_at < window.start < ends else 0.0
    return sum(value for day, value in one.days if day == begins)


def _before(one: Measurement, window: Window) -> float:
    begins = window.start.astimezone(UTC).date()
    counted = sum(value for day, value in one.days if day < begins)
    if counted > 0:
        return counted
    if one.last_at and one.last_at + timedelta(seconds=one.period_s) <= window.start:
        return one.total or 1.0
    return 0.0


def _vague(one: Measurement, window: Window) -> str:
    """More than 0 over a longer time, and nothing tells when."""
    if (one.total or 0) > 0 and one.last_at is None and not one.days and one.start < window.start:
        return f"{one.metric} was {one.total:g} from {one.start:%Y-%m-%d} on, and nothing tells when"
    return ""

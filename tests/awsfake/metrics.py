"""CloudWatch's metrics as AWS keeps them: only what was emitted, under exactly its dimensions, in coarser periods the
older it is, and for 455 days.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.awsfake.clock import FakeClock

MINUTES_KEPT = timedelta(days=15)
FIVE_MINUTES_KEPT = timedelta(days=63)
HOURS_KEPT = timedelta(days=455)
LISTED = timedelta(days=14)
"""Metrics without data for two weeks are no longer listed."""


@dataclass
class Sums:
    total: float = 0.0
    count: float = 0.0
    lowest: float = float("inf")
    highest: float = float("-inf")

    def add(self, value: float, times: float = 1) -> None:
        self.total += value * times
        self.count += times
        self.lowest = min(self.lowest, value)
        self.highest = max(self.highest, value)

    def merge(self, other: Sums) -> None:
        self.total += other.total
        self.count += other.count
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)

    def statistic(self, name: str) -> float:
        return {
            "Sum": self.total,
            "SampleCount": self.count,
            "Average": self.total / self.count if self.count else 0.0,
            "Minimum": self.lowest,
            "Maximum": self.highest,
        }[name]


@dataclass(frozen=True)
class Metric:
    account: str
    region: str
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


class MetricStore:
    """Minutes of every metric. `lag`: how long it takes until what was counted can be asked for."""

    def __init__(self, clock: FakeClock) -> None:
        self.lag = timedelta()
        self._clock = clock
        self._minutes: dict[Metric, dict[int, Sums]] = defaultdict(dict)

    def emit(
        self,
        account: str,
        region: str,
        namespace: str,
        name: str,
        dimensions: Mapping[str, str],
        value: float = 1,
        times: float = 1,
        at: datetime | None = None,
    ) -> None:
        """`times` datapoints of `value`, within one minute; now, when no moment is given."""
        metric = Metric(account, region, namespace, name, frozenset(dimensions.items()))
        minute = int((at or self._clock.now()).timestamp()) // 60 * 60
        self._minutes[metric].setdefault(minute, Sums()).add(value, times)

    def datapoints(self, metric: Metric, start: datetime, end: datetime, period_s: int) -> list[tuple[datetime, Sums]]:
        """Oldest first; periods without anything are not there. Nothing at all comes when `period_s` is finer than what
        is still kept of `start`."""
        now = self._clock.now()
        if period_s % finest_period(now - start):
            return []
        periods: dict[int, Sums] = {}
        begin, stop = int(start.timestamp()), int(min(end, now - self.lag + timedelta(seconds=1)).timestamp())
        oldest = int((now - HOURS_KEPT).timestamp())
        for minute, sums in self._minutes.get(metric, {}).items():
            if begin <= minute < stop and minute >= oldest:
                periods.setdefault(minute // period_s * period_s, Sums()).merge(sums)
        return [(datetime.fromtimestamp(at, UTC), periods[at]) for at in sorted(periods)]

    def listed(self, account: str, region: str) -> Iterator[Metric]:
        since = int((self._clock.now() - LISTED).timestamp())
        for metric, minutes in self._minutes.items():
            if (metric.account, metric.region) == (account, region) and max(minutes) >= since:
                yield metric

    def total(self, name: str, since: datetime, **dimensions: str) -> float:
        """For checks: the sum of a metric under exactly these dimensions, wherever it was, in whatever namespace."""
        begin = int(since.timestamp())
        return sum(
            sums.total
            for metric, minutes in self._minutes.items()
            if metric.name == name and metric.dimensions == frozenset(dimensions.items())
            for minute, sums in minutes.items()
            if minute >= begin
        )


def finest_period(age: timedelta) -> int:
    """Seconds: what the period of a question about a time that old must be a multiple of.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html"""
    if age > FIVE_MINUTES_KEPT:
        return 3600
    if age > MINUTES_KEPT:
        return 300
    if age > timedelta(hours=3):
        return 60
    return 1

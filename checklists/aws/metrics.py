"""What CloudWatch counted. A sum without a datapoint is None, which is not 0.

Each metric asked for costs $0.01 a thousand: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from checklists.aws.estate import Measurement
from checklists.aws.failures import Failure
from checklists.aws.measured import Metric
from checklists.aws.retention import KEPT, LONGEST, MOST_POINTS
from checklists.aws.scope import Scope
from checklists.aws.shape import moment

OPERATION: Final = "cloudwatch:GetMetricData"
MOST_QUERIES: Final = 500
"""Of one request: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
MOST_POINTS_OF_ONE: Final = 1_500
"""Of one metric: fine enough for an hour in two months, or a minute in a day."""

_DAY_S: Final = 86_400
_FIELDS: Final = set(Measurement.model_fields)
"""Without checks, and sharing what they have in common, tens of thousands of measurements take half the memory."""


@dataclass(frozen=True)
class Window:
    """start: at the beginning of a period; it is never later than what was asked for, but for the retention."""

    start: datetime
    end: datetime
    period_s: int

    @property
    def points(self) -> int:
        return -(-int((self.end - self.start).total_seconds()) // self.period_s)


def window_of(length: timedelta, now: datetime) -> Window:
    """The finest periods that CloudWatch still has at that age, and that are not too many."""
    length = min(length, LONGEST)
    kept = [period for period, age in KEPT if length <= age]
    period = next((one for one in kept if length.total_seconds() / one <= MOST_POINTS_OF_ONE), _DAY_S)
    start = _floor(now - length, period)
    if now - start > LONGEST:
        start += timedelta(seconds=period)
    return Window(start, now, period)


def windows_of(asked: timedelta, now: datetime) -> tuple[Window, ...]:
    """The asked one, and the longest that CloudWatch keeps: what was counted before shows that the asked one would
    have been too."""
    several = (window_of(asked, now), window_of(LONGEST, now))
    return several[:1] if several[0] == several[1] else several


def measure(scope: Scope, metrics: Sequence[Metric], windows: Iterable[Window]) -> tuple[Measurement, ...]:
    """One measurement for each metric and window that CloudWatch answered; what it did not leaves a gap."""
    batches = [(window, batch) for window in windows for batch in _batches(metrics, window)]
    return tuple(one for window, batch in scope.each(batches) for one in _batch(scope, batch, window))


def _batches(metrics: Sequence[Metric], window: Window) -> Iterator[Sequence[Metric]]:
    size = min(MOST_QUERIES, max(1, MOST_POINTS // window.points))
    return (metrics[start : start + size] for start in range(0, len(metrics), size))


def _batch(scope: Scope, metrics: Sequence[Metric], window: Window) -> Iterator[Measurement]:
    answer = scope.caller.items(
        OPERATION,
        "MetricDataResults",
        MetricDataQueries=[one.query(number, window.period_s) for number, one in enumerate(metrics)],
        StartTime=window.start,
        EndTime=window.end,
        ScanBy="TimestampAscending",
    )
    if not answer.whole:
        return
    points: list[dict[datetime, float]] = [{} for _ in metrics]
    status = ["" for _ in metrics]
    for result in answer.items:
        number = int(result["Id"][1:])
        status[number] = result.get("StatusCode", "")
        points[number].update(zip(map(_utc, result["Timestamps"]), result["Values"], strict=True))
    for metric, found, ended in zip(metrics, points, status, strict=True):
        if ended != "Complete":
            why = Failure("failed", ended, f"{metric.metric} ended as {ended or 'unanswered'}")
            scope.caller.unasked(OPERATION, why, metric.subject)
        else:
            yield _measurement(metric, found, window)


def _measurement(metric: Metric, points: dict[datetime, float], window: Window) -> Measurement:
    days: dict[date, float] = {}
    for at, value in sorted(points.items()):
        days[at.date()] = days.get(at.date(), 0.0) + value
    return Measurement.model_construct(
        _FIELDS,
        subject=metric.subject,
        namespace=metric.namespace,
        metric=metric.metric,
        dimensions=metric.dimensions,
        statistic="Sum",
        start=window.start,
        end=window.end,
        period_s=window.period_s,
        total=sum(days.values()) if points else None,
        last_at=max((at for at, value in points.items() if value > 0), default=None),
        days=tuple(days.items()),
    )


def _utc(at: datetime) -> datetime:
    return moment(at if at.tzinfo else at.replace(tzinfo=UTC))


def _floor(at: datetime, period_s: int) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // period_s * period_s, UTC)

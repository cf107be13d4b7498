"""What CloudWatch counted since a moment, by the minute where it still keeps minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import JsonValue

from checklists.aws.measured import CAPACITY_METRICS, Metric, capacity_dimensions
from checklists.aws.retention import KEPT, MOST_POINTS
from checklists.teardown.execute.eyes import Counted, Unseen

KNOCKS: Final = ("ConnectCount", "ClientError", "ExecutionError", "IntegrationError")


def knocks_at(api: str) -> list[Metric]:
    """Of all stages of the API, by its ARN."""
    return [Metric(api, "AWS/ApiGateway", metric, {"ApiId": api.rpartition("/")[2]}) for metric in KNOCKS]


def invocations_of(function: str) -> list[Metric]:
    """By its ARN."""
    return [Metric(function, "AWS/Lambda", "Invocations", {"FunctionName": function.rpartition(":")[2]})]


def capacity_of(table: str, indexes: JsonValue | None) -> list[Metric]:
    """By its ARN."""
    several = capacity_dimensions(table.rpartition("/")[2], indexes)
    return [Metric(table, "AWS/DynamoDB", metric, of) for metric in CAPACITY_METRICS for of in several]


def counted(client: Any, metrics: Sequence[Metric], since: datetime, until: datetime, now: datetime) -> Counted:  # noqa: ANN401
    """Sums from the period of `since` on. Raises Unseen of an answer that is not whole, and what botocore raises."""
    period = next((seconds for seconds, age in KEPT if now - since < age), KEPT[-1][0])
    span = max((until - since).total_seconds(), period)
    while span / period * len(metrics) > MOST_POINTS:
        period *= 2 if period >= 3600 else 5
    start = datetime.fromtimestamp(since.timestamp() // period * period, since.tzinfo)
    end = datetime.fromtimestamp((until.timestamp() // period + 1) * period, since.tzinfo)
    queries = [metric.query(number, period) for number, metric in enumerate(metrics)]
    sums: dict[int, float] = {}
    complete: set[int] = set()
    for page in client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=end
    ):
        for result in page["MetricDataResults"]:
            number = int(result["Id"][1:])
            if result.get("StatusCode") == "Complete":
                complete.add(number)
            if result["Values"]:
                sums[number] = sums.get(number, 0.0) + sum(result["Values"])
    if missing := [metric for number, metric in enumerate(metrics) if number not in complete]:
        raise Unseen("cloudwatch:GetMetricData", "failed", f"{missing[0].metric} was not answered whole")
    alive = [f"{sums[number]:g} {metric.metric}" for number, metric in enumerate(metrics) if sums.get(number)]
    return Counted(sum(sums.values()) if sums else None, ", ".join(alive))

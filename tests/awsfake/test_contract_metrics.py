"""What CloudWatch keeps of what was measured, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.awsfake import ACCOUNT, REGION, FakeAws


def _emit(aws: FakeAws, times: float = 1, *, at: datetime | None = None, **dimensions: str) -> None:
    aws.metrics.emit(ACCOUNT, REGION, "AWS/ApiGateway", "ConnectCount", dimensions, 1, times, at)


def _ask(aws: FakeAws, *, hours: float, period: int = 60, **dimensions: str) -> list[float]:
    metric = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "ConnectCount",
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }
    answer = aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}],
        StartTime=aws.clock.now() - timedelta(hours=hours),
        EndTime=aws.clock.now() + timedelta(minutes=1),
    )
    return list(answer["MetricDataResults"][0]["Values"])


def test_what_was_never_emitted_has_no_datapoint_which_is_not_a_zero(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html"""
    assert _ask(aws, hours=1, ApiId="a") == []


def test_dimensions_are_matched_exactly(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#dimension-combinations"""
    _emit(aws, ApiId="a", Stage="prod")
    assert _ask(aws, hours=1, ApiId="a") == []
    assert _ask(aws, hours=1, ApiId="a", Stage="prod") == [1]


def test_newest_comes_first_and_periods_without_anything_are_not_there(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: ScanBy"""
    _emit(aws, 5, ApiId="a")
    aws.clock.advance(minutes=10)
    _emit(aws, 7, ApiId="a")
    assert _ask(aws, hours=1, ApiId="a") == [7, 5]


@pytest.mark.parametrize(
    ("age", "period", "seen"),
    [
        (timedelta(days=14), 60, True),
        (timedelta(days=16), 60, False),
        (timedelta(days=16), 300, True),
        (timedelta(days=64), 300, False),
        (timedelta(days=64), 3600, True),
        (timedelta(days=454), 3600, True),
        (timedelta(days=457), 3600, False),
    ],
)
def test_the_older_it_is_the_coarser_it_must_be_asked_for(
    aws: FakeAws, age: timedelta, period: int, seen: bool
) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html: "or no data points in that
    time range is returned"."""
    _emit(aws, ApiId="a")
    aws.clock.advance(age)
    assert bool(_ask(aws, hours=age.total_seconds() / 3600 + 1, period=period, ApiId="a")) is seen


def test_datapoints_come_in_pages_of_which_the_unfinished_say_so(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html: PartialData"""
    for _ in range(5):
        _emit(aws, ApiId="a")
        _emit(aws, ApiId="b")
        aws.clock.advance(minutes=1)
    aws.datapoints_page = 3
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "ConnectCount",
                    "Dimensions": [{"Name": "ApiId", "Value": name}],
                },
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for name in ("a", "none", "b")
    ]
    seen: dict[str, list[float]] = {}
    pages: list[dict[str, Any]] = []
    paginator = aws.client("cloudwatch").get_paginator("get_metric_data")
    start, end = aws.clock.now() - timedelta(hours=1), aws.clock.now()
    for page in paginator.paginate(MetricDataQueries=queries, StartTime=start, EndTime=end):
        pages.append(page)
        for result in page["MetricDataResults"]:
            seen.setdefault(result["Id"], []).extend(result["Values"])
    assert seen == {"a": [1] * 5, "none": [], "b": [1] * 5}
    assert [page["MetricDataResults"][0]["StatusCode"] for page in pages] == [
        "PartialData",
        "Complete",
        "PartialData",
        "Complete",
    ]


def test_more_than_500_metrics_at_once_are_refused(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
    query = {"MetricStat": {"Metric": {"Namespace": "a", "MetricName": "b"}, "Period": 60, "Stat": "Sum"}}
    many = [{"Id": f"m{number}", **query} for number in range(501)]
    with pytest.raises(ClientError, match="500"):
        aws.client("cloudwatch").get_metric_data(
            MetricDataQueries=many, StartTime=aws.clock.now(), EndTime=aws.clock.now() + timedelta(hours=1)
        )


def test_nobody_but_aws_writes_into_aws_own_namespaces(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
    with pytest.raises(ClientError, match="AWS/"):
        aws.client("cloudwatch").put_metric_data(
            Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 1}]
        )


def test_a_metric_is_listed_for_two_weeks_after_its_last_datapoint(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html"""
    _emit(aws, ApiId="a")
    cloudwatch = aws.client("cloudwatch")
    assert [metric["MetricName"] for metric in cloudwatch.list_metrics()["Metrics"]] == ["ConnectCount"]
    aws.clock.advance(days=15)
    assert cloudwatch.list_metrics()["Metrics"] == []


def test_what_was_counted_can_be_asked_for_only_after_the_lag(aws: FakeAws) -> None:
    """Metrics of API Gateway and Lambda come minutes later:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/viewing_metrics_with_cloudwatch.html"""
    aws.metrics.lag = timedelta(minutes=2)
    _emit(aws, ApiId="a")
    assert _ask(aws, hours=1, ApiId="a") == []
    aws.clock.advance(minutes=2)
    assert _ask(aws, hours=1, ApiId="a") == [1]

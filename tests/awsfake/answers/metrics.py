"""Metrics are asked of the fake's own store.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.awsfake.errors import AwsError, NotFaked
from tests.awsfake.metrics import Metric
from tests.awsfake.request import Answer, Request, answers

MOST_QUERIES = 500


def _aware(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _metric(request: Request, told: dict[str, Any]) -> Metric:
    return Metric(
        request.account,
        request.region,
        told["Namespace"],
        told["MetricName"],
        frozenset((one["Name"], one["Value"]) for one in told.get("Dimensions", ())),
    )


@answers("cloudwatch:GetMetricData")
def get_metric_data(request: Request) -> Answer:
    queries = request.parameters["MetricDataQueries"]
    if len(queries) > MOST_QUERIES:
        raise AwsError(
            "ValidationError", f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )
    start, end = _aware(request.parameters["StartTime"]), _aware(request.parameters["EndTime"])
    if start >= end:
        raise AwsError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    newest_first = request.parameters.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results = []
    for query in queries:
        if "MetricStat" not in query:
            raise request.world._unknown(
                NotFaked("cloudwatch", "GetMetricData", f"expression {query.get('Expression')}")
            )
        stat = query["MetricStat"]
        period = stat["Period"]
        if (period < 60 and period not in {1, 5, 10, 20, 30}) or (period >= 60 and period % 60):
            raise AwsError("ValidationError", f"Period {period} is no multiple of 60.")
        points = request.world.metrics.datapoints(_metric(request, stat["Metric"]), start, end, period)
        if newest_first:
            points.reverse()
        if query.get("ReturnData", True):
            results.append(
                {
                    "Id": query["Id"],
                    "Label": query.get("Label", stat["Metric"]["MetricName"]),
                    "Timestamps": [at for at, _ in points],
                    "Values": [sums.statistic(stat["Stat"]) for _, sums in points],
                    "StatusCode": "Complete",
                }
            )
    return _page(request, results)


def _page(request: Request, results: list[dict[str, Any]]) -> Answer:
    """Results in pages too, with what is only partly told marked PartialData."""
    token = request.parameters.get("NextToken")
    size = int(request.parameters.get("MaxDatapoints") or request.world.datapoints_page)
    start = int(token.removeprefix("point-")) if token else 0
    passed, told, more = 0, [], False
    for result in results:
        count = len(result["Values"])
        low, high = max(start - passed, 0), min(start + size - passed, count)
        if high < count:
            more = True
        if low < high or (count == 0 and start == 0) or (count == 0 and low == 0 and passed >= start):
            partly = high < count
            told.append(
                {
                    **result,
                    "Timestamps": result["Timestamps"][low:high],
                    "Values": result["Values"][low:high],
                    "StatusCode": "PartialData" if partly else "Complete",
                }
            )
        passed += count
    answer: Answer = {"MetricDataResults": told, "Messages": []}
    if more:
        answer["NextToken"] = f"point-{start + size}"
    return answer


@answers("cloudwatch:PutMetricData")
def put_metric_data(request: Request) -> Answer:
    """Namespaces that begin with AWS/ are refused to everybody but AWS itself:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
    namespace = request.parameters["Namespace"]
    if namespace.startswith("AWS/"):
        raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
    for one in request.parameters.get("MetricData", ()):
        request.world.metrics.emit(
            request.account,
            request.region,
            namespace,
            one["MetricName"],
            {dimension["Name"]: dimension["Value"] for dimension in one.get("Dimensions", ())},
            one.get("Value", 0.0),
            at=one.get("Timestamp"),
        )
    return {}


@answers("cloudwatch:ListMetrics")
def list_metrics(request: Request) -> Answer:
    asked = request.parameters
    wanted = [(one["Name"], one.get("Value")) for one in asked.get("Dimensions", ())]
    found = [
        metric
        for metric in request.world.metrics.listed(request.account, request.region)
        if asked.get("Namespace") in {None, metric.namespace}
        and asked.get("MetricName") in {None, metric.name}
        and all(any(name == has and value in {None, held} for has, held in metric.dimensions) for name, value in wanted)
    ]
    return {
        "Metrics": [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions)],
            }
            for metric in found
        ]
    }

"""What CloudWatch counted since a moment, by the minute where it still keeps minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import JsonValue

from checklists.aws.measured import CAPACITY_METRICS, capacity_dimensions
from checklists.aws.retention import KEPT, MOST_POINTS
from checklists.teardown.execute.eyes import Counted, Unseen

KNOCKS: Final = ("ConnectCount", "ClientError", "ExecutionError", "IntegrationError")


def gateway_queries(api_id: str) -> list[dict[str, Any]]:
    """Of all stages of the API."""
    return [_query(number, "AWS/ApiGateway", metric, {"ApiId": api_id}) for number, metric in enumerate(KNOCKS)]


def invocation_queries(function: str) -> list[dict[str, Any]]:
    return [_query(0, "AWS/Lambda", "Invocations", {"FunctionName": function})]


def capacity_queries(table: str, indexes: JsonValue | None) -> list[dict[str, Any]]:
    pairs = [(metric, of) for metric in CAPACITY_METRICS for of in capacity_dimensions(table, indexes)]
    return [_query(number, "AWS/DynamoDB", metric, dimensions) for number, (metric, dimensions) in enumerate(pairs)]


def counted(client: Any, queries: list[dict[str, Any]], since: datetime, until: datetime, now: datetime) -> Counted:  # noqa: ANN401
    """Sums from the period of `since` on. Raises Unseen of an answer that is not whole, and what botocore raises."""
    period = next((seconds for seconds, age in KEPT if now - since < age), KEPT[-1][0])
    span = max((until - since).total_seconds(), period)
    while span / period * len(queries) > MOST_POINTS:
        period *= 2 if period >= 3600 else 5
    start = datetime.fromtimestamp(since.timestamp() // period * period, since.tzinfo)
    end = datetime.fromtimestamp((until.timestamp() // period + 1) * period, since.tzinfo)
    for query in queries:
        query["MetricStat"]["Period"] = period
    sums: dict[str, float] = {}
    complete: set[str] = set()
    for page in client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=start, EndTime=end
    ):
        for result in page["MetricDataResults"]:
            if result.get("StatusCode") == "Complete":
                complete.add(result["Id"])
            if result["Values"]:
                sums[result["Id"]] = sums.get(result["Id"], 0.0) + sum(result["Values"])
    if missing := [query for query in queries if query["Id"] not in complete]:
        name = missing[0]["MetricStat"]["Metric"]["MetricName"]
        raise Unseen("cloudwatch:GetMetricData", "failed", f"{name} was not answered whole")
    alive = [f"{sums[query['Id']]:g} {_name(query)}" for query in queries if sums.get(query["Id"])]
    return Counted(sum(sums.values()) if sums else None, ", ".join(alive))


def _query(number: int, namespace: str, metric: str, dimensions: dict[str, str]) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    of = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": f"m{number}", "MetricStat": {"Metric": of, "Stat": "Sum"}, "ReturnData": True}


def _name(query: dict[str, Any]) -> str:
    return str(query["MetricStat"]["Metric"]["MetricName"])

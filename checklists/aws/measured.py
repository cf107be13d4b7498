"""Which metrics are asked for, of which things."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import rows

GATEWAY_METRICS: Final = ("ConnectCount", "MessageCount", "ClientError", "ExecutionError", "IntegrationError")
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html"""
FUNCTION_METRICS: Final = ("Invocations", "Errors", "Throttles", "Duration")
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"""
CAPACITY_METRICS: Final = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
TABLE_METRICS: Final = (*CAPACITY_METRICS, "TimeToLiveDeletedItemCount")
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"""
LOG_METRICS: Final = ("IncomingLogEvents", "IncomingBytes")


@dataclass(frozen=True)
class Metric:
    """A sum. subject: ARN of what it is counted of."""

    subject: str
    namespace: str
    metric: str
    dimensions: dict[str, str]

    def query(self, number: int, period_s: int) -> dict[str, Any]:
        """As GetMetricData takes it; its id is 'm' and the number."""
        return {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": self.namespace,
                    "MetricName": self.metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
                },
                "Period": period_s,
                "Stat": "Sum",
            },
            "ReturnData": True,
        }


def metrics_of(things: Collection[Thing], candidates: Collection[str]) -> tuple[Metric, ...]:
    """Of all WebSocket APIs and their stages, all tables, and the functions among the candidates (ARNs) with their
    log groups."""
    apis = {one.arn for one in things if one.is_websocket_api}
    functions = {one.arn for one in things if one.type == types.FUNCTION and one.arn in candidates}
    groups = {str(one.properties["LogGroup"]) for one in things if one.arn in functions}
    found: list[Metric] = []
    for one in sorted(things, key=lambda thing: thing.arn):
        if one.arn in apis:
            found += _several(one, "AWS/ApiGateway", GATEWAY_METRICS, ApiId=one.id)
        elif one.type == types.STAGE and (api := one.arn.partition("/stages/")[0]) in apis:
            found += _several(one, "AWS/ApiGateway", GATEWAY_METRICS, ApiId=api.rpartition("/")[2], Stage=one.id)
        elif one.arn in functions:
            found += _several(one, "AWS/Lambda", FUNCTION_METRICS, FunctionName=one.id)
        elif one.type == types.TABLE:
            found += _of_table(one)
        elif one.type == types.LOG_GROUP and one.id in groups:
            found += _several(one, "AWS/Logs", LOG_METRICS, LogGroupName=one.id)
    return tuple(found)


def capacity_dimensions(table: str, indexes: JsonValue | None) -> list[dict[str, str]]:
    """Where the capacity of a table (its name) is counted: on the table first, then on each of its global indexes,
    since reads through one are counted there alone. `indexes`: as DescribeTable answers them; anything else is none."""
    whole = {"TableName": table}
    return [whole, *({**whole, "GlobalSecondaryIndexName": str(one.get("IndexName"))} for one in rows(indexes))]


def _of_table(table: Thing) -> Iterator[Metric]:
    whole, *indexes = capacity_dimensions(table.id, table.properties.get("GlobalSecondaryIndexes"))
    yield from _several(table, "AWS/DynamoDB", TABLE_METRICS, **whole)
    for index in indexes:
        yield from _several(table, "AWS/DynamoDB", CAPACITY_METRICS, **index)


def _several(of: Thing, namespace: str, metrics: tuple[str, ...], **dimensions: str) -> Iterator[Metric]:
    return (Metric(of.arn, namespace, metric, dimensions) for metric in metrics)

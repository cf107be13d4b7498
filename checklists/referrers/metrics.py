"""Which thing a CloudWatch metric is about.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from checklists.aws import types
from checklists.json_values import rows, text
from checklists.referrers.index import Index

_DIMENSIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "AWS/ApiGateway": (("ApiId", types.API), ("ApiName", types.REST_API)),
    "AWS/Lambda": (("FunctionName", types.FUNCTION),),
    "AWS/DynamoDB": (("TableName", types.TABLE),),
    "AWS/Logs": (("LogGroupName", types.LOG_GROUP),),
    "AWS/Events": (("RuleName", types.RULE),),
    "AWS/SQS": (("QueueName", types.QUEUE),),
    "AWS/SNS": (("TopicName", types.TOPIC),),
    "AWS/States": (("StateMachineArn", types.STATE_MACHINE),),
    "LambdaInsights": (("function_name", types.FUNCTION),),
}


class Metrics:
    def __init__(self, index: Index) -> None:
        self.index = index

    def about(self, namespace: str, name: str, dimensions: Mapping[str, str], account: str, region: str) -> str:
        """ARN of the thing, or 'metric:NAMESPACE/NAME DIMENSIONS' for one that is about nothing that is known."""
        for dimension, type_ in _DIMENSIONS.get(namespace, ()):
            if dimension in dimensions:
                thing = self.index.named(type_, account, region, dimensions[dimension]) or self.index.thing(
                    dimensions[dimension]
                )
                if thing is not None:
                    return thing.arn
        if (group := self._filtered.get((account, region, namespace, name))) is not None:
            return group
        described = ",".join(f"{key}={value}" for key, value in sorted(dimensions.items()))
        return f"metric:{namespace}/{name}" + (f" {described}" if described else "")

    @cached_property
    def _filtered(self) -> dict[tuple[str, str, str, str], str | None]:
        """Metrics that metric filters make -> the log group; None when several log groups make the same metric."""
        found: dict[tuple[str, str, str, str], str | None] = {}
        for group in self.index.of_type(types.LOG_GROUP):
            for one in rows(group.properties.get("MetricFilters")):
                for made in rows(one.get("metricTransformations")):
                    key = (group.account, group.region, text(made.get("metricNamespace")), text(made.get("metricName")))
                    found[key] = group.arn if found.get(key, group.arn) == group.arn else None
        return found


def dimensions(value: object) -> dict[str, str]:
    """[{Name, Value}] as boto3 answers, or {name: value}."""
    if isinstance(value, dict):
        return {str(key): str(one) for key, one in value.items()}
    pairs = value if isinstance(value, list) else []
    return {str(one.get("Name")): str(one.get("Value")) for one in pairs if isinstance(one, dict)}

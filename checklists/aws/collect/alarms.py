"""Alarms on metrics and on other alarms."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import kept

_OPERATION: Final = "cloudwatch:DescribeAlarms"
_OF_BOTH: Final = (
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "ActionConfiguration",
    "StateValue",
    "StateUpdatedTimestamp",
)
_OF_METRIC: Final = (
    "Namespace",
    "MetricName",
    "Dimensions",
    "Metrics",
    "Statistic",
    "ExtendedStatistic",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "Unit",
    "ThresholdMetricId",
    "EvaluateLowSampleCountPercentile",
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluationWindow",
    "WarmUpConfiguration",
)
_OF_COMPOSITE: Final = (
    "AlarmRule",
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)


def collect(scope: Scope) -> Found:
    of_metrics, composite = scope.caller.several(
        _OPERATION, ("MetricAlarms", "CompositeAlarms"), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
    )
    found = Found()
    kinds = ((of_metrics, types.ALARM, _OF_METRIC), (composite, types.COMPOSITE_ALARM, _OF_COMPOSITE))
    for several, type_, keys in kinds:
        for one in several.items:
            name = one["AlarmName"]
            arn = one.get("AlarmArn") or scope.arn("cloudwatch", f"alarm:{name}")
            found.things.append(scope.thing(arn, type_, name, properties=kept(one, *_OF_BOTH, *keys)))
    return found


COLLECTOR: Final = Collector("alarms", "cloudwatch", (_OPERATION,), collect)

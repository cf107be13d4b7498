"""Alarms on metric math, and composite alarms, without the parts that are about what goes.

Only where leaving a part out means what the part never counting again means; else a person decides.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from checklists.aws.estate import Thing
from checklists.json_values import rows, text
from checklists.referrers.index import Index
from checklists.referrers.links.alarms import named_alarm, query_subjects
from checklists.referrers.metrics import Metrics
from checklists.referrers.model import Change
from checklists.referrers.rules import alarm_names, without

_SUM = re.compile(r"\s*[a-z]\w*(\s*\+\s*[a-z]\w*)*\s*")
_LIST = re.compile(r"\s*(?P<function>SUM|MAX)\(\s*\[(?P<ids>[\w\s,]*)\]\s*\)\s*", re.IGNORECASE)
_ALL = re.compile(r"\s*(SUM|MAX)\(\s*METRICS\(\s*\)\s*\)\s*", re.IGNORECASE)

METRIC_ALARM_INPUT = (
    "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions MetricName Namespace "
    "Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods DatapointsToAlarm Threshold "
    "ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile Metrics ThresholdMetricId "
    "EvaluationCriteria EvaluationInterval EvaluationWindow WarmUpConfiguration ActionConfiguration"
)
COMPOSITE_INPUT = (
    "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions AlarmRule "
    "ActionsSuppressor ActionsSuppressorWaitPeriod ActionsSuppressorExtensionPeriod ActionConfiguration"
)


def alarm(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    queries = rows(thing.properties.get("Metrics"))
    metrics = index.part(Metrics)
    going = {
        text(query.get("Id"))
        for query in queries
        if (found := [used for used, _ in query_subjects(index, metrics, thing, query)])
        and all(one in gone for one in found)
    }
    if not going:
        return ()
    before = _input(thing, METRIC_ALARM_INPUT)
    left = _without(queries, going)
    if left is None or not {"ComparisonOperator", "EvaluationPeriods"} <= before.keys():
        names = ", ".join(sorted(going))
        words = f"Alarm {thing.name} reckons with {names}, which will count nothing: rewrite it without."
        return (Change(operation="", words=words),)
    return (
        Change(
            operation="cloudwatch.put_metric_alarm",
            parameters=before | {"Metrics": left},
            undo_parameters=before,
            words=f"Alarm {thing.name} goes on without {', '.join(sorted(going))}; its other metrics stay.",
        ),
    )


def composite(index: Index, thing: Thing, gone: frozenset[str]) -> tuple[Change, ...]:
    rule = text(thing.properties.get("AlarmRule"))
    going = frozenset(
        name
        for name in alarm_names(rule)
        if (child := named_alarm(index, thing, name)) is not None and child.arn in gone
    )
    if not going:
        return ()
    left = without(rule, going)
    if left is None:
        words = f"The rule of composite alarm {thing.name} names {', '.join(sorted(going))}: rewrite it without."
        return (Change(operation="", words=words),)
    before = _input(thing, COMPOSITE_INPUT)
    return (
        Change(
            operation="cloudwatch.put_composite_alarm",
            parameters=before | {"AlarmRule": left},
            undo_parameters=before,
            words=f"Composite alarm {thing.name} goes on without {', '.join(sorted(going))}.",
        ),
    )


def _without(queries: list[dict[str, JsonValue]], going: set[str]) -> list[JsonValue] | None:
    """The queries without those of `going`; None when what is made of them would mean something else."""
    ids = {text(one.get("Id")) for one in queries}
    left: list[JsonValue] = []
    for query in queries:
        if text(query.get("Id")) in going:
            if query.get("ReturnData", True) is not False:
                return None
            continue
        expression = text(query.get("Expression"))
        if not expression or not going & _operands(expression, ids):
            left.append(query)
        elif (shorter := _shorter(expression, going)) is not None:
            left.append(query | {"Expression": shorter})
        else:
            return None
    return left


def _operands(expression: str, ids: set[str]) -> set[str]:
    if "METRICS(" in expression.upper():
        return ids
    return set(re.findall(r"\b[a-z]\w*\b", expression)) & ids


def _shorter(expression: str, going: set[str]) -> str | None:
    if _ALL.fullmatch(expression):
        return expression
    if _SUM.fullmatch(expression):
        return " + ".join(kept) if (kept := _kept(expression.split("+"), going)) else None
    if (found := _LIST.fullmatch(expression)) is not None:
        kept = _kept(found["ids"].split(","), going)
        return f"{found['function']}([{', '.join(kept)}])" if kept else None
    return None


def _kept(ids: list[str], going: set[str]) -> list[str]:
    return [one.strip() for one in ids if one.strip() not in going]


def _input(thing: Thing, names: str) -> dict[str, JsonValue]:
    """What the operation that puts an alarm takes, of what the one that describes it answers."""
    given: dict[str, JsonValue] = {"AlarmName": thing.name}
    return given | {
        name: value for name in names.split() if (value := thing.properties.get(name)) not in (None, [], "")
    }

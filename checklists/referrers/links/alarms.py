"""Alarms: on one metric, on metric math over several, and composite ones by the text of their rule.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, rows, text, texts
from checklists.referrers.index import Index, use
from checklists.referrers.metrics import Metrics, dimensions
from checklists.referrers.model import Use
from checklists.referrers.rules import alarm_names
from checklists.referrers.searches import about, searches


def find(index: Index) -> Iterator[Use]:
    metrics = index.part(Metrics)
    for alarm in index.of_type(types.ALARM):
        for used, detail in alarm_subjects(index, metrics, alarm):
            yield use(alarm, used, "alarm" if used.startswith("arn:") else "metric", detail, mention=True)
        yield from _actions(index, alarm)
    for composite in index.of_type(types.COMPOSITE_ALARM):
        for name in alarm_names(text(composite.properties.get("AlarmRule"))):
            child = named_alarm(index, composite, name)
            used = child.arn if child else f"metric:alarm {name}"
            yield use(composite, used, "alarm", f"rule of composite alarm {composite.name}", mention=True)
        suppressor = named_alarm(index, composite, text(composite.properties.get("ActionsSuppressor")))
        if suppressor is not None:
            yield use(composite, suppressor, "alarm", f"suppresses the actions of composite alarm {composite.name}")
        yield from _actions(index, composite)


def alarm_subjects(index: Index, metrics: Metrics, alarm: Thing) -> Iterator[tuple[str, str]]:
    """(ARN or 'metric:…', what of the alarm is about it)."""
    properties = alarm.properties
    if text(properties.get("MetricName")):
        namespace, name = text(properties.get("Namespace")), text(properties.get("MetricName"))
        found = dimensions(properties.get("Dimensions"))
        yield metrics.about(namespace, name, found, alarm.account, alarm.region), f"{name} of alarm {alarm.name}"
    for query in rows(properties.get("Metrics")):
        yield from query_subjects(index, metrics, alarm, query)


def query_subjects(
    index: Index, metrics: Metrics, alarm: Thing, query: dict[str, JsonValue]
) -> Iterator[tuple[str, str]]:
    metric = query.get("MetricStat")
    label = f"{query.get('Id')} of alarm {alarm.name}"
    if isinstance(metric, dict):
        one = mapping(metric.get("Metric"))
        account = text(query.get("AccountId")) or alarm.account
        found = dimensions(one.get("Dimensions"))
        namespace, name = text(one.get("Namespace")), text(one.get("MetricName"))
        yield metrics.about(namespace, name, found, account, alarm.region), label
    expression = text(query.get("Expression"))
    if searches(expression):
        for used in about(index, expression, alarm.account, alarm.region):
            yield used, label


def named_alarm(index: Index, by: Thing, name: str) -> Thing | None:
    """By name or ARN, as rules of composite alarms have them."""
    for type_ in (types.ALARM, types.COMPOSITE_ALARM):
        if (found := index.named(type_, by.account, by.region, name)) is not None:
            return found
    return index.thing(name)


def _actions(index: Index, alarm: Thing) -> Iterator[Use]:
    for key in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in texts(alarm.properties.get(key)):
            if (thing := index.thing(arn)) is not None:
                yield use(alarm, thing, "alarm", f"action of alarm {alarm.name}")

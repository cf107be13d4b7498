"""Why functions run, other than routes: SAM and Serverless events, event source mappings, rules, subscriptions."""

from __future__ import annotations

from typing import Final

from migrator.inventory.model import Trigger
from migrator.scan.intrinsics import references
from migrator.scan.yamlfile import Map, as_map, as_text

_STREAMS: Final = {"DynamoDB", "Kinesis", "MSK", "SelfManagedKafka", "DocumentDB", "stream", "msk", "kafka"}
_QUEUES: Final = {"SQS", "SNS", "MQ", "sqs", "sns", "activemq", "rabbitmq"}
_SCHEDULES: Final = {"Schedule", "ScheduleV2", "schedule"}
_HTTP: Final = {"Api", "HttpApi", "http", "httpApi"}


def event_trigger(kind: str, value: object, name: str) -> Trigger:
    """One entry of a function's events. `kind` is SAM's Type or the Serverless Framework's key, `name` a fallback."""
    properties = as_map(value)
    if kind in _HTTP:
        return Trigger(kind="call", source=f"http {_http(value)}")
    source = source_of(value) or name
    if kind in _STREAMS:
        return Trigger(kind="stream", source=source)
    if kind in _QUEUES:
        return Trigger(kind="queue", source=source)
    if kind in _SCHEDULES:
        rate = as_text(properties.get("Schedule", properties.get("ScheduleExpression", properties.get("rate", value))))
        return Trigger(kind="schedule", source=rate or name)
    return Trigger(kind="call", source=f"{kind} {source}")


def _http(value: object) -> str:
    if not isinstance(value, Map):
        return as_text(value) or "*"
    lower = {key.lower(): as_text(item) for key, item in value.items()}
    return f"{(lower.get('method') or 'ANY').upper()} {lower.get('path') or '*'}"


def source_of(value: object) -> str | None:
    """The queue, topic or stream that an event names: a logical id, the end of an ARN, or the text itself."""
    named = list(references(value))
    if named:
        return named[0]
    if isinstance(value, Map):
        for key in ("Queue", "Topic", "Stream", "arn", "topicName", "Bucket", "bucket", "eventBus"):
            if key in value:
                return source_of(value[key])
        return None
    text = as_text(value)
    return text.rpartition(":")[2].removesuffix("/*") if text else None

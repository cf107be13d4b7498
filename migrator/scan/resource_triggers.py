"""Why functions run, as resources beside them say: mappings, rules, state machines, buckets, pools, other APIs.

Types are CloudFormation's; other formats are read into them.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from migrator.inventory.model import Trigger
from migrator.scan.intrinsics import references
from migrator.scan.triggers import source_of
from migrator.scan.yamlfile import Map, as_map, as_text

Found = Iterator[tuple[str, Trigger]]
"""(logical id of the function, trigger)."""

_QUEUES: Final = frozenset({"AWS::SQS::Queue", "AWS::AmazonMQ::Broker"})
_BY_PERMISSION: Final = {
    "s3": "s3", "iot": "iot rule", "cognito-idp": "cognito", "ses": "ses", "lexv2": "lex", "lex": "lex",
    "alexa-appkit": "alexa", "connect": "amazon connect", "config": "config", "logs": "logs",
    "bedrock": "bedrock agent", "elasticloadbalancing": "http ALB", "codepipeline": "codepipeline",
    "secretsmanager": "secret rotation", "states": "state machine", "scheduler": "scheduler", "events": "event",
    "sns": "sns", "vpc-lattice": "http VPC Lattice",
}  # fmt: skip
"""Services that may invoke a function by its policy: what a permission tells where nothing else does."""


def resource_triggers(resources: Map) -> list[tuple[str, Trigger]]:
    """(function's logical id, trigger), each once. A permission counts only for what no resource has told."""
    found: dict[tuple[str, str], Trigger] = {}
    for logical_id, value in resources.items():
        resource = as_map(value)
        look = _LOOKS.get(as_text(resource.get("Type")) or "")
        if look is not None:
            for function, trigger in look(logical_id, as_map(resource.get("Properties")), resources):
                found.setdefault((function, f"{trigger.kind} {trigger.source}"), trigger)
    told = {function for function, _ in found}
    for function, trigger in _permissions(resources):
        if function not in told:
            found.setdefault((function, f"{trigger.kind} {trigger.source}"), trigger)
    return [(function, trigger) for (function, _), trigger in found.items()]


def _mapping(logical_id: str, properties: Map, resources: Map) -> Found:
    name = source_of(properties.get("EventSourceArn")) or logical_id
    kind = as_text(as_map(resources.get(name)).get("Type"))
    trigger = Trigger(kind="queue" if kind in _QUEUES else "stream", source=name)
    yield from ((function, trigger) for function in references(properties.get("FunctionName")))


def _rule(logical_id: str, properties: Map, _: Map) -> Found:
    schedule = as_text(properties.get("ScheduleExpression"))
    trigger = (
        Trigger(kind="schedule", source=schedule) if schedule else Trigger(kind="call", source=f"event {logical_id}")
    )
    yield from ((function, trigger) for function in references(properties.get("Targets")))


def _schedule(logical_id: str, properties: Map, _: Map) -> Found:
    when = as_text(properties.get("ScheduleExpression")) or logical_id
    target = as_map(properties.get("Target"))
    for function in references(target.get("Arn")):
        yield function, Trigger(kind="schedule", source=when)


def _subscription(logical_id: str, properties: Map, _: Map) -> Found:
    trigger = Trigger(kind="queue", source=source_of(properties.get("TopicArn")) or logical_id)
    yield from ((function, trigger) for function in references(properties.get("Endpoint")))


def _topic(logical_id: str, properties: Map, _: Map) -> Found:
    for function in references(properties.get("Subscription")):
        yield function, Trigger(kind="queue", source=logical_id)


def _calling(what: str, *keys: str) -> Callable[[str, Map, Map], Found]:
    """A type that calls the functions which some of its properties name."""

    def look(logical_id: str, properties: Map, _: Map) -> Found:
        for key in keys:
            for function in references(properties.get(key)):
                yield function, Trigger(kind="call", source=f"{what} {logical_id}")

    return look


def _pipe(_logical_id: str, properties: Map, resources: Map) -> Found:
    name = source_of(properties.get("Source")) or "pipe"
    kind = as_text(as_map(resources.get(name)).get("Type"))
    for key in ("Target", "Enrichment"):
        for function in references(properties.get(key)):
            yield function, Trigger(kind="queue" if kind in _QUEUES else "stream", source=name)


def _method(_logical_id: str, properties: Map, _: Map) -> Found:
    """A method of a REST API."""
    method = as_text(properties.get("HttpMethod")) or "ANY"
    for function in references(as_map(properties.get("Integration")).get("Uri")):
        yield function, Trigger(kind="call", source=f"http {method}")


def _integration(_logical_id: str, properties: Map, resources: Map) -> Found:
    """Of an HTTP API; those of WebSocket APIs are told by their routes."""
    owners = [as_map(resources.get(name)) for name in references(properties.get("ApiId"))]
    protocols = {as_text(as_map(owner.get("Properties")).get("ProtocolType")) for owner in owners}
    implied = any(as_text(owner.get("Type")) == "AWS::Serverless::HttpApi" for owner in owners)
    if "HTTP" in protocols or implied:
        for function in references(properties.get("IntegrationUri")):
            yield function, Trigger(kind="call", source="http *")


def _url(_logical_id: str, properties: Map, _: Map) -> Found:
    for function in references(properties.get("TargetFunctionArn")):
        yield function, Trigger(kind="call", source="http function URL")


def _permissions(resources: Map) -> Found:
    for logical_id, value in resources.items():
        resource = as_map(value)
        if as_text(resource.get("Type")) != "AWS::Lambda::Permission":
            continue
        properties = as_map(resource.get("Properties"))
        service = (as_text(properties.get("Principal")) or "").partition(".")[0]
        what = _BY_PERMISSION.get(service)
        if what is not None:
            source = source_of(properties.get("SourceArn")) or logical_id
            for function in references(properties.get("FunctionName")):
                yield function, Trigger(kind="call", source=f"{what} {source}")


_STATE_MACHINE: Final = _calling("state machine", "DefinitionString", "Definition", "DefinitionSubstitutions")
_LOOKS: Final[dict[str, Callable[[str, Map, Map], Found]]] = {
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::StepFunctions::StateMachine": _STATE_MACHINE,
    "AWS::Serverless::StateMachine": _STATE_MACHINE,
    "AWS::S3::Bucket": _calling("s3", "NotificationConfiguration"),
    "AWS::IoT::TopicRule": _calling("iot rule", "TopicRulePayload"),
    "AWS::Cognito::UserPool": _calling("cognito", "LambdaConfig"),
    "AWS::Pipes::Pipe": _pipe,
    "AWS::Logs::SubscriptionFilter": _calling("logs", "DestinationArn"),
    "AWS::AppSync::DataSource": _calling("appsync", "LambdaConfig"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _calling("http ALB", "Targets"),
    "AWS::Bedrock::Agent": _calling("bedrock agent", "ActionGroups"),
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::Lambda::Url": _url,
}

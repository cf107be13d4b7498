"""Why the functions of a CDK program run, beside of routes: event sources, subscriptions, rules, tasks, HTTP APIs."""

from __future__ import annotations

from typing import Final

from migrator.inventory.model import Trigger
from migrator.scan.cdk.apis import ApiShapes
from migrator.scan.cdk.shapes import duration_s
from migrator.scan.cdk.values import Made, as_string, construct
from migrator.scan.declared import Service
from migrator.scan.yamlfile import Map

_SOURCES: Final = frozenset(
    {
        "DynamoEventSource",
        "KinesisEventSource",
        "SqsEventSource",
        "ManagedKafkaEventSource",
        "SelfManagedKafkaEventSource",
    }
)
_GIVEN: Final = ("queue", "table", "stream", "topic", "bucket")
"""How Python's keywords call what an event source is about."""
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60))
_CRON: Final = ("minute", "hour", "day", "month", "weekDay", "year")
_HANDLERS: Final = ("lambdaFunction", "onEventHandler", "isCompleteHandler", "onEvent", "handler")
"""Properties by which constructs are given a function to call."""


class TriggerShapes:
    def __init__(self, builder: ApiShapes, service: Service) -> None:
        self.builder, self.shapes, self.service = builder, builder.shapes, service

    def of_calls(self, made: Made) -> None:
        """What the methods of one construct say; functions must be there."""
        for call in made.calls:
            first = construct(next(iter([*call.arguments, *call.properties.values()]), None))
            match call.short:
                case "addEventSource" if first is not None:
                    self.event_source(made, first)
                case "addEventSourceMapping":
                    self.mapping(made, call.properties.get("eventSourceArn"), call)
                case "addSubscription" if first is not None:
                    self.subscription(made, first)
                case "addEventNotification" | "addObjectCreatedNotification" | "addObjectRemovedNotification":
                    target = construct(call.arguments[-1]) if call.arguments else None
                    target = first if target is None else target
                    self.start(target.given(0, "fn") if target else None, "call", f"S3 {self.name_of(made)}")
                case "addFunctionUrl":
                    self.start(made, "call", "http ANY *")
                case "grantInvoke" if first is not None:
                    self.invoked(made, first)
                case "addMethod":
                    self.method(call)
                case "addRoutes":
                    self.http(call)

    def event_source(self, function: Made, source: Made) -> None:
        given = source.given(0, next((name for name in _GIVEN if name in source.properties), ""))
        if source.short in _SOURCES:
            self.mapping(function, given, source)
        elif source.short == "SnsEventSource":
            self.subscribe(given, function, source)
        else:
            self.start(function, "call", f"{source.short.removesuffix('EventSource')} {self.name_of(given)}")

    def mapping(self, function: Made, source: object, place: Made) -> None:
        target, named = self.shapes.ref(function), self.shapes.ref(source)
        if target is None:
            return
        logical_id = self.builder.free(f"{target}{named or ''}Mapping")
        arn: object = self.get(named, "StreamArn", place) if named else self.shapes.value(source, place.location)
        properties = {"FunctionName": self.get(target, None, place), "EventSourceArn": arn}
        self.builder.resource(logical_id, "AWS::Lambda::EventSourceMapping", place.location, properties)

    def subscription(self, topic: Made, target: Made) -> None:
        if target.short == "LambdaSubscription" and target.arguments:
            self.subscribe(topic, target.arguments[0], target)

    def subscribe(self, topic: object, function: object, place: Made) -> None:
        target, named = self.shapes.ref(function), self.shapes.ref(topic)
        if target is None:
            return
        logical_id = self.builder.free(f"{target}{named or ''}Subscription")
        properties = {
            "TopicArn": self.get(named, None, place) if named else self.shapes.value(topic, place.location),
            "Endpoint": self.get(target, "Arn", place),
            "Protocol": "lambda",
        }
        self.builder.resource(logical_id, "AWS::SNS::Subscription", place.location, properties)

    def rule(self, made: Made, logical_id: str) -> None:
        given = made.properties.get("targets")
        targets = [*given] if isinstance(given, list) else []
        targets.extend(call.arguments[0] for call in made.calls if call.short == "addTarget" and call.arguments)
        arns: list[object] = []
        for target in targets:
            bundle = construct(target)
            named = self.shapes.ref(bundle.given(0, "handler")) if bundle is not None else None
            if named:
                arns.append(self.shapes.map(made.location, [("Arn", self.get(named, "Arn", made))]))
        schedule = schedule_of(made.properties.get("schedule") or made.properties.get("scheduleExpression"))
        properties: dict[str, object] = {"ScheduleExpression": schedule, "Targets": arns or None}
        self.builder.resource(logical_id, "AWS::Events::Rule", made.location, properties)

    def task(self, made: Made) -> None:
        """A construct that is given a function to call."""
        for name in _HANDLERS:
            function = self.shapes.ref(made.properties.get(name))
            if function in self.service.functions:
                kind = "Step Functions" if made.name.startswith("aws_stepfunctions") else made.short
                self.start(made.properties[name], "call", f"{kind} {made.id}")

    def method(self, call: Made) -> None:
        """A method of a REST API."""
        target = construct(call.given(1, "target"))
        if target is not None and target.short == "LambdaIntegration":
            verb = as_string(call.given(0, "httpMethod")) or "ANY"
            self.start(target.given(0, "handler"), "call", f"http {verb} *")

    def http(self, call: Made) -> None:
        target = construct(call.properties.get("integration"))
        if target is not None and target.short in {"HttpLambdaIntegration", "LambdaProxyIntegration"}:
            function = (
                target.given(1, "handler") if target.short == "HttpLambdaIntegration" else target.given(0, "handler")
            )
            self.start(function, "call", f"http {as_string(call.properties.get('path')) or '*'}")

    def invoked(self, function: Made, caller: Made) -> None:
        named = self.shapes.ref(caller)
        if named in self.service.functions:
            self.start(function, "call", f"Lambda {named}")

    def start(self, function: object, kind: str, source: str) -> None:
        key = self.shapes.ref(function)
        if key in self.service.functions and kind == "call":
            self.service.functions[key].triggers.append(Trigger(kind="call", source=source))

    def name_of(self, value: object) -> str:
        return self.shapes.ref(value) or "of another program"

    def get(self, logical_id: str, attribute: str | None, place: Made) -> Map:
        pair: tuple[str, object] = ("Fn::GetAtt", [logical_id, attribute]) if attribute else ("Ref", logical_id)
        return self.shapes.map(place.location, [pair])


def schedule_of(value: object) -> str | None:
    """https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_events.Schedule.html"""
    if isinstance(value, str):
        return value
    made = construct(value)
    if made is None:
        return None
    if made.short == "expression":
        return as_string(made.arguments[0]) if made.arguments else None
    if made.short == "rate":
        seconds = duration_s(made.arguments[0]) if made.arguments else None
        for unit, size in _UNITS:
            if seconds and seconds % size == 0:
                amount = int(seconds // size)
                return f"rate({amount} {unit}{'s' if amount > 1 else ''})"
    if made.short == "cron":
        given = {name: as_string(made.properties.get(name)) for name in _CRON}
        day = "?" if given["weekDay"] else "*"
        fields = [given["minute"] or "*", given["hour"] or "*", given["day"] or day, given["month"] or "*"]
        return f"cron({' '.join([*fields, given['weekDay'] or ('?' if day == '*' else '*'), given['year'] or '*'])})"
    return None

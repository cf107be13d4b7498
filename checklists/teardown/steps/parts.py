"""What steps are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Call, Check, Gate, GateName, Step

NOUNS: Final = {
    types.API: "API",
    types.STAGE: "stage",
    types.MAPPING: "mapping",
    types.DOMAIN: "custom domain",
    types.FUNCTION: "function",
    types.FUNCTION_URL: "function URL",
    types.FUNCTION_ALIAS: "alias",
    types.EVENT_SOURCE: "event source mapping",
    types.TABLE: "table",
    types.LOG_GROUP: "log group",
    types.ALARM: "alarm",
    types.COMPOSITE_ALARM: "composite alarm",
    types.DASHBOARD: "dashboard",
    types.ROLE: "role",
    types.USER: "user",
    types.GROUP: "group",
    types.POLICY: "policy",
    types.RECORD: "DNS record",
    types.CERTIFICATE: "certificate",
    types.RULE: "rule",
    types.SCHEDULE: "schedule",
    types.STACK: "stack",
    types.WEB_ACL: "web ACL",
    types.DISTRIBUTION: "distribution",
    types.QUEUE: "queue",
    types.TOPIC: "topic",
    types.STATE_MACHINE: "state machine",
    types.PARAMETER: "parameter",
}


def noun(kind: str) -> str:
    return NOUNS.get(kind, kind.rpartition("::")[2])


def called(thing: Thing) -> str:
    """'the function chat-connect'."""
    if thing.type == types.STAGE:
        return f"the stage {thing.name} of API {api_id(thing.arn)}"
    if thing.type == types.MAPPING:
        key = thing.properties.get("ApiMappingKey")
        return f"the mapping {domain_name(thing.arn)}/{key or ''}"
    return f"the {noun(thing.type)} {thing.name or thing.id}"


def api_id(arn: str) -> str:
    """Of an API or anything in it: arn:aws:apigateway:REGION::/apis/ID/…"""
    return arn.partition("/apis/")[2].partition("/")[0]


def domain_name(arn: str) -> str:
    """Of a mapping: …/domainnames/NAME/apimappings/ID"""
    return arn.partition("/domainnames/")[2].partition("/")[0]


def call(thing: Thing, operation: str, /, **parameters: JsonValue) -> Call:
    """`operation`: 'apigatewayv2.delete_api'."""
    service, _, name = operation.partition(".")
    return Call(service=service, operation=name, region=thing.region, parameters=parameters)


def absent(thing: Thing) -> Check:
    return Check(subject=thing.arn, type=thing.type, state="absent")


def equals(thing: Thing, property_: str, value: JsonValue) -> Check:
    return Check(subject=thing.arn, type=thing.type, state="equals", property=property_, value=value)


def gate(name: GateName, subject: str, evidence: str, held: bool | None = None) -> Gate:
    return Gate(name=name, subject=subject, held=held, evidence=evidence)


def unchanged(thing: Thing) -> Gate:
    return gate("unchanged", thing.arn, "as in the survey", held=True)


def no_referrers(thing: Thing) -> Gate:
    return gate("no_referrers", thing.arn, "nobody but what goes too, when the survey was made", held=True)


def ids(steps: Iterable[Step], *phases: str, of: Iterable[str] | None = None) -> tuple[str, ...]:
    """Of the steps of these phases; `of`: only those about one of these subjects, or about the whole plan."""
    wanted = None if of is None else {"", *of}
    return tuple(
        step.id
        for step in steps
        if step.phase in phases and (wanted is None or step.subject in wanted or not wanted.isdisjoint(step.covers))
    )

"""What steps are put together from."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.nouns import noun
from checklists.teardown.model import Call, Check, Gate, GateName, Phase, Step, Undo


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


def not_kept(thing: Thing) -> Gate:
    return gate("not_kept", thing.arn, "no such tag", held=True)


def no_sign_of_life(thing: Thing) -> Gate:
    return gate("no_sign_of_life", thing.arn, "it is asked when its turn comes")


def backed_up(table: Thing) -> Gate:
    return gate("backup_available", table.arn, "an earlier step makes it")


def deletion(
    thing: Thing, phase: Phase, waits: tuple[str, ...], why: str, deleting: Call, undo: str, *more: Gate
) -> Step:
    """By one call. `undo`: why that can't be taken back, or how. `more`: gates beside that it is unchanged."""
    return Step(
        id=f"delete {thing.arn}",
        number=0,
        phase=phase,
        kind="delete",
        subject=thing.arn,
        type=thing.type,
        title=f"Delete {called(thing)}",
        why=why,
        gates=(unchanged(thing), *more),
        depends_on=waits,
        calls=(deleting,),
        checks=(absent(thing),),
        undo=Undo(words=undo),
    )


def ids(steps: Iterable[Step], *phases: str, of: Iterable[str] | None = None) -> tuple[str, ...]:
    """Of the steps of these phases; `of`: only those about one of these subjects, or about the whole plan."""
    wanted = None if of is None else {"", *of}
    return tuple(
        step.id
        for step in steps
        if step.phase in phases and (wanted is None or step.subject in wanted or not wanted.isdisjoint(step.covers))
    )

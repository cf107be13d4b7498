"""Which functions are looked at closely: those of WebSocket APIs, and those that have to do with them.

An account has thousands of functions, and each close look takes five calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.aws.owners import owners
from checklists.json_values import texts

_FUNCTION_ARN: Final = re.compile(r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+)")


def function_arns(text: str) -> tuple[str, ...]:
    """ARNs of the functions in a text, such as the URI of an integration, without version and alias."""
    return tuple(_FUNCTION_ARN.findall(text))


def candidates(things: Iterable[Thing], mentioned: Mapping[str, list[JsonValue]]) -> frozenset[str]:
    """ARNs of functions that a WebSocket API calls, that name one, whose role may push to one, that stand in the stack
    of one; then those that these name, and those that wake by what these name."""
    things = tuple(things)
    functions = {one.arn: one for one in things if one.type == types.FUNCTION}
    apis = {one.arn for one in things if one.is_websocket_api}
    named = {arn: {str(one["of"]) for one in several if isinstance(one, dict)} for arn, several in mentioned.items()}
    near = _called(things, apis) | _in_stacks_of(things, apis)
    for one in things:
        if one.type in {types.STAGE, types.INTEGRATION} and one.arn.rsplit("/", 2)[0] in apis:
            near |= named.get(one.arn, set())  # an address may have a stage variable for its function
    pushing = _pushing(things) if apis else frozenset()
    for arn, function in functions.items():
        if function.properties.get("Role") in pushing or not apis.isdisjoint(named.get(arn, ())):
            near.add(arn)
    beside = {arn for one in near for arn in named.get(one, ())}
    woken = {
        arn
        for one in things
        if one.type == types.EVENT_SOURCE and _source(one) in beside
        for arn in function_arns(str(one.properties.get("FunctionArn", "")))
    }
    return frozenset((near | beside | woken) & functions.keys())


def _called(things: Iterable[Thing], apis: set[str]) -> set[str]:
    return {
        arn
        for one in things
        if one.type in {types.INTEGRATION, types.AUTHORIZER} and one.arn.rsplit("/", 2)[0] in apis
        for key in ("IntegrationUri", "AuthorizerUri")
        for arn in function_arns(str(one.properties.get(key, "")))
    }


def _in_stacks_of(things: tuple[Thing, ...], apis: set[str]) -> set[str]:
    of = owners((one for one in things if one.type == types.STACK), things)
    stacks = {of[arn] for arn in apis if arn in of}
    return {one.arn for one in things if one.type == types.FUNCTION and of.get(one.arn) in stacks}


def _pushing(things: Iterable[Thing]) -> frozenset[str]:
    """ARNs of roles with a statement that names execute-api. One that allows everything tells nothing."""
    things = tuple(things)
    policies = {one.arn for one in things if one.type == types.POLICY and _tells(one.properties["Document"])}
    return frozenset(
        one.arn
        for one in things
        if one.type == types.ROLE
        and (_tells(one.properties["Policies"]) or policies.intersection(texts(one.properties["AttachedPolicies"])))
    )


def _tells(document: JsonValue) -> bool:
    return "execute-api" in json.dumps(document)


def _source(event_source: Thing) -> str:
    """ARN of what wakes; of a stream, of its table."""
    return str(event_source.properties.get("EventSourceArn")).partition("/stream/")[0]

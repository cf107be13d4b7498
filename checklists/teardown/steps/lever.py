"""How the door of an API is closed and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping
from checklists.teardown.model import Call, Check
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import api_id, call, equals

THROTTLES = ("ThrottlingBurstLimit", "ThrottlingRateLimit")
ACCOUNT_LIMITS = {"ThrottlingBurstLimit": 5000, "ThrottlingRateLimit": 10000.0}
"""What holds where a stage sets nothing, before a quota is raised:
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""


@dataclass(frozen=True)
class Lever:
    kind: Literal["concurrency", "throttle"]
    function: str
    words: str
    opened: str
    """What setting it back comes to."""
    pull: tuple[Call, ...]
    restore: tuple[Call, ...]
    pulled: tuple[Check, ...]


def lever_of(situation: Situation, api: Thing) -> Lever | None:
    """None: the API has no stage, so that nobody can come in anyway."""
    stages = situation.stages(api.arn)
    if not stages:
        return None
    function = situation.connect_function(api.arn)
    exclusive = function is not None and situation.goes(function.arn)
    if function is not None and exclusive and situation.settings.lever != "throttle" and _known(function):
        return _concurrency(function)
    return _throttle(stages)


def _known(function: Thing) -> bool:
    """Whether it was told what is reserved: what is not known can't be set back."""
    return "ReservedConcurrentExecutions" in function.properties


def _concurrency(function: Thing) -> Lever:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: 0 stops all invocations."""
    before = function.properties.get("ReservedConcurrentExecutions")
    name = function.id
    pull = call(function, "lambda.put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=0)
    restore = (
        call(function, "lambda.delete_function_concurrency", FunctionName=name)
        if before is None
        else call(function, "lambda.put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=before)
    )
    return Lever(
        kind="concurrency",
        function=function.arn,
        words=f"The reserved concurrency of {function.name}, which serves $connect and nothing else, is set to 0, so "
        "that every handshake is refused",
        opened="The door is opened again, as it was set before.",
        pull=(pull,),
        restore=(restore,),
        pulled=(equals(function, "ReservedConcurrentExecutions", 0),),
    )


def _throttle(stages: list[Thing]) -> Lever:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html"""
    pull, restore, pulled = [], [], []
    for stage in stages:
        defaults = mapping(stage.properties.get("DefaultRouteSettings"))
        routes = {key: mapping(value) for key, value in mapping(stage.properties.get("RouteSettings")).items()}
        closed: dict[str, Any] = {"DefaultRouteSettings": {**defaults, **dict.fromkeys(THROTTLES, 0)}}
        opened: dict[str, Any] = {"DefaultRouteSettings": {**ACCOUNT_LIMITS, **defaults}}
        if routes:
            closed["RouteSettings"] = {key: {**one, **dict.fromkeys(THROTTLES, 0)} for key, one in routes.items()}
            opened["RouteSettings"] = {key: {**ACCOUNT_LIMITS, **one} for key, one in routes.items()}
        names: dict[str, Any] = {"ApiId": api_id(stage.arn), "StageName": stage.id}
        pull.append(call(stage, "apigatewayv2.update_stage", **names, **closed))
        restore.append(call(stage, "apigatewayv2.update_stage", **names, **opened))
        pulled.append(equals(stage, "DefaultRouteSettings", closed["DefaultRouteSettings"]))
    return Lever(
        kind="throttle",
        function="",
        words=f"{'The stage is' if len(stages) == 1 else 'All stages are'} throttled to 0 requests, so that everybody "
        "is refused with 429",
        opened="The door is opened again. Where a stage or a route set no throttle of its own, it has one from then "
        f"on: {ACCOUNT_LIMITS['ThrottlingRateLimit']:,.0f} requests a second and "
        f"{ACCOUNT_LIMITS['ThrottlingBurstLimit']:,.0f} at once. Raise it where the account's quota is higher.",
        pull=tuple(pull),
        restore=tuple(restore),
        pulled=tuple(pulled),
    )


def is_closed(thing: Thing) -> bool:
    """Of a function or a stage: whether it lets nobody in. Where it is not known, it counts as closed."""
    if thing.type == types.FUNCTION:
        return thing.properties.get("ReservedConcurrentExecutions", 0) == 0
    every = [thing.properties.get("DefaultRouteSettings"), *mapping(thing.properties.get("RouteSettings")).values()]
    return any(mapping(one).get(name) == 0 for one in every for name in THROTTLES)

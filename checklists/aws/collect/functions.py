"""Lambda functions and event source mappings, each listed once for all functions of a region."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.estate import Thing
from checklists.aws.failures import Failure
from checklists.aws.scope import Collector, Found, Scope, Text
from checklists.aws.shape import kept, moment

CANDIDATE_PARENTS: Final = (
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetAuthorizers",
    "lambda:ListFunctions",
    "lambda:ListEventSourceMappings",
)
"""What tells which functions have to do with a WebSocket API."""


def collect(scope: Scope) -> Found:
    """A function whose variables are encrypted with a key that the survey may not use is listed without them:
    https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentError.html"""
    found = Found()
    for one in scope.caller.items("lambda:ListFunctions", "Functions").items:
        function = _function(scope, one)
        found.things.append(function)
        environment = one.get("Environment") or {}
        if (error := environment.get("Error")) is not None:
            why = Failure(
                "failed", str(error.get("ErrorCode", "")), f"without its variables: {error.get('Message', '')}"
            )
            scope.caller.unasked("lambda:ListFunctions", why, function.arn)
        variables = environment.get("Variables") or {}
        found.texts += [Text(function.arn, name, value) for name, value in sorted(variables.items())]
    for one in scope.caller.items("lambda:ListEventSourceMappings", "EventSourceMappings").items:
        found.things.append(_event_source(scope, one))
    return found


def _function(scope: Scope, one: Item) -> Thing:
    name: str = one["FunctionName"]
    properties = kept(
        one,
        "Role",
        "Runtime",
        "Handler",
        "CodeSha256",
        "CodeSize",
        "LastModified",
        "MemorySize",
        "Timeout",
        "Architectures",
        "PackageType",
        "Description",
        "DeadLetterConfig",
        "State",
    )
    variables = (one.get("Environment") or {}).get("Variables") or {}
    log_group = (one.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    return scope.thing(
        one["FunctionArn"],
        types.FUNCTION,
        name,
        properties=properties | {"LogGroup": log_group, "EnvironmentNames": [*sorted(variables)]},
        created_at=None,
    )


def _event_source(scope: Scope, one: Item) -> Thing:
    modified = one.get("LastModified")
    return scope.thing(
        scope.arn("lambda", f"event-source-mapping:{one['UUID']}"),
        types.EVENT_SOURCE,
        one["UUID"],
        properties=kept(
            one, "EventSourceArn", "FunctionArn", "State", "BatchSize", "FilterCriteria", "DestinationConfig", "Queues"
        )
        | ({"LastModified": moment(modified).isoformat()} if isinstance(modified, datetime) else {}),
    )


COLLECTOR: Final = Collector("functions", "lambda", ("lambda:ListFunctions", "lambda:ListEventSourceMappings"), collect)

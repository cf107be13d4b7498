"""Who else may call a function: its policy, aliases and addresses, and how much of it is reserved.

Asked only of candidates. A function without the property `Policy` was not asked about.
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.collect.functions import CANDIDATE_PARENTS
from checklists.aws.estate import Thing
from checklists.aws.scope import CloserLook, Found, Near, Scope, for_each
from checklists.aws.shape import kept, parsed

_POLICY: Final = "lambda:GetPolicy"
_CONCURRENCY: Final = "lambda:GetFunctionConcurrency"
_ALIASES: Final = "lambda:ListAliases"
_PROVISIONED: Final = "lambda:ListProvisionedConcurrencyConfigs"
_URLS: Final = "lambda:ListFunctionUrlConfigs"
_NONE: Final = frozenset({"ResourceNotFoundException"})
"""Lambda says so when there is no policy, and when there is no function any more:
https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""


def look(scope: Scope, near: Near) -> Found:
    found = Found()
    for function in scope.each([one for one in near.of_type(types.FUNCTION) if one.arn in near.candidates]):
        found.details[function.arn] = _details(scope, function)
        _aliases(scope, function, found)
        _urls(scope, function, found)
    return found


def _details(scope: Scope, function: Thing) -> dict[str, JsonValue]:
    details = _policy(scope, function.arn, FunctionName=function.id)
    reserved = scope.caller.one(_CONCURRENCY, subject=function.arn, absent=_NONE, FunctionName=function.id)
    if reserved.known:
        details["ReservedConcurrentExecutions"] = (reserved.body or {}).get("ReservedConcurrentExecutions")
    return details


def _policy(scope: Scope, arn: str, **of: str) -> dict[str, JsonValue]:
    reply = scope.caller.one(_POLICY, subject=arn, absent=_NONE, **of)
    if not reply.known:
        return {}
    return {"Policy": parsed(reply.body["Policy"]) if reply.body else None}


def _aliases(scope: Scope, function: Thing, found: Found) -> None:
    """An alias has a policy of its own, which is the one that counts when an API calls the alias."""
    aliases = scope.caller.items(_ALIASES, "Aliases", subject=function.arn, absent=_NONE, FunctionName=function.id)
    for_each(scope, aliases, _PROVISIONED)
    provisioned = _provisioned(scope, function) if aliases.items else {}
    for one in aliases.items:
        arn: str = one["AliasArn"]
        properties = kept(one, "FunctionVersion", "RoutingConfig", "Description") | _policy(
            scope, arn, FunctionName=function.id, Qualifier=one["Name"]
        )
        if provisioned is not None:
            properties["ProvisionedConcurrentExecutions"] = provisioned.get(arn)
        properties["FunctionArn"] = function.arn
        name = f"{function.id}:{one['Name']}"
        found.things.append(scope.thing(arn, types.FUNCTION_ALIAS, name, properties=properties))


def _provisioned(scope: Scope, function: Thing) -> dict[str, int] | None:
    """How many by ARN of the alias or version; None when it is not known."""
    configurations = scope.caller.items(
        _PROVISIONED,
        "ProvisionedConcurrencyConfigs",
        subject=function.arn,
        absent=_NONE,
        FunctionName=function.id,
    )
    if not configurations.whole:
        return None
    return {
        str(one["FunctionArn"]): int(one["RequestedProvisionedConcurrentExecutions"]) for one in configurations.items
    }


def _urls(scope: Scope, function: Thing, found: Found) -> None:
    urls = scope.caller.items(_URLS, "FunctionUrlConfigs", subject=function.arn, absent=_NONE, FunctionName=function.id)
    for one in urls.items:
        qualifier = str(one["FunctionArn"]).removeprefix(function.arn)
        found.things.append(
            scope.thing(
                f"{function.arn}/url{qualifier}",
                types.FUNCTION_URL,
                function.id + qualifier,
                str(one.get("FunctionUrl", "")),
                properties=kept(one, "FunctionUrl", "AuthType", "InvokeMode") | {"FunctionArn": one["FunctionArn"]},
            )
        )


CLOSER_LOOK: Final = CloserLook(
    "function details", "lambda", (_POLICY, _CONCURRENCY, _ALIASES, _PROVISIONED, _URLS), CANDIDATE_PARENTS, look
)

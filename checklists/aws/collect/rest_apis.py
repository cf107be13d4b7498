"""REST APIs, which are here as users of functions."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.candidates import function_arns
from checklists.aws.collect.apis import GONE
from checklists.aws.estate import Thing
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import kept, moment_of, tags

_APIS: Final = "apigateway:GetRestApis"
_RESOURCES: Final = "apigateway:GetResources"
_AUTHORIZERS: Final = "apigateway:GetAuthorizers"


def collect(scope: Scope) -> Found:
    apis = scope.caller.items(_APIS, "items", limit=500)
    for_each(scope, apis, _RESOURCES, _AUTHORIZERS)
    return Found([_api(scope, one) for one in scope.each(apis.items)])


def _api(scope: Scope, one: Item) -> Thing:
    arn = scope.api_arn(f"restapis/{one['id']}")
    of = {"subject": arn, "absent": GONE, "restApiId": one["id"]}
    resources = scope.caller.items(_RESOURCES, "items", **of, embed=["methods"], limit=500)
    authorizers = scope.caller.items(_AUTHORIZERS, "items", **of)
    addresses = [str(authorizer.get("authorizerUri", "")) for authorizer in authorizers.items]
    addresses += [
        str((method.get("methodIntegration") or {}).get("uri", ""))
        for resource in resources.items
        for method in (resource.get("resourceMethods") or {}).values()
    ]
    properties = kept(one, "description", "disableExecuteApiEndpoint")
    if resources.whole and authorizers.whole:
        named = {arn for address in addresses for arn in function_arns(address)}
        variable = {address for address in addresses if "${" in address and ":function:" in address}
        properties["FunctionArns"] = [*sorted(named | variable)]
    return scope.thing(
        arn,
        types.REST_API,
        one["id"],
        one.get("name", ""),
        properties=properties,
        tags=tags(one.get("tags", {})),
        created_at=moment_of(one, "createdDate"),
    )


COLLECTOR: Final = Collector("REST APIs", "apigateway", (_APIS, _RESOURCES, _AUTHORIZERS), collect)

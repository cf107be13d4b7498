"""WebSocket and HTTP APIs. Of HTTP APIs only what tells whom they call: they are here as users of functions.

API Gateway allows an account 10 of these calls a second in all, so nothing is won by asking for several at once:
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.calls import Item
from checklists.aws.estate import Thing
from checklists.aws.scope import Collector, Found, Scope, Text, for_each
from checklists.aws.shape import kept, moment_of, tags

_OF_ALL: Final = ("apigatewayv2:GetIntegrations", "apigatewayv2:GetAuthorizers")
_OF_WEBSOCKET: Final = (
    "apigatewayv2:GetRoutes",
    "apigatewayv2:GetStages",
    "apigatewayv2:GetModels",
    "apigatewayv2:GetDeployments",
)
GONE: Final = frozenset({"NotFoundException"})
"""The API was deleted while the survey ran: it has no routes. What is listed already stays listed."""


def collect(scope: Scope) -> Found:
    found = Found()
    apis = scope.caller.items("apigatewayv2:GetApis", "Items")
    websocket = [api for api in apis.items if api.get("ProtocolType") == "WEBSOCKET"]
    for_each(scope, apis, *_OF_ALL)
    for_each(scope, apis, *_OF_WEBSOCKET, some=bool(websocket))
    for api in scope.each(apis.items):
        thing = _api(scope, api)
        found.things.append(thing)
        _callees(scope, thing, found)
        if thing.is_websocket_api:
            _routes_and_stages(scope, thing, found)
    return found


def _api(scope: Scope, api: Item) -> Thing:
    return scope.thing(
        scope.api_arn(f"apis/{api['ApiId']}"),
        types.API,
        api["ApiId"],
        api.get("Name", ""),
        properties=kept(
            api,
            "ProtocolType",
            "ApiEndpoint",
            "RouteSelectionExpression",
            "ApiKeySelectionExpression",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Description",
            "Version",
            "ApiGatewayManaged",
        ),
        tags=tags(api.get("Tags", {})),
        created_at=moment_of(api, "CreatedDate"),
    )


def _callees(scope: Scope, api: Thing, found: Found) -> None:
    for one in _items(scope, api, "apigatewayv2:GetIntegrations"):
        integration = scope.thing(
            f"{api.arn}/integrations/{one['IntegrationId']}",
            types.INTEGRATION,
            one["IntegrationId"],
            properties=_integration(one),
        )
        found.things.append(integration)
        for what in ("RequestParameters", "RequestTemplates"):
            for name, value in (one.get(what) or {}).items():
                found.texts.append(Text(integration.arn, f"{what}.{name}", str(value)))
        found.texts.append(Text(integration.arn, "IntegrationUri", one.get("IntegrationUri", "")))
    for one in _items(scope, api, "apigatewayv2:GetAuthorizers"):
        properties = kept(
            one,
            "AuthorizerType",
            "AuthorizerUri",
            "AuthorizerCredentialsArn",
            "IdentitySource",
            "AuthorizerResultTtlInSeconds",
            "JwtConfiguration",
        )
        arn = f"{api.arn}/authorizers/{one['AuthorizerId']}"
        found.things.append(
            scope.thing(arn, types.AUTHORIZER, one["AuthorizerId"], one.get("Name", ""), properties=properties)
        )


def _routes_and_stages(scope: Scope, api: Thing, found: Found) -> None:
    for one in _items(scope, api, "apigatewayv2:GetRoutes"):
        properties = kept(
            one,
            "RouteKey",
            "Target",
            "AuthorizationType",
            "AuthorizerId",
            "AuthorizationScopes",
            "ApiKeyRequired",
            "OperationName",
            "ModelSelectionExpression",
            "RequestModels",
            "RouteResponseSelectionExpression",
        )
        found.things.append(
            scope.thing(
                f"{api.arn}/routes/{one['RouteId']}",
                types.ROUTE,
                one["RouteId"],
                one.get("RouteKey", ""),
                properties=properties,
            )
        )
    for one in _items(scope, api, "apigatewayv2:GetStages"):
        _stage(scope, api, one, found)
    for one in _items(scope, api, "apigatewayv2:GetModels"):
        found.things.append(
            scope.thing(
                f"{api.arn}/models/{one['ModelId']}",
                types.MODEL,
                one["ModelId"],
                one.get("Name", ""),
                properties=kept(one, "ContentType", "Description"),
            )
        )
    for one in _items(scope, api, "apigatewayv2:GetDeployments"):
        found.things.append(
            scope.thing(
                f"{api.arn}/deployments/{one['DeploymentId']}",
                types.DEPLOYMENT,
                one["DeploymentId"],
                properties=kept(one, "AutoDeployed", "DeploymentStatus", "Description"),
                created_at=moment_of(one, "CreatedDate"),
            )
        )


def _stage(scope: Scope, api: Thing, one: Item, found: Found) -> None:
    variables: dict[str, str] = one.get("StageVariables") or {}
    properties = kept(
        one,
        "StageName",
        "DeploymentId",
        "AutoDeploy",
        "AccessLogSettings",
        "ClientCertificateId",
        "DefaultRouteSettings",
        "RouteSettings",
        "Description",
        "ApiGatewayManaged",
    )
    names: list[JsonValue] = [*sorted(variables)]
    stage = scope.thing(
        f"{api.arn}/stages/{one['StageName']}",
        types.STAGE,
        one["StageName"],
        properties=properties | {"StageVariables": names},
        tags=tags(one.get("Tags", {})),
        created_at=moment_of(one, "CreatedDate"),
    )
    found.things.append(stage)
    found.texts += [Text(stage.arn, name, value) for name, value in sorted(variables.items())]


def _integration(one: Item) -> dict[str, JsonValue]:
    """Values of request parameters and templates can be keys of the back end: their names are kept."""
    properties = kept(
        one,
        "IntegrationType",
        "IntegrationSubtype",
        "IntegrationMethod",
        "CredentialsArn",
        "ConnectionType",
        "ConnectionId",
        "ContentHandlingStrategy",
        "PassthroughBehavior",
        "PayloadFormatVersion",
        "TimeoutInMillis",
        "ApiGatewayManaged",
    )
    uri: str = one.get("IntegrationUri", "")
    for what in ("RequestParameters", "RequestTemplates"):
        if one.get(what):
            properties[what] = [*sorted(one[what])]
    return properties | {"IntegrationUri": uri if uri.startswith("arn:") else uri.partition("?")[0]}


def _items(scope: Scope, api: Thing, operation: str) -> tuple[Item, ...]:
    return scope.caller.items(operation, "Items", subject=api.arn, absent=GONE, ApiId=api.id).items


COLLECTOR: Final = Collector("APIs", "apigatewayv2", ("apigatewayv2:GetApis", *_OF_ALL, *_OF_WEBSOCKET), collect)

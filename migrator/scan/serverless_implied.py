"""The resources that the Serverless Framework makes of functions and events, under the names that it gives them.
https://www.serverless.com/framework/docs/providers/aws/guide/resources
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.scan.declared import DeclaredApi, Function, Part, Service
from migrator.scan.parts import statement_parts
from migrator.scan.yamlfile import Map, as_map


def function_logical_id(key: str) -> str:
    """`hello-world` -> HelloDashworldLambdaFunction."""
    return _normalised(key) + "LambdaFunction"


def implied_parts(service: Service, document: Map, api: DeclaredApi) -> list[Part]:
    """What a deployment adds: for each function, for the API, and the policy statements under `provider`."""
    parts: list[Part] = []
    provider = as_map(document.get("provider"))
    for key, function in service.functions.items():
        own = as_map(as_map(document.get("functions")).get(key)).get("logRetentionInDays")
        retention = provider.get("logRetentionInDays") if own is None else own
        parts.extend(_function_parts(key, function, api, retention))
    if api.routes:
        parts.extend(_api_parts(service, api))
    for name in ("iam", "iamRoleStatements"):
        parts.extend(statement_parts(f"provider.{name}", provider.get(name), provider))
    for key, value in as_map(document.get("functions")).items():
        parts.extend(statement_parts(f"functions.{key}", as_map(value).get("iamRoleStatements"), provider))
    return parts


def _function_parts(key: str, function: Function, api: DeclaredApi, retention: object) -> Iterator[Part]:
    logical_id, where = function_logical_id(key), function.location
    shown = (("Handler", function.handler),) if function.handler else ()
    yield Part(logical_id, "AWS::Lambda::Function", where, properties=shown)
    days = () if retention is None else (("RetentionInDays", str(retention)),)
    yield Part(f"{_normalised(key)}LogGroup", "AWS::Logs::LogGroup", where, (logical_id,), days)
    kinds = {trigger.kind for trigger in function.triggers}
    if "route" in kinds:
        yield Part(
            f"{_normalised(key)}WebsocketsIntegration", "AWS::ApiGatewayV2::Integration", where, (api.id, logical_id)
        )
    if kinds & {"route", "authorizer"}:
        yield Part(
            f"{_normalised(key)}LambdaPermissionWebsockets", "AWS::Lambda::Permission", where, (logical_id, api.id)
        )


def _api_parts(service: Service, api: DeclaredApi) -> Iterator[Part]:
    where = api.location
    shown = (("Name", api.name), ("RouteSelectionExpression", api.expression))
    yield Part(api.id, "AWS::ApiGatewayV2::Api", where, properties=shown)
    yield Part("WebsocketsDeploymentStage", "AWS::ApiGatewayV2::Stage", where, (api.id,), (("StageName", api.stage),))
    yield Part("WebsocketsDeployment", "AWS::ApiGatewayV2::Deployment", where, (api.id,))
    for route in api.routes:
        integration = f"{_normalised(route.function)}WebsocketsIntegration"
        route_id = f"{_route_name(route.key)}WebsocketsRoute"
        yield Part(
            route_id, "AWS::ApiGatewayV2::Route", route.location, (api.id, integration), (("RouteKey", route.key),)
        )
        if route.route_response:
            name = f"{_route_name(route.key)}WebsocketsRouteResponse"
            yield Part(name, "AWS::ApiGatewayV2::RouteResponse", route.location, (api.id, route_id))
    if api.authorizer and api.authorizer.function in service.functions:
        logical_id = function_logical_id(api.authorizer.function)
        name = f"{_normalised(api.authorizer.function)}WebsocketsAuthorizer"
        yield Part(name, "AWS::ApiGatewayV2::Authorizer", api.authorizer.location, (api.id, logical_id))


def _normalised(key: str) -> str:
    name = key.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:]


def _route_name(key: str) -> str:
    for character, word in (("$", "S"), ("/", "Slash"), ("-", "Dash"), ("_", "Underscore"), (".", "Period")):
        key = key.replace(character, word)
    return key

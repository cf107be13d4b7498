"""WebSocket APIs of the CDK's own level as the resources that they become: routes, integrations, stages, authorizers.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigatewayv2-readme.html
"""

from __future__ import annotations

import re
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.cdk.shapes import Shapes, duration_s
from migrator.scan.cdk.values import Instance, Made, Unknown, camel, construct, options
from migrator.scan.intrinsics import Unresolved
from migrator.scan.yamlfile import Map

_WORDS: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_ROUTES: Final = {
    "connectRouteOptions": "$connect",
    "disconnectRouteOptions": "$disconnect",
    "defaultRouteOptions": "$default",
}
_EARLY: Final = {"addConnectRoute": "$connect", "addDisconnectRoute": "$disconnect", "addDefaultRoute": "$default"}
"""Methods of the first versions of the module."""
_HEADER: Final = "route.request.header.Authorization"
"""Where WebSocketLambdaAuthorizer looks unless it is told."""
_PASSED_ON: Final = (
    "integrationUri", "integrationMethod", "requestTemplates", "requestParameters", "templateSelectionExpression",
    "passthroughBehavior", "contentHandling",
)  # fmt: skip


class ApiShapes:
    """Adds the resources of APIs to those of a program."""

    def __init__(self, shapes: Shapes, resources: Map) -> None:
        self.shapes, self.resources = shapes, resources
        self.integrations: dict[tuple[str, Made], str] = {}
        self.authorizers: dict[tuple[str, Made], str] = {}

    def api(self, made: Made, logical_id: str) -> None:
        given = made.properties
        self.add(
            logical_id,
            "AWS::ApiGatewayV2::Api",
            made.location,
            Name=given.get("apiName") or made.id,
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression=given.get("routeSelectionExpression"),
        )
        for name, key in _ROUTES.items():
            if name in given and given[name] is not None:
                self.route(logical_id, key, given[name], made.location)
        for call in made.calls:
            if call.short == "addRoute":
                route = call.given(0, "routeKey")
                bundle = call.arguments[1] if len(call.arguments) > 1 else call.properties
                self.shapes.ids[call] = self.route(logical_id, route, bundle, call.location)
            elif call.short in _EARLY:
                bundle = call.arguments[0] if call.arguments else call.properties
                self.shapes.ids[call] = self.route(logical_id, _EARLY[call.short], bundle, call.location)
            self.override(call, self.shapes.ids.get(call, ""))

    def own_route(self, made: Made, logical_id: str) -> None:
        """A WebSocketRoute construct."""
        api = self.shapes.ref(made.properties.get("webSocketApi"))
        self.route(api or "", made.properties.get("routeKey"), made.properties, made.location, logical_id)

    def route(self, api: str, key: object, bundle: object, place: Location, logical_id: str = "") -> str:
        given = options(bundle)
        place = bundle.location if isinstance(bundle, Made) else place
        route_id = logical_id or self.free(f"{api}{_WORDS.sub('', str(key)) if isinstance(key, str) else ''}Route")
        inner = construct(given.get("integration"))
        if isinstance(bundle, dict) and inner is not None and inner.location.path == place.path:
            # The options of the API itself stand where the integration is made, unless that is before the API.
            place = max(place, inner.location, key=lambda at: at.line) if key in _ROUTES.values() else place
        unknown = bundle if isinstance(bundle, Unknown) else given.get("integration")
        integration = self.integration(api, unknown, place)
        properties: dict[str, object] = {
            "ApiId": self.shapes.map(place, [("Ref", api)]),
            "RouteKey": self.shapes.value(key, place),
            "Target": self.shapes.map(
                place, [("Fn::Join", ["/", ["integrations", self.shapes.map(place, [("Ref", integration)])]])]
            )
            if integration
            else None,
        }
        if given.get("returnResponse") is True:
            properties["RouteResponseSelectionExpression"] = "$default"
        self.resource(route_id, "AWS::ApiGatewayV2::Route", place, properties)
        if given.get("apiKeyRequired") is True:
            as_properties(self.resources[route_id])["ApiKeyRequired"] = True
        self.authorize(api, route_id, given.get("authorizer"), place)
        return route_id

    def integration(self, api: str, value: object, place: Location) -> str:
        made = construct(value)
        if made is None:
            reason = value.reason if isinstance(value, Unknown) else "it is given none"
            return self._integration(api, None, place, {"IntegrationUri": Unresolved(reason)})
        known = self.integrations.get((api, made))
        if known is not None:
            return known
        kind = made.short
        properties: dict[str, object] = {"IntegrationType": "AWS_PROXY"}
        if kind in {"WebSocketLambdaIntegration", "LambdaWebSocketIntegration"}:
            position = 1 if made.arguments and not isinstance(made.arguments[0], dict) else 0
            properties["IntegrationUri"] = self.arn(made.given(position, "handler"), made.location)
            timeout = duration_s(made.properties.get("timeout"))
            properties["TimeoutInMillis"] = int(timeout * 1000) if timeout else None
        elif kind == "WebSocketMockIntegration":
            properties["IntegrationType"] = "MOCK"
        elif kind == "WebSocketAwsIntegration":
            properties["IntegrationType"] = "AWS"
            for name in _PASSED_ON:
                spelled = name[:1].upper() + name[1:]
                properties[spelled] = self.shapes.value(made.properties.get(name), made.location)
        else:
            properties["IntegrationUri"] = Unresolved(f"an integration of the class {made.name} is not understood")
        self.integrations[api, made] = self._integration(api, made, made.location, properties)
        return self.integrations[api, made]

    def _integration(self, api: str, made: Made | None, place: Location, properties: dict[str, object]) -> str:
        name = made.given(0, "id") if made is not None else None
        logical_id = self.free(f"{api}{_WORDS.sub('', name)}" if isinstance(name, str) else f"{api}Integration")
        kept = {"ApiId": self.shapes.map(place, [("Ref", api)]), "IntegrationType": "AWS_PROXY", **properties}
        self.resource(logical_id, "AWS::ApiGatewayV2::Integration", place, kept)
        return logical_id

    def arn(self, value: object, place: Location) -> object:
        """Of a function; why there is none when nothing in the program makes it."""
        logical_id = self.shapes.ref(value)
        if logical_id is not None:
            return self.shapes.map(place, [("Fn::GetAtt", [logical_id, "Arn"])])
        made = construct(value)
        if made is not None:
            return Unresolved(f"its function is no construct of this program but comes from {made.name}")
        reason = value.reason if isinstance(value, Unknown) else "its function is not known"
        return Unresolved(reason)

    def authorize(self, api: str, route_id: str, value: object, place: Location) -> None:
        made = construct(value)
        if made is None and not isinstance(value, Unknown):
            return
        properties = as_properties(self.resources[route_id])
        if made is not None and made.short == "WebSocketIamAuthorizer":
            properties["AuthorizationType"] = "AWS_IAM"
            return
        properties["AuthorizationType"] = "CUSTOM"
        if made is None:
            return
        known = self.authorizers.get((api, made))
        if known is None:
            known = self.authorizers[api, made] = self._authorizer(api, made)
        properties["AuthorizerId"] = self.shapes.map(place, [("Ref", known)])

    def _authorizer(self, api: str, made: Made) -> str:
        name = made.given(0, "id")
        logical_id = self.free(f"{api}{_WORDS.sub('', name)}" if isinstance(name, str) else f"{api}Authorizer")
        sources = made.properties.get("identitySource")
        self.resource(
            logical_id,
            "AWS::ApiGatewayV2::Authorizer",
            made.location,
            {
                "ApiId": self.shapes.map(made.location, [("Ref", api)]),
                "AuthorizerType": "REQUEST",
                "Name": self.shapes.value(made.properties.get("authorizerName") or name, made.location),
                "AuthorizerUri": self.arn(made.given(1, "handler"), made.location),
                "IdentitySource": self.shapes.value(sources if isinstance(sources, list) else [_HEADER], made.location),
            },
        )
        return logical_id

    def stage(self, made: Made, logical_id: str) -> None:
        given = made.properties
        place = made.location
        api = self.shapes.ref(given.get("webSocketApi") or given.get("httpApi") or made.scope)
        throttle = options(given.get("throttle"))
        settings = self.shapes.map(
            place,
            [
                ("ThrottlingRateLimit", self.shapes.value(throttle.get("rateLimit"), place)),
                ("ThrottlingBurstLimit", self.shapes.value(throttle.get("burstLimit"), place)),
            ],
        )
        properties = {
            "ApiId": self.shapes.map(place, [("Ref", api)]) if api else Unresolved("its API is not known"),
            "StageName": self.shapes.value(given.get("stageName"), place),
            "StageVariables": self.shapes.value(given.get("stageVariables"), place),
            "DefaultRouteSettings": settings or None,
        }
        self.resource(logical_id, "AWS::ApiGatewayV2::Stage", place, properties)
        mapping = options(given.get("domainMapping"))
        if mapping:
            self.mapping(
                self.free(f"{logical_id}Mapping"), api, mapping.get("domainName"), mapping.get("mappingKey"), place
            )

    def mapping(self, logical_id: str, api: str | None, domain: object, key: object, place: Location) -> None:
        named = self.shapes.ref(domain)
        properties = {
            "ApiId": self.shapes.map(place, [("Ref", api)]) if api else None,
            "DomainName": self.shapes.map(place, [("Ref", named)]) if named else self.shapes.value(domain, place),
            "ApiMappingKey": self.shapes.value(key, place),
        }
        self.resource(logical_id, "AWS::ApiGatewayV2::ApiMapping", place, properties)

    # Resources

    def override(self, made: Made, logical_id: str) -> None:
        """What is set on the resource after it is made: `stage.node.defaultChild.defaultRouteSettings = …`."""
        resource = self.resources.get(logical_id)
        for name, value in made.assigned.items():
            spelled = camel(name)
            if isinstance(resource, Map) and not isinstance(value, Instance | Made):
                as_properties(resource)[spelled[:1].upper() + spelled[1:]] = self.shapes.shaped(value, made.location)

    def add(self, logical_id: str, kind: str, place: Location, /, **properties: object) -> None:
        shaped = {key: self.shapes.value(value, place) for key, value in properties.items()}
        self.resource(logical_id, kind, place, shaped)

    def resource(self, logical_id: str, kind: str, place: Location, properties: dict[str, object]) -> None:
        inner = self.shapes.map(place, properties.items())
        self.resources[logical_id] = self.shapes.map(place, [("Type", kind), ("Properties", inner)])
        self.resources.places[logical_id] = (place.line, place.column)

    def free(self, wanted: str) -> str:
        """The id, with a number when it is taken."""
        name, number = wanted, 2
        while name in self.resources:
            name, number = f"{wanted}{number}", number + 1
        return name


def as_properties(resource: object) -> Map:
    inner = resource["Properties"] if isinstance(resource, Map) else None
    return inner if isinstance(inner, Map) else Map("")

"""APIs, routes, integrations, stages and authorizers as CloudFormation declares them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from migrator.inventory.model import FunctionlessRoute, Integration, Trigger, UnservedRoute
from migrator.inventory.record import Location
from migrator.scan.declared import DeclaredApi, DeclaredAuthorizer, DeclaredRoute, Service
from migrator.scan.integrations import IntegrationReader
from migrator.scan.intrinsics import Resolver, Unresolved, references
from migrator.scan.parts import of_type
from migrator.scan.route_settings import SettingsReader
from migrator.scan.yamlfile import Map, as_list, as_map, as_text

DEFAULT_EXPRESSION: Final = "$request.body.action"


class ApiReader:
    """Reads the WebSocket APIs of one template into a service whose functions are already there."""

    def __init__(self, resources: Map, resolver: Resolver, service: Service, keys: Mapping[str, str]) -> None:
        self.resources, self.resolver, self.service, self.keys = resources, resolver, service, keys
        self.settings = SettingsReader(resources, resolver, service)
        self.integrations = IntegrationReader(resources, resolver, service)

    def read(self) -> None:
        for logical_id, properties in of_type(self.resources, "AWS::ApiGatewayV2::Api"):
            known = any(api.id == logical_id for api in self.service.apis)
            if not known and self.resolver.text_or(properties.get("ProtocolType"), "") == "WEBSOCKET":
                self.service.apis.append(self._api(logical_id, properties))
        for route_id, properties in of_type(self.resources, "AWS::ApiGatewayV2::Route"):
            self._route(route_id, properties)

    def _type(self, logical_id: str) -> str:
        return as_text(as_map(self.resources.get(logical_id)).get("Type")) or ""

    def _api(self, logical_id: str, properties: Map) -> DeclaredApi:
        stage = self.settings.stage(logical_id)
        return DeclaredApi(
            id=logical_id,
            name=self.resolver.text_or(properties.get("Name"), logical_id),
            expression=self.resolver.text_or(properties.get("RouteSelectionExpression"), DEFAULT_EXPRESSION),
            stage=self.resolver.text_or(stage.get("StageName"), "dev"),
            location=self.resources.where(logical_id),
            stage_variables=self.settings.stage_variables(stage),
            domains=self.settings.domains(logical_id),
        )

    def _route(self, route_id: str, properties: Map) -> None:
        where = self.resources.where(route_id)
        api = self._owner(properties)
        if api is None:
            if not any(
                self._type(name).startswith(("AWS::ApiGatewayV2", "AWS::Serverless::HttpApi"))
                for name in references(properties)
            ):
                self.service.problem(where, f"the route {route_id} belongs to no API of this file", serious=True)
            return
        key = self.resolver.text(properties.get("RouteKey"))
        if isinstance(key, Unresolved):
            self.service.problem(where, f"the key of route {route_id} is not known: {key.reason}", serious=True)
            return
        integration_id = self._integration_id(properties)
        if integration_id is None:
            self.service.problem(where, f"route {key} has no integration in this file", serious=True)
            api.unserved.append(UnservedRoute(key=key, reason="it has no integration in this file", location=where))
            return
        answers = properties.get("RouteResponseSelectionExpression") is not None or any(
            route_id in references(response.get("RouteId"))
            for _, response in of_type(self.resources, "AWS::ApiGatewayV2::RouteResponse")
        )
        kind = self.resolver.text_or(self._integration(integration_id).get("IntegrationType"), "AWS_PROXY")
        uri = self._integration(integration_id).get("IntegrationUri")
        function = self.function_of(uri) if kind.startswith("AWS") else None
        integration, served = self._behind(key, integration_id, kind, function, where)
        settings = self.settings.of_route(api.id, key, properties, self._integration(integration_id))
        if function is not None:
            api.routes.append(DeclaredRoute(key, function, answers, where, integration, settings))
            self.service.functions[function].triggers.append(Trigger(kind="route", source=key))
        elif integration is not None and served:
            api.functionless.append(
                FunctionlessRoute(
                    key=key, route_response=answers, integration=integration, settings=settings, location=where
                )
            )
        else:
            reason = f"its integration {integration_id} leads to nothing that is here or can be served"
            api.unserved.append(UnservedRoute(key=key, reason=reason, route_response=answers, location=where))
        self._authorize(api, properties)

    def _owner(self, properties: Map) -> DeclaredApi | None:
        named = set(references(properties.get("ApiId")))
        return next((api for api in self.service.apis if api.id in named), None)

    def _integration_id(self, properties: Map) -> str | None:
        named = references(properties.get("Target"))
        return next((name for name in named if self._type(name) == "AWS::ApiGatewayV2::Integration"), None)

    def _integration(self, integration_id: str) -> Map:
        return as_map(as_map(self.resources[integration_id]).get("Properties"))

    def _behind(
        self, key: str, integration_id: str, kind: str, function: str | None, where: Location
    ) -> tuple[Integration | None, bool]:
        """What is behind a route when it is no Lambda proxy, and whether it can be served; every such route is a
        problem, because only the shim can serve it."""
        if kind == "AWS_PROXY":
            if function is None:
                uri = self._integration(integration_id).get("IntegrationUri")
                text = self.resolver.text(uri) if uri is not None else None
                why = f": {text.reason}" if isinstance(text, Unresolved) else ""
                message = f"route {key} goes to integration {integration_id} ({kind}), not to a function of this file"
                self.service.problem(where, f"{message}{why}", serious=True)
            return None, function is not None
        integration, problem = self.integrations.read(integration_id, function)
        what = "mapping templates decide what its function receives" if function else "no function is behind it"
        message = f"route {key} has an integration of type {kind}: {problem or what}"
        self.service.problem(where, message, serious=True, served=problem is None)
        return integration, problem is None

    def function_of(self, value: object) -> str | None:
        """The logical id of the function that a value names, also through an alias or a version."""
        for name in references(value):
            key = self.keys.get(name, name)
            if key in self.service.functions:
                return key
            if self._type(name) in {"AWS::Lambda::Alias", "AWS::Lambda::Version"}:
                return self.function_of(as_map(as_map(self.resources[name]).get("Properties")).get("FunctionName"))
        text = self.resolver.text(value)
        if isinstance(text, Unresolved):
            return None
        name = text.partition(":function:")[2].split("/")[0].split(":")[0]
        declared = ((key, as_map(self.resources.get(key))) for key in self.service.functions)
        names = {self.resolver.names.name(key, resource, self.resolver): key for key, resource in declared}
        return names.get(name)

    def _authorize(self, api: DeclaredApi, properties: Map) -> None:
        kind = self.resolver.text_or(properties.get("AuthorizationType"), "NONE")
        if kind == "AWS_IAM":
            api.authorizer = DeclaredAuthorizer("AWS_IAM", "AWS_IAM", None, (), properties.where("AuthorizationType"))
        if kind != "CUSTOM":
            return
        name = next(iter(references(properties.get("AuthorizerId"))), None)
        authorizer = as_map(as_map(self.resources.get(name or "")).get("Properties"))
        if name is None or not authorizer:
            self.service.problem(
                properties.where("AuthorizerId"), "the authorizer is not declared in this file", serious=True
            )
            return
        function = self.function_of(authorizer.get("AuthorizerUri"))
        where = self.resources.where(name)
        if function is None:
            self.service.problem(where, f"the function of authorizer {name} is not declared in this file", serious=True)
        elif not any(trigger.kind == "authorizer" for trigger in self.service.functions[function].triggers):
            self.service.functions[function].triggers.append(Trigger(kind="authorizer", source=name))
        sources = [self.resolver.text_or(source, "") for source in as_list(authorizer.get("IdentitySource"))]
        named = self.resolver.text_or(authorizer.get("Name"), name)
        api.authorizer = DeclaredAuthorizer(named, "REQUEST", function, tuple(filter(None, sources)), where)

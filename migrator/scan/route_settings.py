"""What stages, routes and custom domains say beside of integrations: variables, throttling, time limits, models.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html
"""

from __future__ import annotations

import json
from typing import Final

from migrator.inventory.model import CustomDomain, RouteSettings, Throttling
from migrator.scan.declared import Service
from migrator.scan.intrinsics import Resolver, Unresolved, references
from migrator.scan.parts import of_type
from migrator.scan.yamlfile import Map, as_map, as_text

_ACCOUNT_RATE: Final = 10_000.0
_ACCOUNT_BURST: Final = 5_000
"""What an account has where a stage names only the other of the two."""


class SettingsReader:
    """Of one template."""

    def __init__(self, resources: Map, resolver: Resolver, service: Service) -> None:
        self.resources, self.resolver, self.service = resources, resolver, service

    def stage(self, api_id: str) -> Map:
        """The properties of the API's stage, the last one that is declared; empty when there is none."""
        stages = of_type(self.resources, "AWS::ApiGatewayV2::Stage")
        return next((stage for _, stage in reversed(stages) if api_id in references(stage.get("ApiId"))), Map(""))

    def stage_variables(self, stage: Map) -> dict[str, str]:
        known: dict[str, str] = {}
        variables = as_map(stage.get("StageVariables"))
        for name, value in variables.items():
            text = self.resolver.text(value)
            if isinstance(text, Unresolved):
                self.service.problem(
                    variables.where(name), f"the value of the stage variable {name} is not known: {text.reason}"
                )
            else:
                known[name] = text
        return known

    def domains(self, api_id: str) -> tuple[CustomDomain, ...]:
        found = []
        for _, mapping in of_type(self.resources, "AWS::ApiGatewayV2::ApiMapping"):
            if api_id not in references(mapping.get("ApiId")):
                continue
            host = self._host(mapping)
            if isinstance(host, Unresolved):
                self.service.problem(mapping.where("DomainName"), f"a custom domain is not known: {host.reason}")
            else:
                base_path = self.resolver.text_or(mapping.get("ApiMappingKey"), "").strip("/")
                found.append(CustomDomain(host=host.lower(), base_path="" if base_path == "(none)" else base_path))
        return tuple(found)

    def of_route(self, api_id: str, key: str, route: Map, integration: Map) -> RouteSettings:
        timeout = as_text(self.resolver.resolve(integration.get("TimeoutInMillis"))) or ""
        expression = route.get("ModelSelectionExpression")
        return RouteSettings(
            timeout_s=int(timeout) / 1000 if timeout.isdecimal() else None,
            throttling=self._throttling(self.stage(api_id), key),
            models=self._models(key, as_map(route.get("RequestModels"))),
            model_selection_expression=self.resolver.text_or(expression, "") or None,
        )

    def _host(self, mapping: Map) -> str | Unresolved:
        value = mapping.get("DomainName")
        for name in references(value):
            declared = as_map(self.resources.get(name))
            if declared.get("Type") == "AWS::ApiGatewayV2::DomainName":
                return self.resolver.text(as_map(declared.get("Properties")).get("DomainName"))
        return self.resolver.text(value)

    def _throttling(self, stage: Map, key: str) -> Throttling | None:
        """A route's own settings go before the stage's default for each route."""
        default = as_map(stage.get("DefaultRouteSettings"))
        own = as_map(as_map(stage.get("RouteSettings")).get(key))
        rate, burst = (
            as_text(self.resolver.resolve(own.get(name, default.get(name)))) or ""
            for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit")
        )
        if not rate and not burst:
            return None
        try:
            found = Throttling(rate_per_s=float(rate or _ACCOUNT_RATE), burst=int(float(burst or _ACCOUNT_BURST)))
        except (ValueError, OverflowError):
            self.service.problem(stage.where(), f"the throttling of route {key} is not known")
            return None
        if found.rate_per_s <= 0 or found.burst <= 0:
            self.service.problem(
                stage.where(),
                f"the throttling of route {key} lets nothing through at API Gateway; it is not applied here",
            )
            return None
        return found

    def _models(self, key: str, models: Map) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in models.items():
            schema = self._schema(value)
            if schema is None:
                message = f"the model {name} of route {key} is not declared in this file, or its schema is not known"
                self.service.problem(models.where(name), message, serious=True)
            else:
                found[name] = schema
        return found

    def _schema(self, model: object) -> str | None:
        """The JSON schema of a model that is named, or referred to."""
        named = self.resolver.text_or(model, "")
        for logical_id, properties in of_type(self.resources, "AWS::ApiGatewayV2::Model"):
            if logical_id in references(model) or self.resolver.text_or(properties.get("Name"), logical_id) == named:
                schema = self.resolver.resolve(properties.get("Schema"))
                try:
                    return json.dumps(json.loads(schema) if isinstance(schema, str) else schema)
                except (ValueError, TypeError, RecursionError):
                    return None
        return None

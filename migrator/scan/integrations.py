"""Integrations that are no Lambda proxies, as CloudFormation declares them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html
"""

from __future__ import annotations

import re
from typing import Final, cast, get_args

from migrator.inventory.model import ContentHandling, Integration, IntegrationResponse, IntegrationType, Passthrough
from migrator.scan.declared import Service
from migrator.scan.intrinsics import Resolver, Unresolved, references
from migrator.scan.parts import of_type
from migrator.scan.yamlfile import Map, as_map

_QUEUE: Final = re.compile(r"arn:[a-z-]+:apigateway:([a-z0-9-]+):sqs:(?:path/([^/]+/[^/]+)|action/SendMessage)/?")


class IntegrationReader:
    """Of one template."""

    def __init__(self, resources: Map, resolver: Resolver, service: Service) -> None:
        self.resources, self.resolver, self.service = resources, resolver, service
        self._problem: str | None = None

    def read(self, integration_id: str, function: str | None) -> tuple[Integration | None, str | None]:
        """The integration, and why it can't be served; None when it can."""
        self._problem = None
        properties = as_map(as_map(self.resources[integration_id]).get("Properties"))
        kind = self._choice(properties, "IntegrationType", get_args(IntegrationType), "")
        if not kind:
            return None, "this type is not known"
        uri = None if kind == "MOCK" or function is not None else self._text(properties, "IntegrationUri")
        queue = _QUEUE.fullmatch(uri or "") if kind == "AWS" else None
        if kind == "AWS" and function is None and queue is None:
            self._problem = self._problem or f"only functions and SQS's SendMessage are served, not {uri}"
        if kind.startswith("HTTP") and uri is None:
            self._problem = self._problem or "it has no address"
        handling = self._choice(properties, "ContentHandlingStrategy", get_args(ContentHandling), "")
        responses = self._responses(integration_id)
        converted = any(response.get("ContentHandlingStrategy") == "CONVERT_TO_TEXT" for response in responses)
        if converted and handling == "CONVERT_TO_BINARY":
            self._problem = self._problem or "converting content in both directions is not served"
        integration = Integration(
            type=cast("IntegrationType", kind),
            uri=uri if kind in {"HTTP", "HTTP_PROXY"} else None,
            method=self.resolver.text_or(properties.get("IntegrationMethod"), "POST"),
            queue_region=queue[1] if queue else None,
            queue_path=(queue[2] or "") if queue else "",
            request_templates=self._texts(properties, "RequestTemplates"),
            template_selection_expression=self._text(properties, "TemplateSelectionExpression"),
            request_parameters=self._texts(properties, "RequestParameters"),
            passthrough=cast(
                "Passthrough", self._choice(properties, "PassthroughBehavior", get_args(Passthrough), "WHEN_NO_MATCH")
            ),
            content_handling=cast("ContentHandling | None", handling or ("CONVERT_TO_TEXT" if converted else None)),
            responses=tuple(self._response(response) for response in responses),
            location=self.resources.where(integration_id),
        )
        return integration, self._problem

    def _responses(self, integration_id: str) -> list[Map]:
        declared = of_type(self.resources, "AWS::ApiGatewayV2::IntegrationResponse")
        return [
            properties for _, properties in declared if integration_id in references(properties.get("IntegrationId"))
        ]

    def _response(self, properties: Map) -> IntegrationResponse:
        return IntegrationResponse(
            key=self._text(properties, "IntegrationResponseKey") or "$default",
            templates=self._texts(properties, "ResponseTemplates"),
            template_selection_expression=self._text(properties, "TemplateSelectionExpression"),
        )

    def _text(self, properties: Map, key: str) -> str | None:
        value = properties.get(key)
        if value is None:
            return None
        text = self.resolver.text(value)
        if isinstance(text, Unresolved):
            self._problem = self._problem or f"its {key} is not known: {text.reason}"
            return None
        return text

    def _texts(self, properties: Map, key: str) -> dict[str, str]:
        values = as_map(properties.get(key))
        found = {name: self._text(values, name) for name in values}
        return {name: text for name, text in found.items() if text is not None}

    def _choice(self, properties: Map, key: str, known: tuple[str, ...], default: str) -> str:
        text = self._text(properties, key)
        if text is not None and text not in known:
            self._problem = self._problem or f"its {key} {text!r} is not known"
        return text if text in known else default

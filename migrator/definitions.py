"""An API of the inventory as the shim's definition of it."""

from __future__ import annotations

from migrator.inventory.model import Api, FunctionlessRoute, Integration, Route
from shim.gateway import definition
from shim.gateway.definition import (
    ApiDefinition,
    AuthorizerDefinition,
    DomainMapping,
    Http,
    IntegrationResponse,
    LambdaMapped,
    LambdaProxy,
    Mapped,
    Mock,
    RouteDefinition,
    Sqs,
)
from shim.gateway.limits import Throttle


def api_definition_of(
    api: Api, *, stage: str | None = None, region: str = "us-east-1", authorizer: AuthorizerDefinition | None = None
) -> ApiDefinition:
    """`stage` None: the declared one. Functions are named by their handler ids."""
    routes: tuple[Route | FunctionlessRoute, ...] = (*api.routes, *api.functionless_routes)
    return ApiDefinition(
        name=api.name,
        routes={route.key: _route(route) for route in routes},
        selection_expression=api.route_selection_expression,
        stage=stage or api.stage,
        authorizer=authorizer,
        region=region,
        stage_variables=api.stage_variables,
        domains=tuple(DomainMapping(domain.host, domain.base_path) for domain in api.domains),
    )


def _route(route: Route | FunctionlessRoute) -> RouteDefinition:
    settings = route.settings
    throttling = settings.throttling
    return RouteDefinition(
        integration=_integration(route),
        route_response=route.route_response,
        timeout_s=settings.timeout_s,
        throttle=Throttle(throttling.rate_per_s, throttling.burst) if throttling else None,
        models=settings.models,
        model_selection_expression=settings.model_selection_expression,
    )


def _integration(route: Route | FunctionlessRoute) -> definition.Integration:
    integration = route.integration
    if isinstance(route, Route):
        return LambdaProxy(route.handler) if integration is None else LambdaMapped(route.handler, _mapped(integration))
    return _functionless(route.integration)


def _functionless(integration: Integration) -> Http | Mock | Sqs:
    mapped = _mapped(integration)
    if integration.type == "MOCK":
        return Mock(mapped)
    if integration.queue_region is not None:
        return Sqs(integration.queue_region, integration.queue_path, mapped)
    return Http(integration.uri or "", integration.method, integration.type == "HTTP_PROXY", mapped)


def _mapped(integration: Integration) -> Mapped:
    return Mapped(
        request_templates=integration.request_templates,
        template_selection_expression=integration.template_selection_expression,
        request_parameters=integration.request_parameters,
        passthrough=integration.passthrough,
        content_handling=integration.content_handling,
        responses={
            response.key: IntegrationResponse(response.templates, response.template_selection_expression)
            for response in integration.responses
        },
    )

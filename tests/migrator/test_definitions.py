"""From what the inventory says of an API to what the shim serves."""

from __future__ import annotations

from migrator.definitions import api_definition_of
from migrator.inventory.model import (
    Api,
    CustomDomain,
    FunctionlessRoute,
    Integration,
    IntegrationResponse,
    Route,
    RouteSettings,
    Throttling,
)
from migrator.inventory.record import Location
from shim.gateway import definition as shim
from shim.gateway.limits import Throttle
from shim.integrations import problems_of

HERE = Location(path="template.yaml")


def functionless(key: str, integration: Integration) -> FunctionlessRoute:
    return FunctionlessRoute(key=key, integration=integration, location=HERE)


def test_a_plain_api_has_nothing_but_proxies() -> None:
    api = Api(id="Api", name="api", routes=(Route(key="say", handler="app.py:say", location=HERE),), location=HERE)

    definition = api_definition_of(api)

    assert definition.routes == {"say": shim.RouteDefinition(shim.LambdaProxy("app.py:say"))}
    assert (definition.stage, definition.region, definition.stage_variables, definition.domains) == (
        "dev",
        "us-east-1",
        {},
        (),
    )


def test_everything_that_an_inventory_may_say() -> None:
    mapping = Integration(
        type="AWS",
        request_templates={"$default": "{}"},
        template_selection_expression="\\$default",
        request_parameters={"integration.request.header.A": "'a'"},
        passthrough="NEVER",
        content_handling="CONVERT_TO_BINARY",
        responses=(IntegrationResponse(key="/200/", templates={"a": "b"}, template_selection_expression="a"),),
        location=HERE,
    )
    mapped = shim.Mapped(
        {"$default": "{}"},
        "\\$default",
        {"integration.request.header.A": "'a'"},
        "NEVER",
        "CONVERT_TO_BINARY",
        {"/200/": shim.IntegrationResponse({"a": "b"}, "a")},
    )
    settings = RouteSettings(
        timeout_s=2.5,
        throttling=Throttling(rate_per_s=1, burst=2),
        models={"$default": "{}"},
        model_selection_expression="$request.body.kind",
    )
    api = Api(
        id="Api",
        name="api",
        stage="live",
        routes=(
            Route(key="say", handler="fn", route_response=True, integration=mapping, settings=settings, location=HERE),
        ),
        functionless_routes=(
            functionless("$connect", Integration(type="MOCK", request_templates={"$default": "{}"}, location=HERE)),
            functionless(
                "put", Integration(type="HTTP", uri="https://${stageVariables.h}/", method="PUT", location=HERE)
            ),
            functionless("pass", Integration(type="HTTP_PROXY", uri="https://a/", location=HERE)),
            functionless(
                "job", Integration(type="AWS", queue_region="eu-west-1", queue_path="123456789012/q", location=HERE)
            ),
        ),
        stage_variables={"h": "example.org"},
        domains=(CustomDomain(host="ws.example.org", base_path="v1"),),
        location=HERE,
    )
    authorizer = shim.AuthorizerDefinition("gate", "check")

    definition = api_definition_of(api, stage="test", region="eu-west-1", authorizer=authorizer)

    assert definition.routes == {
        "say": shim.RouteDefinition(
            shim.LambdaMapped("fn", mapped), True, 2.5, Throttle(1, 2), {"$default": "{}"}, "$request.body.kind"
        ),
        "$connect": shim.RouteDefinition(shim.Mock(shim.Mapped({"$default": "{}"}))),
        "put": shim.RouteDefinition(shim.Http("https://${stageVariables.h}/", "PUT")),
        "pass": shim.RouteDefinition(shim.Http("https://a/", "POST", True)),
        "job": shim.RouteDefinition(shim.Sqs("eu-west-1", "123456789012/q")),
    }
    assert (definition.stage, definition.region, definition.authorizer) == ("test", "eu-west-1", authorizer)
    assert definition.domains == (shim.DomainMapping("ws.example.org", "v1"),)
    assert problems_of(definition) == []

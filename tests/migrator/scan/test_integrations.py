"""Integrations that are no Lambda proxies, and what stages, models and domains say.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import indent

import pytest

from migrator.inventory.model import Inventory, Throttling
from tests.migrator.scan.applications import scan

BEGIN = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: WEBSOCKET}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Say:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: say/, Handler: app.handler, Runtime: python3.11}
  SayRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: say, Target: !Sub 'integrations/${Behind}'%s}
  Behind:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Socket
"""
FUNCTION = """IntegrationType: AWS
IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations'
"""
PROXY = FUNCTION.replace("AWS\n", "AWS_PROXY\n")
MOCK = "IntegrationType: MOCK\n"
CODE = "def handler(event, context):\n    return event['text']\n"


def found(tmp_path: Path, integration: str, more: str = "", route: str = "") -> Inventory:
    text = BEGIN % route + indent(integration, " " * 6) + more
    return scan(tmp_path, {"template.yaml": text, "say/app.py": CODE})


def test_a_lambda_proxy_has_no_integration_of_its_own(tmp_path: Path) -> None:
    inventory = found(tmp_path, PROXY)

    (route,) = inventory.apis[0].routes
    assert (route.integration, route.settings.timeout_s, route.settings.throttling) == (None, None, None)
    assert inventory.problems == ()


@pytest.mark.parametrize(
    ("integration", "problem"),
    [
        ("IntegrationType: AWS\nIntegrationUri: arn:aws:apigateway:us-east-1:dynamodb:action/PutItem\n",
         "an integration of type AWS: only functions and SQS's SendMessage are served, not arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"),
        ("IntegrationType: HTTP\nIntegrationUri: !ImportValue endpoint\n",
         "an integration of type HTTP: its IntegrationUri is not known: is exported by another stack (endpoint)"),
        ("IntegrationType: HTTP\n", "an integration of type HTTP: it has no address"),
        ("IntegrationType: FTP\n", "an integration of type FTP: this type is not known"),
        (MOCK + "PassthroughBehavior: SOMETIMES\n", "an integration of type MOCK: its PassthroughBehavior 'SOMETIMES' is not known"),
        (MOCK + "RequestTemplates: {$default: !ImportValue t}\n",
         "an integration of type MOCK: its $default is not known: is exported by another stack (t)"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_a_problem_and_no_route(tmp_path: Path, integration: str, problem: str) -> None:
    inventory = found(tmp_path, integration)

    assert (inventory.apis[0].routes, inventory.apis[0].functionless_routes) == ((), ())
    assert [(p.message, p.serious, p.served) for p in inventory.problems] == [(f"route say has {problem}", True, False)]


def test_a_function_behind_a_template_keeps_its_route(tmp_path: Path) -> None:
    templates = """RequestTemplates: {$default: '{"text": $input.json(''$.text'')}'}
TemplateSelectionExpression: \\$default
PassthroughBehavior: NEVER
ContentHandlingStrategy: CONVERT_TO_BINARY
"""
    inventory = found(tmp_path, FUNCTION + templates)

    (route,) = inventory.apis[0].routes
    assert route.handler == "say/app.py:handler"
    assert route.integration is not None
    assert route.integration.type == "AWS"
    assert route.integration.request_templates == {"$default": "{\"text\": $input.json('$.text')}"}
    assert route.integration.template_selection_expression == "\\$default"
    assert (route.integration.passthrough, route.integration.content_handling) == ("NEVER", "CONVERT_TO_BINARY")
    assert [(p.message, p.serious, p.served) for p in inventory.problems] == [
        ("route say has an integration of type AWS: mapping templates decide what its function receives", True, True)
    ]


def test_a_mock_with_its_responses(tmp_path: Path) -> None:
    responses = """
  Fine:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Socket
      IntegrationId: !Ref Behind
      IntegrationResponseKey: /2\\d\\d/
      ResponseTemplates: {'200': ok}
      TemplateSelectionExpression: $integration.response.statuscode
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Socket, RouteId: !Ref SayRoute, RouteResponseKey: $default}
"""
    inventory = found(tmp_path, MOCK + "RequestTemplates: {'200': '{\"statusCode\":200}'}\n", responses)

    (route,) = inventory.apis[0].functionless_routes
    assert (route.key, route.route_response, route.integration.type) == ("say", True, "MOCK")
    assert route.integration.request_templates == {"200": '{"statusCode":200}'}
    (response,) = route.integration.responses
    assert (response.key, response.templates) == ("/2\\d\\d/", {"200": "ok"})
    assert response.template_selection_expression == "$integration.response.statuscode"
    assert inventory.problems[0].served


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("!Sub 'arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Jobs.QueueName}'", "123456789012/jobs"),
        ("arn:aws:apigateway:eu-west-1:sqs:action/SendMessage", ""),
    ],
)
def test_a_queue(tmp_path: Path, uri: str, path: str) -> None:
    template = "RequestTemplates: {$default: 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)'}\n"
    inventory = found(tmp_path, f"IntegrationType: AWS\nIntegrationUri: {uri}\n{template}")

    integration = inventory.apis[0].functionless_routes[0].integration
    assert integration.queue_region in {"us-east-1", "eu-west-1"}
    assert (integration.queue_path, integration.uri) == (path, None)


def test_an_http_endpoint_with_parameters_and_a_time_limit(tmp_path: Path) -> None:
    integration = """IntegrationType: HTTP_PROXY
IntegrationUri: https://${stageVariables.host}/say
IntegrationMethod: PUT
TimeoutInMillis: 2500
RequestParameters: {integration.request.header.Id: context.connectionId}
"""
    stage = """
  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Socket, StageName: live, StageVariables: {host: example.org, other: !ImportValue x}}
"""
    inventory = found(tmp_path, integration, stage)

    (api,) = inventory.apis
    (route,) = api.functionless_routes
    assert (route.integration.uri, route.integration.method) == ("https://${stageVariables.host}/say", "PUT")
    assert route.integration.request_parameters == {"integration.request.header.Id": "context.connectionId"}
    assert route.settings.timeout_s == 2.5
    assert (api.stage, api.stage_variables) == ("live", {"host": "example.org"})
    assert "the value of the stage variable other is not known" in " ".join(p.message for p in inventory.problems)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", None),
        ("{DefaultRouteSettings: {ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20}}", Throttling(rate_per_s=10, burst=20)),
        ("{DefaultRouteSettings: {ThrottlingBurstLimit: 20}}", Throttling(rate_per_s=10_000, burst=20)),
        ("{DefaultRouteSettings: {ThrottlingRateLimit: 10}, RouteSettings: {say: {ThrottlingRateLimit: 0.5}}}",
         Throttling(rate_per_s=0.5, burst=5_000)),
        ("{RouteSettings: {other: {ThrottlingRateLimit: 1}}}", None),
        ("{DefaultRouteSettings: {ThrottlingRateLimit: 0}}", None),
        ("{DefaultRouteSettings: {ThrottlingRateLimit: many}}", None),
    ],
)  # fmt: skip
def test_throttling(tmp_path: Path, settings: str, expected: Throttling | None) -> None:
    properties = settings.replace("{", "{ApiId: !Ref Socket, StageName: live, ", 1)
    inventory = found(tmp_path, PROXY, f"\n  Live:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties: {properties}\n")

    assert inventory.apis[0].routes[0].settings.throttling == expected
    said = [problem.message for problem in inventory.problems]
    assert bool(said) == ("ThrottlingRateLimit: 0}" in settings or "many" in settings)


@pytest.mark.parametrize("model", ["Order", "!Ref OrderModel"])
def test_models(tmp_path: Path, model: str) -> None:
    declared = """
  OrderModel:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref Socket
      Name: Order
      ContentType: application/json
      Schema: {$schema: 'http://json-schema.org/draft-04/schema#', type: object, required: [id], properties: {id: {minimum: 1}}}
"""
    route = f", RequestModels: {{order: {model}}}, ModelSelectionExpression: $request.body.kind"
    settings = found(tmp_path, PROXY, declared, route).apis[0].routes[0].settings

    assert settings.model_selection_expression == "$request.body.kind"
    assert json.loads(settings.models["order"])["properties"] == {"id": {"minimum": 1}}


def test_a_model_that_is_not_declared_is_not_passed_over(tmp_path: Path) -> None:
    inventory = found(tmp_path, PROXY, route=", RequestModels: {$default: Order}")

    (problem,) = inventory.problems
    assert problem.serious
    assert problem.message.startswith("the model $default of route say is not declared in this file")


def test_custom_domains(tmp_path: Path) -> None:
    domains = """
  Name:
    Type: AWS::ApiGatewayV2::DomainName
    Properties: {DomainName: Chat.Example.org}
  One:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Socket, DomainName: !Ref Name, Stage: live}
  Two:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Socket, DomainName: ws.example.org, Stage: live, ApiMappingKey: v1/chat}
  Other:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: elsewhere, DomainName: rest.example.org, Stage: live}
"""
    found_domains = found(tmp_path, PROXY, domains).apis[0].domains

    assert [(domain.host, domain.base_path) for domain in found_domains] == [
        ("chat.example.org", ""),
        ("ws.example.org", "v1/chat"),
    ]


def test_a_route_that_is_declared_twice_counts_once(tmp_path: Path) -> None:
    again = """
  Again:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: say, Target: !Sub 'integrations/${Behind}'}
"""
    inventory = found(tmp_path, MOCK, again)

    assert len(inventory.apis[0].functionless_routes) == 1
    assert "route say is declared twice; the first one counts" in [problem.message for problem in inventory.problems]

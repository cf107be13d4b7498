"""SAM and CloudFormation templates: routes through integrations to code, intrinsics, tables, triggers."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory, Trigger
from tests.migrator.scan.applications import scan

API = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: live}
  Secret: {Type: String, NoEcho: true}
  FromStore: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/key}
Globals:
  Function:
    Runtime: python3.11
    Handler: app.handler
    Environment: {Variables: {SHARED: !Sub 'x-${Stage}', KEY: !Ref Secret, STORED: !Ref FromStore}}
Resources:
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: shop, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.op}
  Live:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Socket, StageName: !Ref Stage}
  Say:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: say/}
"""

ROUTE = """
  SayRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: say, Target: !Sub 'integrations/${SayIntegration}'}
"""
INTEGRATION = """
  SayIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Socket
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations'
"""
CODE = "def handler(event, context):\n    return event['requestContext']['connectionId']\n"


def template(tmp_path: Path, *parts: str, **files: str) -> Inventory:
    text = API + "".join(dedent(part) if not part.startswith("\n  ") else part for part in parts)
    return scan(tmp_path, {"template.yaml": text, "say/app.py": CODE, **files})


def test_an_http_api_is_left_alone(tmp_path: Path) -> None:
    text = API.replace("WEBSOCKET", "HTTP") + ROUTE + INTEGRATION
    found = scan(tmp_path, {"template.yaml": text, "web.js": "new WebSocket('wss://x')"})

    assert found.apis == ()
    assert {resource.use for resource in found.resources if "ApiGateway" in resource.type} == {"unrelated"}


def test_a_route_leads_through_its_integration_to_the_code(tmp_path: Path) -> None:
    found = template(tmp_path, ROUTE, INTEGRATION)

    (api,) = found.apis
    assert (api.id, api.name, api.stage, api.route_selection_expression) == (
        "Socket",
        "shop",
        "live",
        "$request.body.op",
    )
    assert [(route.key, route.handler) for route in api.routes] == [("say", "say/app.py:handler")]
    handler = found.handlers[0]
    assert (handler.root, handler.module, handler.function) == ("say", "app", "handler")


@pytest.mark.parametrize(
    "target",
    ["!Join ['/', [integrations, !Ref SayIntegration]]", "{'Fn::Join': ['/', [integrations, {Ref: SayIntegration}]]}"],
)
def test_targets_may_be_joined(tmp_path: Path, target: str) -> None:
    route = ROUTE.replace("!Sub 'integrations/${SayIntegration}'", target)

    assert [route.key for route in template(tmp_path, route, INTEGRATION).apis[0].routes] == ["say"]


def test_a_route_without_an_integration_is_a_serious_problem(tmp_path: Path) -> None:
    found = template(tmp_path, ROUTE)

    assert any(problem.serious and "no integration" in problem.message for problem in found.problems)


def test_a_route_that_goes_elsewhere_is_a_serious_problem(tmp_path: Path) -> None:
    integration = INTEGRATION.replace("${Say.Arn}", "arn:aws:lambda:us-east-1:1:function:other").replace("!Sub ", "")
    found = template(tmp_path, ROUTE, integration)

    assert any(problem.serious and "not to a function of this file" in problem.message for problem in found.problems)


def test_a_mapped_integration_is_a_serious_problem_but_keeps_its_route(tmp_path: Path) -> None:
    found = template(tmp_path, ROUTE, INTEGRATION.replace("AWS_PROXY", "AWS"))

    assert [route.key for route in found.apis[0].routes] == ["say"]
    assert [problem.serious for problem in found.problems] == [True]


@pytest.mark.parametrize(
    "response",
    [
        (
            "\n  Answer:\n    Type: AWS::ApiGatewayV2::RouteResponse\n"
            "    Properties: {ApiId: !Ref Socket, RouteId: !Ref SayRoute, RouteResponseKey: $default}\n"
        ),
        "",
    ],
)
def test_route_responses_are_noticed(tmp_path: Path, response: str) -> None:
    found = template(tmp_path, ROUTE, INTEGRATION, response)

    assert found.apis[0].routes[0].route_response is bool(response)


def test_an_authorizer_leads_to_its_function(tmp_path: Path) -> None:
    route = ROUTE.replace("RouteKey: say", "RouteKey: $connect, AuthorizationType: CUSTOM, AuthorizerId: !Ref Guard")
    guard = """
  Guard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Socket
      Name: gate
      AuthorizerType: REQUEST
      IdentitySource: [route.request.querystring.token]
      AuthorizerUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Check.Arn}/invocations'
  Check:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: say/, Handler: app.check}
"""
    found = template(tmp_path, route, INTEGRATION, guard)

    authorizer = found.apis[0].authorizer
    assert authorizer is not None
    assert (authorizer.name, authorizer.handler) == ("gate", "say/app.py:check")
    assert authorizer.identity_sources == ("route.request.querystring.token",)


def test_variables_of_all_functions_are_resolved_or_said_to_be_unknown(tmp_path: Path) -> None:
    found = template(tmp_path, ROUTE, INTEGRATION)

    assert found.environment == {"SHARED": "x-live"}
    assert found.unresolved == {
        "KEY": "parameter Secret has no default; it is given at deployment",
        "STORED": "comes from SSM parameter /shop/key",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!If [IsLive, yes-live, no]", "yes-live"),
        ("!FindInMap [Sizes, live, size]", "large"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
        ("!Sub ['${one}-${Stage}', {one: 1}]", "1-live"),
        ("!Sub '${!Literal}'", "${Literal}"),
        ("!GetAtt Jobs.Arn", "arn:aws:sqs:us-east-1:123456789012:{stack}-Jobs"),
        ("!Sub 'https://${Socket}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}'",
         "https://socket.execute-api.us-east-1.amazonaws.com/live"),
    ],
)  # fmt: skip
def test_intrinsic_functions_are_resolved(tmp_path: Path, value: str, expected: str) -> None:
    more = f"""
  Jobs: {{Type: AWS::SQS::Queue}}
  Other:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: say/, Environment: {{Variables: {{X: {value} }}}}}}
Conditions:
  IsLive: !Equals [!Ref Stage, live]
Mappings:
  Sizes: {{live: {{size: large}}}}
"""
    found = template(tmp_path, ROUTE, INTEGRATION, more)

    assert found.handlers[0].environment == {"X": expected.replace("{stack}", tmp_path.name)}


def test_tables_are_described_so_that_they_can_be_created_elsewhere(tmp_path: Path) -> None:
    table = """
  Rows:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub 'rows-${Stage}'
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}, {AttributeName: room, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-room
          KeySchema: [{AttributeName: room, KeyType: HASH}]
          Projection: {ProjectionType: KEYS_ONLY}
          ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
      ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
"""
    found = template(tmp_path, ROUTE, INTEGRATION, table)

    assert found.time_to_live == {"rows-live": "expires"}
    (local,) = found.local_tables()
    assert local == {
        **found.table_definitions[0],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    }

    assert found.table_definitions == (
        {
            "TableName": "rows-live",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "room", "AttributeType": "S"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-room",
                    "KeySchema": [{"AttributeName": "room", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        },
    )


def test_triggers_stand_at_the_function_or_beside_it(tmp_path: Path) -> None:
    more = """
  Jobs: {Type: AWS::SQS::Queue}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Other}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: say/
      Events:
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Rest: {Type: Api, Properties: {Path: /x, Method: post}}
"""
    found = template(tmp_path, ROUTE, INTEGRATION, more)

    assert set(found.handlers[0].triggers) == {
        Trigger(kind="route", source="say"),
        Trigger(kind="schedule", source="rate(1 day)"),
        Trigger(kind="call", source="http POST /x"),
        Trigger(kind="queue", source="Jobs"),
    }


def test_code_inside_the_template_is_a_problem_of_its_handler(tmp_path: Path) -> None:
    text = API.replace("CodeUri: say/", "InlineCode: 'def handler(e, c): pass'") + ROUTE + INTEGRATION
    found = scan(tmp_path, {"template.yaml": text})

    assert found.handlers[0].problem == "its code stands inside the template, not in a file"


@pytest.mark.parametrize(
    ("declares", "serious"),
    [("AWS::DynamoDB::Table", False), ("AWS::Lambda::Function", False), ("AWS::ApiGatewayV2::Api", True)],
)
def test_a_file_that_cannot_be_read_is_serious_when_it_may_declare_an_api(
    tmp_path: Path, declares: str, serious: bool
) -> None:
    broken = f"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  One: {{Type: '{declares}'}}\nexporting done\n"
    found = scan(tmp_path, {"broken.yaml": broken, "web.js": "new WebSocket('wss://x')"})

    assert [problem.serious for problem in found.problems if problem.location.path == "broken.yaml"] == [serious]

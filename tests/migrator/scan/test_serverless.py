"""serverless.yml: events in all their forms, variables, authorizers, and what can't be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Inventory, Trigger
from tests.migrator.scan.applications import scan

CODE = """
    def handler(event, context):
        return event["requestContext"]["connectionId"]

    def guard(event, context):
        return {}
"""


def service(tmp_path: Path, functions: str, more: str = "", provider: str = "") -> Inventory:
    indented = "\n".join(f"  {line}" for line in functions.strip("\n").splitlines())
    text = f"service: shop\nprovider:\n  name: aws\n  runtime: python3.11\n{provider}\nfunctions:\n{indented}\n{more}"
    return scan(tmp_path, {"serverless.yml": text, "app.py": CODE})


ROUTE = "a: {handler: app.handler, events: [{websocket: $connect}]}"


def test_a_yaml_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    found = scan(tmp_path, {"serverless-notes.yml": "title: notes\n", "app.js": "new WebSocket('wss://x')"})

    assert (found.apis, found.problems) == ((), ())


def test_events_are_read_as_text_and_as_objects(tmp_path: Path) -> None:
    found = service(
        tmp_path,
        """
a: {handler: app.handler, events: [{websocket: $connect}]}
b:
  handler: app.handler
  events:
    - websocket:
        route: talk
        routeResponseSelectionExpression: $default
    - sqs: arn:aws:sqs:eu-west-1:1:jobs
    - stream: {type: dynamodb, arn: !GetAtt Table.StreamArn}
    - schedule: rate(5 minutes)
    - http: {path: /x, method: get}
    - sns: news
""",
    )

    (api,) = found.apis
    assert [(route.key, route.route_response) for route in api.routes] == [("$connect", False), ("talk", True)]
    assert found.handlers[0].triggers == (
        Trigger(kind="route", source="$connect"),
        Trigger(kind="route", source="talk"),
        Trigger(kind="queue", source="jobs"),
        Trigger(kind="stream", source="Table"),
        Trigger(kind="schedule", source="rate(5 minutes)"),
        Trigger(kind="call", source="http GET /x"),
        Trigger(kind="queue", source="news"),
    )


def test_the_defaults_are_those_of_the_framework(tmp_path: Path) -> None:
    found = service(tmp_path, ROUTE)

    assert (found.apis[0].name, found.apis[0].stage, found.region) == ("dev-shop-websockets", "dev", "us-east-1")
    assert found.apis[0].route_selection_expression == "$request.body.action"


@pytest.mark.parametrize(
    ("authorizer", "sources"),
    [
        ("guard", ("route.request.header.Auth",)),
        ("{name: guard, identitySource: route.request.querystring.t}", ("route.request.querystring.t",)),
        ("{name: guard, identitySource: [route.request.header.A, route.request.header.B]}",
         ("route.request.header.A", "route.request.header.B")),
        ("{name: guard, identitySource: []}", ()),
        ("{arn: !GetAtt GuardLambdaFunction.Arn}", ("route.request.header.Auth",)),
        ("arn:aws:lambda:us-east-1:1:function:shop-dev-guard", ("route.request.header.Auth",)),
    ],
)  # fmt: skip
def test_authorizers_are_read_in_all_forms(tmp_path: Path, authorizer: str, sources: tuple[str, ...]) -> None:
    found = service(
        tmp_path,
        f"""
guard: {{handler: app.guard}}
a:
  handler: app.handler
  events:
    - websocket:
        route: $connect
        authorizer: {authorizer}
""",
    )

    made = found.apis[0].authorizer
    assert made is not None
    assert (made.type, made.handler, made.identity_sources) == ("REQUEST", "app.py:guard", sources)
    assert Trigger(kind="authorizer", source=made.name) in found.handler("app.py:guard").triggers


def test_iam_authorization_has_no_handler(tmp_path: Path) -> None:
    found = service(
        tmp_path, "a: {handler: app.handler, events: [{websocket: {route: $connect, authorizer: aws_iam}}]}"
    )

    assert found.apis[0].authorizer is not None
    assert (found.apis[0].authorizer.type, found.apis[0].authorizer.handler) == ("AWS_IAM", None)


def test_an_authorizer_outside_the_file_is_a_serious_problem(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-east-1:1:function:elsewhere"
    found = service(
        tmp_path, f"a: {{handler: app.handler, events: [{{websocket: {{route: $connect, authorizer: '{arn}'}}}}]}}"
    )

    assert [problem.serious for problem in found.problems] == [True]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${self:service}-${sls:stage}", "shop-dev"),
        ("${opt:stage, 'test'}-x", "test-x"),
        ("${opt:stage, self:provider.stage}", "dev"),
        ("${opt:stage}", "dev"),
        ("${env:NOBODY, 'fallback'}", "fallback"),
        ("${ssm:/a/b, 'plain, text'}", "plain, text"),
        ("${self:custom.names.${sls:stage}}", "of-dev"),
        ("${aws:region}/${aws:accountId}", "us-east-1/123456789012"),
        ("${param:colour}", "red"),
        ("${file(names.yml):deep.name}", "from file"),
        ("#{AWS::AccountId}-x", "123456789012-x"),
        ("!Ref Topic", "arn:aws:sns:us-east-1:123456789012:news"),
        ("!Ref Jobs", "https://sqs.us-east-1.amazonaws.com/123456789012/shop-dev-Jobs"),
        ("!Ref Table", "rows-dev"),
        ("!Sub '${AWS::Region}-${Table}'", "us-east-1-rows-dev"),
        ("!GetAtt ALambdaFunction.Arn", "arn:aws:lambda:us-east-1:123456789012:function:shop-dev-a"),
    ],
)
def test_variables_are_resolved(tmp_path: Path, value: str, expected: str) -> None:
    more = """
custom: {names: {dev: of-dev}}
params: {default: {colour: red}}
resources:
  Resources:
    Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
    Jobs: {Type: AWS::SQS::Queue}
    Table:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: rows-${sls:stage}
        KeySchema: [{AttributeName: id, KeyType: HASH}]
        AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
"""
    quoted = value if value.startswith("!") else '"' + value + '"'
    (tmp_path / "names.yml").write_text("deep: {name: from file}\n")
    found = service(tmp_path, ROUTE, more, provider=f"  environment: {{X: {quoted}}}")

    assert (found.environment, found.unresolved) == ({"X": expected}, {})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("${env:SECRET}", "${env:SECRET} is taken from the environment at deployment"),
        ("${ssm:/shop/key}", "comes from SSM parameter /shop/key"),
        ("${cf:other.Out}", "is an output of another stack (other.Out)"),
        ("${file(values.js):x}", "values.js is a program; what it returns is decided at deployment"),
        ("${file(nowhere.yml):x}", "the file nowhere.yml is not in the application"),
        ("${self:provider.environment.X}", "refers to itself"),
        ("${param:colour}", "parameter colour is given at deployment"),
    ],
)
def test_what_only_a_deployment_knows_is_said(tmp_path: Path, value: str, reason: str) -> None:
    found = service(tmp_path, ROUTE, provider=f'  environment: {{X: "{value}"}}')

    assert (found.environment, found.unresolved) == ({}, {"X": reason})


def test_a_stage_from_the_environment_does_not_hide_the_rest(tmp_path: Path) -> None:
    found = service(tmp_path, ROUTE, provider="  stage: ${env:STAGE}\n  region: ${env:REGION}")

    assert [route.key for route in found.apis[0].routes] == ["$connect"]
    assert found.apis[0].stage == "dev"


def test_functions_may_stand_in_a_list_and_in_another_file(tmp_path: Path) -> None:
    more = "a: {handler: app.handler, events: [{websocket: $connect}]}\n"
    found = scan(
        tmp_path,
        {
            "serverless.yml": "service: s\nprovider: {name: aws, runtime: python3.11}\nfunctions:\n  - ${file(more.yml)}\n",
            "more.yml": more,
            "app.py": CODE,
        },
    )

    assert [route.handler for route in found.apis[0].routes] == ["app.py:handler"]


def test_function_variables_stand_with_their_handler(tmp_path: Path) -> None:
    found = service(tmp_path, "a: {handler: app.handler, environment: {ROOM: hall}, events: [{websocket: $connect}]}")

    assert (found.handlers[0].environment, found.environment) == ({"ROOM": "hall"}, {})


def test_a_handler_in_javascript_is_read(tmp_path: Path) -> None:
    (tmp_path / "index.mjs").write_text("export const main = async () => ({ statusCode: 200 });\n")
    found = service(tmp_path, "a: {handler: index.main, runtime: nodejs22.x, events: [{websocket: $connect}]}")

    assert (found.handlers[0].language, found.handlers[0].path) == ("javascript", "index.mjs")
    assert (found.handlers[0].problem, found.problems) == (None, ())


RESOURCES = """
resources:
  Resources:
    Domain:
      Type: AWS::ApiGatewayV2::DomainName
      Properties: {DomainName: "Chat-${sls:stage}.example.org"}
    Mapping:
      Type: AWS::ApiGatewayV2::ApiMapping
      Properties: {ApiId: !Ref WebsocketsApi, DomainName: !Ref Domain, ApiMappingKey: v1}
    Other:
      Type: AWS::ApiGatewayV2::ApiMapping
      Properties: {ApiId: !Ref HttpApi, DomainName: rest.example.org}
"""
ONE = (
    "custom: {customDomain: {websocket: {domainName: ws.example.org, basePath: v1}, rest: {domainName: x.example.org}}}"
)
SEVERAL = """
custom:
  customDomains:
    - rest: {domainName: rest.example.org}
    - websocket: {domainName: a.example.org, basePath: (none)}
    - websocket: {domainName: a.example.org, basePath: ""}
    - websocket: {domainName: off.example.org, enabled: false}
"""


@pytest.mark.parametrize(
    ("more", "domains"),
    [
        (RESOURCES, [("chat-dev.example.org", "v1")]),
        (ONE, [("ws.example.org", "v1")]),
        (SEVERAL, [("a.example.org", "")]),
        ("custom: {customDomain: {domainName: rest.example.org}}", []),
    ],
)
def test_custom_domains_are_those_of_resources_and_of_the_plugin(
    more: str, domains: list[tuple[str, str]], tmp_path: Path
) -> None:
    found = service(tmp_path, ROUTE, more)

    assert [(domain.host, domain.base_path) for domain in found.apis[0].domains] == domains
    assert found.problems == ()


def test_a_custom_domain_that_only_a_deployment_knows_is_a_problem(tmp_path: Path) -> None:
    found = service(tmp_path, ROUTE, "custom: {customDomain: {websocket: {domainName: '${env:HOST}'}}}")
    (problem,) = found.problems

    assert found.apis[0].domains == ()
    assert problem.message.startswith("a custom domain is not known: ")

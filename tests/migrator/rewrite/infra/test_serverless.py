"""The Serverless Framework: websocket events and what only they use leave later, and the service comes in a file."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.rewrite.infra.yaml_document import Document
from tests.migrator.rewrite.infra.stacks import apply_later, later, outcome, planned

HEAD = "service: chat\nprovider:\n  name: aws\n  runtime: python3.13\n"
FUNCTIONS = """\
functions:
  say:
    handler: app.say
    events:
      - websocket: say
  rest: # once a day
    handler: rest.run
    events:
      - schedule: rate(1 day)
"""
REST = """\
functions:
  rest: # once a day
    handler: rest.run
    events:
      - schedule: rate(1 day)
"""
OURS = "resources:\n  - ${file(sse-service.yml)}\n"


def left_of(tmp_path: Path, text: str) -> str:
    made = planned(tmp_path, {"serverless.yml": text})
    applied = later(made, "serverless.yml")
    Document(applied)
    return "\n".join(line for line in applied.splitlines() if line.strip()) + "\n"


STAYS = {
    "comments": "# about us\n",
    "a plugin": "plugins:\n  - serverless-python-requirements\n",
    "what is packaged": 'package:\n  patterns: ["!**", app.py]\n',
    "custom values": "custom:\n  table: ${self:service}-${sls:stage}\n",
    "a layer": "layers:\n  common:\n    path: layer\n",
}


@pytest.mark.parametrize("extra", STAYS.values(), ids=STAYS)
def test_leaves_alone(tmp_path: Path, extra: str) -> None:
    assert left_of(tmp_path, HEAD + extra + FUNCTIONS) == HEAD + extra + REST + OURS


PROVIDER = {
    "the name of the API": ("  websocketsApiName: chat\n", ""),
    "its route selection": ("  websocketsApiRouteSelectionExpression: $request.body.type # by type\n", ""),
    "its logs": ("  logs:\n    websocket: true\n", ""),
    "its logs among others": ("  logs:\n    websocket: true\n    httpApi: true\n", "  logs:\n    httpApi: true\n"),
    "a permission to send": (
        "  iamRoleStatements:\n    - Effect: Allow\n      Action: [execute-api:ManageConnections]\n      Resource: '*'\n",
        "",
    ),
    "a permission to send among others": (
        "  iam:\n    role:\n      statements:\n        - Effect: Allow\n          Action: sqs:SendMessage\n"
        "          Resource: '*'\n        - Effect: Allow\n          Action: execute-api:ManageConnections\n"
        "          Resource: '*'\n",
        "  iam:\n    role:\n      statements:\n        - Effect: Allow\n          Action: sqs:SendMessage\n"
        "          Resource: '*'\n",
    ),
    "a variable that nobody reads": (
        "  environment:\n    A: b\n    WS: !Ref WebsocketsApi\n",
        "  environment:\n    A: b\n",
    ),
    "the address that is read, for the new one": (
        "  environment:\n    ADDRESS: !Sub https://${WebsocketsApi}.example.com\n",
        '  environment:\n    ADDRESS: !Sub "https://${SseDomainName}"\n',
    ),
    "other settings": (
        "  memorySize: 256\n  stage: ${opt:stage, 'dev'}\n",
        "  memorySize: 256\n  stage: ${opt:stage, 'dev'}\n",
    ),
    "other permissions": (
        "  iamRoleStatements:\n    - {Effect: Allow, Action: sqs:SendMessage, Resource: '*'}\n",
        "  iamRoleStatements:\n    - {Effect: Allow, Action: sqs:SendMessage, Resource: '*'}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), PROVIDER.values(), ids=PROVIDER)
def test_settings_of_the_provider(tmp_path: Path, before: str, after: str) -> None:
    assert left_of(tmp_path, HEAD + before + FUNCTIONS) == HEAD + after + REST + OURS


def test_a_function_with_other_events_keeps_those(tmp_path: Path) -> None:
    text = HEAD + FUNCTIONS.replace(
        "      - websocket: say\n", "      - websocket:\n          route: say\n      - sqs: a\n"
    )
    made = planned(tmp_path, {"serverless.yml": text})
    left = Document(later(made, "serverless.yml"))
    assert [
        str(entry.name) for event in left.children("functions", "say", "events") for entry in left.children(*event.path)
    ] == ["sqs"]
    assert outcome(made, "SayLambdaFunction").rule == "infra_env", "it pushes, and goes on running"


RESOURCES = {
    "a mapping": (
        "resources:\n  Resources:\n    Jobs:\n      Type: AWS::SQS::Queue\n",
        "      Type: AWS::SQS::Queue\n    SseLogGroup: ${file(sse-service.yml):Resources.SseLogGroup}\n",
    ),
    "a list": (
        "resources:\n  - ${file(tables.yml)}\n",
        "resources:\n  - ${file(tables.yml)}\n  - ${file(sse-service.yml)}\n",
    ),
    "a file": (
        "resources: ${file(tables.yml)}\n",
        "resources: \n  - ${file(tables.yml)}\n  - ${file(sse-service.yml)}\n",
    ),
    "nothing": ("", "\nresources:\n  - ${file(sse-service.yml)}\n"),
}


@pytest.mark.parametrize(("resources", "after"), RESOURCES.values(), ids=RESOURCES)
def test_the_service_is_one_more_of_the_resources(tmp_path: Path, resources: str, after: str) -> None:
    made = planned(tmp_path, {"serverless.yml": HEAD + FUNCTIONS + resources})
    assert after in made.changes[0].first["serverless.yml"]


def test_the_service_has_what_the_functions_had(tmp_path: Path) -> None:
    provider = dedent("""\
          environment:
            TABLE: ${self:service}-connections
            UNREAD: x
          iamRoleStatements:
            - Effect: Allow
              Action: [dynamodb:GetItem, logs:PutLogEvents]
              Resource: !GetAtt Table.Arn
            - Effect: Allow
              Action: execute-api:ManageConnections
              Resource: "*"
        """)
    provider = "".join(f"  {line}\n" for line in provider.splitlines())
    made = planned(tmp_path, {"serverless.yml": HEAD + provider + FUNCTIONS})
    service = Document(made.changes[0].new["sse-service.yml"])
    task = ("Resources", "SseTaskDefinition", "Properties", "ContainerDefinitions", 0)
    names = [service.text_of(*entry.path, "Name") for entry in service.children(*task, "Environment")]
    assert "TABLE" in names
    assert "UNREAD" not in names
    statement = ("Resources", "SseTaskRole", "Properties", "Policies", 0, "PolicyDocument", "Statement")
    assert len(service.children(*statement)) == 1
    assert service.text_of(*statement, 0, "Action", 0) == "dynamodb:GetItem"
    assert len(service.children(*statement, 0, "Action")) == 1


def test_streams_are_not_cut_short(tmp_path: Path) -> None:
    service = planned(tmp_path, {"serverless.yml": HEAD + FUNCTIONS}).changes[0].new["sse-service.yml"]
    assert 'idle_timeout.timeout_seconds\n          Value: "4000"' in service
    assert 'stickiness.enabled\n          Value: "false"' in service
    assert "HealthCheckPath: /healthz" in service


def test_the_patches_apply_with_git(tmp_path: Path) -> None:
    files = {"serverless.yml": HEAD + FUNCTIONS}
    made = planned(tmp_path / "app", files)
    left = apply_later(tmp_path / "new", made, files)
    assert left["serverless.yml"] == HEAD + REST + "\n" + OURS

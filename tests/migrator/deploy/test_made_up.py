"""A value that a scan made up is asked for, and never deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator.deploy import compose, kubernetes
from migrator.deploy.aws.inputs import Inputs, container_variables
from migrator.deploy.deployment import Deployment
from migrator.deploy.kits import kit_files
from migrator.deploy.reading import migrated_deployment
from migrator.scan import scan_application
from tests.migrator.deploy.deployments import application, deployment

UNNAMED = """
    service: notes
    provider:
      name: aws
      region: eu-west-1
      runtime: python3.11
      environment:
        TABLE: {value}
    functions:
      connect:
        handler: app.connect
        events:
          - websocket: $connect
    resources:
      Resources:
        Rooms:
          Type: AWS::DynamoDB::Table
          Properties: {properties}
        Said:
          Type: AWS::SNS::Topic
          Properties: {{TopicName: said}}
        Gate:
          Type: AWS::ApiGatewayV2::Api
          Properties: {{ProtocolType: HTTP, Name: gate}}
"""
NAMED = "{TableName: rooms}"


@pytest.mark.parametrize(
    ("value", "properties", "kept"),
    [
        ("rooms", NAMED, "rooms"),
        ("!Ref Rooms", NAMED, "rooms"),
        ("!Ref Rooms", "{}", None),
        ("!GetAtt Rooms.Arn", NAMED, None),
        ("!Ref Said", NAMED, None),
        ("rooms.example", NAMED, "rooms.example"),
        ("!Ref Gate", NAMED, None),
        ("!GetAtt Gate.ApiId", NAMED, None),
        ("!Sub 'https://${Gate}.execute-api.eu-west-1.amazonaws.com/dev'", NAMED, None),
        ("https://gate.example.org", NAMED, "https://gate.example.org"),
    ],
)
def test_a_value_is_kept_where_the_files_say_it(value: str, properties: str, kept: str | None, tmp_path: Path) -> None:
    one = deployment(application(tmp_path, UNNAMED.format(value=value, properties=properties)))
    [table] = [each for each in container_variables(one, Inputs(()), 1) if each.name == "TABLE"]

    assert table.value == kept
    assert (table.given is None) == (kept is not None)
    assert not table.secret


@pytest.fixture
def unnamed(tmp_path: Path) -> Path:
    return application(tmp_path, UNNAMED.format(value="!Ref Rooms", properties="{}"))


def of_compose(one: Deployment) -> Any:
    return yaml.safe_load(compose.files(one)["compose.yaml"])["services"]["node-1"]["environment"]["TABLE"]


def test_compose_keeps_it_where_it_has_aws_in_memory_that_knows_it(unnamed: Path) -> None:
    one = deployment(unnamed)
    [table] = [variable.value for variable in one.known if variable.name == "TABLE"]

    assert of_compose(one) == table


def test_compose_asks_for_it_where_it_has_no_such_aws(unnamed: Path) -> None:
    assert of_compose(migrated_deployment(unnamed, scan_application(unnamed))) == "${TABLE:?has to be given}"


def test_kubernetes_takes_it_from_the_secret(unnamed: Path) -> None:
    one = deployment(unnamed)
    manifest = yaml.safe_load(kubernetes.files(one)["deployment.yaml"])
    [container] = manifest["spec"]["template"]["spec"]["containers"]
    [entry] = [each for each in container["env"] if each["name"] == "TABLE"]

    assert entry == {"name": "TABLE", "valueFrom": {"secretKeyRef": {"name": one.name, "key": "TABLE"}}}


def test_the_page_lists_it_among_what_is_to_be_given(unnamed: Path) -> None:
    page = kit_files(deployment(unnamed), [])["README.md"]

    assert "| `TABLE` | it names Rooms, and only the deployment of that knows what it is called |" in page

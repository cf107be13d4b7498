"""A value that a scan made up is asked for, and never deployed."""

from __future__ import annotations

import pytest

from migrator.deploy.aws.inputs import Inputs, container_variables
from tests.migrator.deploy.aws.stacks import told

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
    ],
)
def test_a_value_is_kept_where_the_files_say_it(value: str, properties: str, kept: str | None) -> None:
    one = told(UNNAMED.format(value=value, properties=properties))
    [table] = [each for each in container_variables(one, Inputs(()), 1) if each.name == "TABLE"]

    assert table.value == kept
    assert (table.given is None) == (kept is not None)
    assert not table.secret

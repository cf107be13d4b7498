"""What a local AWS is told to make, beside tables: what it leaves out, or makes up, first."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from migrator.inventory.model import LocalResource
from migrator.scan import scan_application
from migrator.sessions import plan_sessions
from tests.board import board


def made(folder: Path, declared: str) -> list[LocalResource]:
    """Of these resources, in an application that has others too."""
    app = board(folder / "board")
    template = (app / "template.yaml").read_text("utf-8")
    (app / "template.yaml").write_text(template + indent(dedent(declared).strip(), "  ") + "\n", "utf-8")
    inventory = scan_application(app)
    return [one for one in inventory.local_resources if one.id not in {"Jobs", "Alerts"}]


def arguments(folder: Path, declared: str) -> list[dict[str, Any]]:
    return [one.arguments for one in made(folder, declared)]


@pytest.mark.parametrize(
    "declared",
    [
        "Key: {Type: AWS::KMS::Key}",
        "Hook: {Type: AWS::SNS::Subscription, Properties: {Protocol: https, TopicArn: !Ref Alerts, Endpoint: x}}",
        "Run: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, TopicArn: !Ref Alerts, Endpoint: x}}",
    ],
)
def test_what_code_has_no_use_for_is_left_out(declared: str, tmp_path: Path) -> None:
    assert made(tmp_path, declared) == []


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("SecretString: hunter2", '"made-up"'),
        ('SecretString: \'{"user": "root", "password": "hunter2"}\'', '{"user": "made-up", "password": "made-up"}'),
        ("GenerateSecretString: {PasswordLength: 20}", '"made-up"'),
        (
            'GenerateSecretString: {SecretStringTemplate: \'{"user": "root"}\', GenerateStringKey: password}',
            '{"user": "made-up", "password": "made-up"}',
        ),
    ],
)
def test_a_secret_is_made_up_and_never_told_but_keeps_its_keys(properties: str, expected: str, tmp_path: Path) -> None:
    (secret,) = made(tmp_path, f"Key: {{Type: AWS::SecretsManager::Secret, Properties: {{Name: key, {properties}}}}}")
    text = secret.arguments["SecretString"]
    assert (text if text != "made-up" else json.dumps(text)) == expected
    assert "hunter2" not in secret.model_dump_json()
    assert secret.assumed == "The secret key was made up."


def test_what_is_made_up_is_told(tmp_path: Path) -> None:
    declared = "Limit: {Type: AWS::SSM::Parameter, Properties: {Name: /limit, Type: String, Value: !ImportValue Other}}"
    (parameter,) = made(tmp_path, declared)
    assert parameter.arguments == {"Name": "/limit", "Value": "made-up", "Type": "String"}
    told = plan_sessions(scan_application(tmp_path / "board")).assumed
    assert "The value of the SSM parameter /limit is not known, so it is 'made-up'." in told


def test_a_parameter_that_is_called_a_secret_is_not_told(tmp_path: Path) -> None:
    declared = "Key: {Type: AWS::SSM::Parameter, Properties: {Name: /app/api_key, Type: String, Value: hunter2}}"
    (parameter,) = made(tmp_path, declared)
    assert parameter.arguments["Value"] == "made-up"
    assert parameter.assumed == "The value of the SSM parameter /app/api_key is a secret, so it is 'made-up'."


def test_a_queue_comes_after_the_one_that_it_sends_dead_letters_to(tmp_path: Path) -> None:
    declared = """
    Work:
      Type: AWS::SQS::Queue
      Properties:
        VisibilityTimeout: 60
        RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
    Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead.fifo, FifoQueue: true}}
    """
    dead, work = arguments(tmp_path, declared)
    assert dead == {"QueueName": "dead.fifo", "Attributes": {"FifoQueue": "true"}}
    assert work["QueueName"] == "board-Work"
    policy = json.loads(work["Attributes"].pop("RedrivePolicy"))
    assert policy == {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead.fifo", "maxReceiveCount": "3"}
    assert work["Attributes"] == {"VisibilityTimeout": "60"}


def test_a_queue_that_listens_to_a_topic_does(tmp_path: Path) -> None:
    declared = """
    News: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}]}}
    Also:
      Type: AWS::SNS::Subscription
      Properties: {Protocol: sqs, TopicArn: !Ref Alerts, Endpoint: !GetAtt Jobs.Arn, RawMessageDelivery: true}
    """
    topic, first, second = arguments(tmp_path, declared)
    jobs = "arn:aws:sqs:us-east-1:123456789012:board-Jobs"
    assert topic == {"Name": "board-News", "Attributes": {}}
    assert (first["TopicArn"], first["Endpoint"]) == ("arn:aws:sns:us-east-1:123456789012:board-News", jobs)
    assert second["Attributes"] == {"RawMessageDelivery": "true"}


def test_a_bucket_has_the_name_that_code_is_given(tmp_path: Path) -> None:
    (bucket,) = made(tmp_path, "Files: {Type: AWS::S3::Bucket}")
    assert (bucket.service, bucket.operation, bucket.arguments) == ("s3", "create_bucket", {"Bucket": "board-files"})

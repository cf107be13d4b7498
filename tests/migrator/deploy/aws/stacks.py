"""The kits of a small application as what they declare: CloudFormation's resources, and Terraform's after an apply."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from migrator.deploy.aws import cloudformation, terraform
from migrator.deploy.deployment import Deployment
from migrator.scan.yamlfile import load
from tests.migrator.deploy.aws.terraform_provider import served
from tests.migrator.deploy.deployments import CONNECT, PROVIDER, application, deployment

IAM = """
      iam:
        role:
          managedPolicies:
            - arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess
            - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
          statements:
            - Effect: Allow
              Action: [dynamodb:GetItem, dynamodb:Query]
              Resource: [!GetAtt Connections.Arn, !Sub '${Connections.Arn}/index/*']
            - Effect: Allow
              Action: ['execute-api:ManageConnections', 'logs:*']
              Resource: '*'
            - Effect: Deny
              Action: 's3:*'
              Resource: !Sub 'arn:${AWS::Partition}:s3:::a-${AWS::AccountId}-"c/*'
              Condition: {StringNotEquals: {'aws:RequestedRegion': !Ref AWS::Region}}
"""
RESOURCES = """
    resources:
      Resources:
        Connections:
          Type: AWS::DynamoDB::Table
          Properties: {TableName: notes-connections}
"""
SERVERLESS = PROVIDER + IAM + CONNECT + RESOURCES
GIVEN = {
    "image_uri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/notes@sha256:aa",
    "image_repository_arn": "arn:aws:ecr:eu-west-1:123456789012:repository/notes",
    "vpc_id": "vpc-1",
    "public_subnet_ids": ["subnet-1", "subnet-2"],
    "service_subnet_ids": ["subnet-3", "subnet-4"],
    "certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    "greeting": "hello",
    "db_password_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a",
    "connections_arn": "arn:aws:dynamodb:eu-west-1:123456789012:table/notes-connections",
}


def told(serverless: str = SERVERLESS, settings: dict[str, object] | None = None) -> Deployment:
    folder = Path(tempfile.mkdtemp(prefix="kit-"))
    try:
        return deployment(application(folder, dedent(serverless)), settings)
    finally:
        shutil.rmtree(folder)


@cache
def stack() -> Mapping[str, Any]:
    """The template, in the long form of its functions."""
    return template(told())


def template(one: Deployment) -> Mapping[str, Any]:
    loaded = load(cloudformation.files(one)[cloudformation.TEMPLATE], "template")
    assert isinstance(loaded, dict)
    return loaded


def of_type(kind: str) -> dict[str, Any]:
    """Logical id -> properties."""
    found = {name: body for name, body in stack()["Resources"].items() if body["Type"] == kind}
    return {name: body.get("Properties", {}) for name, body in found.items()}


def only(kind: str) -> Any:
    [properties] = of_type(kind).values()
    return properties


class Terraform:
    """A module in a folder of its own, with the providers' schemas and no cloud. `one`: the module's files, or whose
    kit is the module."""

    def __init__(self, folder: Path, one: Deployment | Mapping[str, str]) -> None:
        self.program = shutil.which("terraform") or pytest.skip("terraform is not installed")
        self.folder = folder / "module"
        self.folder.mkdir(parents=True)
        for name, text in (terraform.files(one) if isinstance(one, Deployment) else one).items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        known = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        done = subprocess.run(
            [self.program, *words], cwd=self.folder, env={**known, **(environment or {})}, capture_output=True, text=True,
            check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def applied(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Address -> attributes of all that it makes. Raises AssertionError when it does not hold together."""
        (self.folder / "terraform.tfvars.json").write_text(json.dumps(given), encoding="utf-8")
        with served(self.folder.parent) as environment:
            self.run("init", "-input=false", environment=environment)
            self.run("apply", "-auto-approve", "-input=false", environment=environment)
            shown = json.loads(self.run("show", "-json", environment=environment))
        module = shown["values"]["root_module"]
        return {resource["address"]: resource["values"] for resource in module["resources"]}


@pytest.fixture(scope="session")
def module() -> Any:
    """What the module of `told` makes."""
    folder = Path(tempfile.mkdtemp(prefix="tf-"))
    try:
        yield Terraform(folder, told()).applied(GIVEN)
    finally:
        shutil.rmtree(folder)

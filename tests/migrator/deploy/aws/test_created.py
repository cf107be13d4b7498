"""The template as a stack in AWS in memory: what refers to what, and what is given or left out, comes out as meant.

Moto makes some of what it declares, without most attributes; those are compared elsewhere."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from tests.migrator.deploy.aws.stacks import GIVEN, stack

pytestmark = pytest.mark.slow

REGION: Final = "eu-west-1"
KNOWN: Final = frozenset(
    {
        "AWS::EC2::SecurityGroup", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::ElasticLoadBalancingV2::Listener", "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::ECS::Cluster",
        "AWS::ECS::TaskDefinition", "AWS::ECS::Service", "AWS::Events::Rule",
    }
)  # fmt: skip
"""What moto makes of a template; the others are left out, and what refers to them gets a text."""


def known() -> dict[str, Any]:
    whole = stack()
    kept = {name: body for name, body in whole["Resources"].items() if body["Type"] in KNOWN}
    gone = set(whole["Resources"]) - set(kept)
    outputs = {name: body for name, body in whole["Outputs"].items() if name != "ServiceName"}
    return {
        "Parameters": whole["Parameters"],
        "Conditions": whole["Conditions"],
        "Resources": without(kept, gone),
        "Outputs": without(outputs, gone),
    }


def without(value: Any, gone: set[str]) -> Any:
    if isinstance(value, dict):
        named = value.get("Ref") or value.get("Fn::GetAtt")
        if isinstance(named, str) and named.partition(".")[0] in gone:
            return "left-out"
        if isinstance(value.get("Fn::GetAtt"), str):
            return {"Fn::GetAtt": value["Fn::GetAtt"].split(".", 1)}
        return {key: without(item, gone) for key, item in value.items()}
    return [without(item, gone) for item in value] if isinstance(value, list) else value


@contextmanager
def created() -> Iterator[boto3.Session]:
    with mock_aws():
        session = boto3.Session("a", "b", region_name=REGION)
        ec2 = session.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
                "SubnetId"
            ]
            for n, zone in enumerate("abab")
        ]
        given = {
            "ImageUri": GIVEN["image_uri"],
            "ImageRepositoryArn": GIVEN["image_repository_arn"],
            "VpcId": vpc,
            "PublicSubnetIds": ",".join(subnets[:2]),
            "ServiceSubnetIds": ",".join(subnets[2:]),
            "CertificateArn": session.client("acm").request_certificate(DomainName="a.example")["CertificateArn"],
            "Greeting": GIVEN["greeting"],
            "DbPasswordSecretArn": GIVEN["db_password_secret_arn"],
            "ConnectionsArn": GIVEN["connections_arn"],
        }
        session.client("cloudformation").create_stack(
            StackName="notes",
            TemplateBody=json.dumps(known()),
            Parameters=[{"ParameterKey": name, "ParameterValue": str(value)} for name, value in given.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        yield session


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moto's own, about what it does not know
        with created() as made:
            yield made


def physical(session: boto3.Session, logical_id: str) -> str:
    resources = session.client("cloudformation").describe_stack_resources(StackName="notes")["StackResources"]
    return next(each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == logical_id)


def test_the_stack_is_complete(session: boto3.Session) -> None:
    [made] = session.client("cloudformation").describe_stacks(StackName="notes")["Stacks"]

    assert made["StackStatus"] == "CREATE_COMPLETE"


def test_the_load_balancer_is_in_two_zones_and_listens_for_https(session: boto3.Session) -> None:
    client = session.client("elbv2")
    [balancer] = client.describe_load_balancers()["LoadBalancers"]
    [listener] = client.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]

    assert len({zone["ZoneName"] for zone in balancer["AvailabilityZones"]}) == 2
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")


def test_the_targets_are_asked_whether_they_answer(session: boto3.Session) -> None:
    client = session.client("elbv2")
    [group] = client.describe_target_groups()["TargetGroups"]

    assert (group["HealthCheckPath"], group["TargetType"], group["Port"]) == ("/healthz", "ip", 8000)


def test_the_tasks_get_values_and_those_secrets_that_are_given(session: boto3.Session) -> None:
    client = session.client("ecs")
    definition = client.describe_task_definition(taskDefinition=physical(session, "TaskDefinition"))["taskDefinition"]
    [container] = definition["containerDefinitions"]

    assert (container["stopTimeout"], container["readonlyRootFilesystem"]) == (75, True)
    assert {"name": "GREETING", "value": "hello"} in container["environment"]
    named = [secret["name"] for secret in container["secrets"] if secret]  # moto keeps places of what is left out
    assert named == ["SHIM_REDIS__URL", "DB_PASSWORD"]


def test_the_role_of_the_tasks_allows_what_the_functions_may_do(session: boto3.Session) -> None:
    client = session.client("iam")
    name = physical(session, "TaskRole")
    document: Any = client.get_role_policy(RoleName=name, PolicyName="application")["PolicyDocument"]
    document = ast.literal_eval(document) if isinstance(document, str) else document  # moto keeps what Python prints

    assert document["Statement"][0] == {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": [GIVEN["connections_arn"], f"{GIVEN['connections_arn']}/index/*"],
    }
    assert document["Statement"][1]["Resource"] == ['arn:aws:s3:::a-123456789012-"c/*']


def test_only_the_load_balancer_reaches_the_tasks(session: boto3.Session) -> None:
    client = session.client("ec2")
    [group] = client.describe_security_groups(GroupIds=[physical(session, "TaskSecurityGroup")])["SecurityGroups"]
    [rule] = group["IpPermissions"]

    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (8000, 8000, [])
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [physical(session, "LoadBalancerSecurityGroup")]

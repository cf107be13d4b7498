"""The least policy that lets the survey read."""

from __future__ import annotations

import json
import re

import boto3
import pytest

from checklists.aws.collect import CLOSER_LOOKS, COLLECTORS
from checklists.aws.permissions import OPERATIONS, iam_policy, permission

READS = re.compile(r"(apigateway:GET|[a-z0-9-]+:(Get|List|Describe)\w+)")


def statements(**of):
    return iam_policy(**of)["Statement"]


def test_nothing_but_reading_is_allowed_and_no_action_has_a_wildcard():
    actions = [action for one in statements() for action in one["Action"]]
    assert actions
    assert all(READS.fullmatch(action) for action in actions)


def test_no_value_of_a_secret_or_of_an_item_may_be_read():
    actions = {action for one in statements() for action in one["Action"]}
    assert not actions & {"secretsmanager:GetSecretValue", "dynamodb:GetItem", "dynamodb:Scan", "logs:GetLogEvents"}


def test_every_statement_is_named_once_in_letters_and_digits():
    names = [one["Sid"] for one in statements()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in names)


def test_every_operation_of_the_table_is_one_of_boto3():
    session = boto3.Session(region_name="eu-west-1")
    loader = session._session.get_component("data_loader")
    for operation in OPERATIONS:
        service, _, name = operation.partition(":")
        assert name in loader.load_service_model(service, "service-2")["operations"], operation


def test_every_collector_is_allowed_all_that_it_calls():
    allowed = {action for one in statements() for action in one["Action"]}
    for one in (*COLLECTORS, *CLOSER_LOOKS):
        assert {permission(operation) for operation in one.operations} <= allowed


def test_api_gateway_is_read_by_paths():
    (apis,) = [one for one in statements(services=["apigatewayv2"]) if one["Action"] == ["apigateway:GET"]]
    assert apis["Resource"] == [
        "arn:aws:apigateway:*::/apis",
        "arn:aws:apigateway:*::/apis/*",
        "arn:aws:apigateway:*::/domainnames",
        "arn:aws:apigateway:*::/domainnames/*",
    ]


@pytest.mark.parametrize(
    "action",
    [
        "logs:DescribeLogGroups",
        "events:ListRules",
        "cloudwatch:DescribeAlarms",
        "cloudformation:DescribeStacks",
        "cloudformation:ListStacks",
        "tag:GetResources",
    ],
)
def test_what_can_only_be_asked_for_all_is_allowed_on_all(action):
    (resource,) = [one["Resource"] for one in statements() if action in one["Action"]]
    assert resource == "*"


def test_a_narrower_survey_needs_less():
    actions = {action for one in statements(services=["lambda"]) for action in one["Action"]}
    assert "lambda:GetPolicy" in actions
    assert not any(action.startswith(("dynamodb:", "s3:", "iam:Get")) for action in actions)


def test_it_can_be_for_one_account_and_region_of_another_partition():
    text = json.dumps(iam_policy(partition="aws-cn", account="111122223333", region="cn-north-1"))
    assert "arn:aws:" not in text
    assert "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/*" in text


def test_it_fits_into_one_policy():
    """6,144 characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    assert len(json.dumps(iam_policy(), separators=(",", ":"))) <= 6_144


def test_it_is_the_same_each_time():
    assert json.dumps(iam_policy()) == json.dumps(iam_policy())


@pytest.mark.parametrize("operation", ["sts:GetCallerIdentity", "lambda:DeleteFunction"])
def test_what_needs_no_permission_or_is_never_called_names_none(operation):
    assert permission(operation) == ""

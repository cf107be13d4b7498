"""Whatever fails, nothing that is there is known not to be, and nothing that is kept says otherwise than it is."""

from __future__ import annotations

from functools import cache

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.aws import types
from checklists.aws.estate import Estate
from checklists.aws.permissions import OPERATIONS
from tests.checklists.aws.answers import Refusal
from tests.checklists.aws.stand import account, look

LISTED_BY = {
    types.API: "apigatewayv2:GetApis",
    types.ROUTE: "apigatewayv2:GetRoutes",
    types.INTEGRATION: "apigatewayv2:GetIntegrations",
    types.AUTHORIZER: "apigatewayv2:GetAuthorizers",
    types.STAGE: "apigatewayv2:GetStages",
    types.MODEL: "apigatewayv2:GetModels",
    types.DEPLOYMENT: "apigatewayv2:GetDeployments",
    types.DOMAIN: "apigatewayv2:GetDomainNames",
    types.MAPPING: "apigatewayv2:GetApiMappings",
    types.REST_API: "apigateway:GetRestApis",
    types.FUNCTION: "lambda:ListFunctions",
    types.FUNCTION_ALIAS: "lambda:ListAliases",
    types.FUNCTION_URL: "lambda:ListFunctionUrlConfigs",
    types.EVENT_SOURCE: "lambda:ListEventSourceMappings",
    types.TABLE: "dynamodb:ListTables",
    types.LOG_GROUP: "logs:DescribeLogGroups",
    types.ALARM: "cloudwatch:DescribeAlarms",
    types.COMPOSITE_ALARM: "cloudwatch:DescribeAlarms",
    types.DASHBOARD: "cloudwatch:ListDashboards",
    types.ROLE: "iam:GetAccountAuthorizationDetails",
    types.USER: "iam:GetAccountAuthorizationDetails",
    types.GROUP: "iam:GetAccountAuthorizationDetails",
    types.POLICY: "iam:GetAccountAuthorizationDetails",
    types.WEB_ACL: "wafv2:ListWebACLs",
    types.RECORD: "route53:ListResourceRecordSets",
    types.CERTIFICATE: "acm:ListCertificates",
    types.DISTRIBUTION: "cloudfront:ListDistributions",
    types.RULE: "events:ListRules",
    types.SCHEDULE: "scheduler:ListSchedules",
    types.QUEUE: "sqs:ListQueues",
    types.TOPIC: "sns:ListTopics",
    types.STATE_MACHINE: "stepfunctions:ListStateMachines",
    types.PARAMETER: "ssm:DescribeParameters",
    types.STACK: "cloudformation:DescribeStacks",
}

ERRORS = st.sampled_from(
    [
        Refusal("AccessDeniedException", status=403),
        Refusal("ThrottlingException"),
        Refusal("InternalFailure", status=500),
        Refusal("ValidationException"),
        Refusal("UnknownOperationException"),
        ConnectTimeoutError(endpoint_url="https://aws.test"),
    ]
)
FAULTS = st.dictionaries(st.sampled_from(sorted(OPERATIONS.keys() - {"sts:GetCallerIdentity"})), ERRORS, max_size=12)


@cache
def whole() -> Estate:
    return look(account())


@settings(max_examples=10, deadline=None)
@given(FAULTS)
def test_nothing_that_is_there_is_known_not_to_be(faults):
    seen = look(account() | faults)
    assert {one.arn for one in seen.things} <= {one.arn for one in whole().things}
    for thing in whole().things:
        if seen.thing(thing.arn) is None:
            assert not seen.known(frozenset({LISTED_BY[thing.type]}), thing.account, thing.region), thing
    for operation in faults:
        assert {gap.operation for gap in seen.gaps} >= {operation}


@pytest.mark.parametrize("operation", sorted(OPERATIONS.keys() - {"sts:GetCallerIdentity"}))
def test_what_is_kept_of_a_thing_is_as_it_is_whichever_operation_fails(operation):
    as_it_is(look(account() | {operation: Refusal("AccessDeniedException", status=403)}))


@settings(max_examples=10, deadline=None)
@given(FAULTS)
def test_what_is_kept_of_a_thing_is_as_it_is(faults):
    as_it_is(look(account() | faults))


def as_it_is(seen: Estate) -> None:
    """Only what is put together of several answers may be less: what a text names, a stack's resources, its importers."""
    for thing in seen.things:
        truth = whole().thing(thing.arn)
        assert truth is not None
        for key, value in thing.properties.items():
            if key not in {"Mentions", "Resources", "ImportedBy"}:
                assert value == truth.properties[key], (thing.arn, key)


def test_every_type_has_what_lists_it():
    assert {one.type for one in whole().things} == set(LISTED_BY)

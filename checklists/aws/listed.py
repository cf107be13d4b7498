"""Which operations list what there is of a type."""

from __future__ import annotations

from typing import Final

from checklists.aws import types

LISTED_BY: Final[dict[str, tuple[str, ...]]] = {
    types.API: ("apigatewayv2:GetApis",),
    types.DOMAIN: ("apigatewayv2:GetDomainNames",),
    types.MAPPING: ("apigatewayv2:GetDomainNames", "apigatewayv2:GetApiMappings"),
    types.REST_API: ("apigateway:GetRestApis",),
    types.FUNCTION: ("lambda:ListFunctions",),
    types.EVENT_SOURCE: ("lambda:ListEventSourceMappings",),
    types.TABLE: ("dynamodb:ListTables",),
    types.LOG_GROUP: ("logs:DescribeLogGroups",),
    types.ALARM: ("cloudwatch:DescribeAlarms",),
    types.COMPOSITE_ALARM: ("cloudwatch:DescribeAlarms",),
    types.DASHBOARD: ("cloudwatch:ListDashboards",),
    types.ROLE: ("iam:GetAccountAuthorizationDetails",),
    types.USER: ("iam:GetAccountAuthorizationDetails",),
    types.GROUP: ("iam:GetAccountAuthorizationDetails",),
    types.POLICY: ("iam:GetAccountAuthorizationDetails",),
    types.WEB_ACL: ("wafv2:ListWebACLs",),
    types.RECORD: ("route53:ListHostedZones", "route53:ListResourceRecordSets"),
    types.CERTIFICATE: ("acm:ListCertificates",),
    types.DISTRIBUTION: ("cloudfront:ListDistributions",),
    types.RULE: ("events:ListEventBuses", "events:ListRules"),
    types.SCHEDULE: ("scheduler:ListSchedules",),
    types.QUEUE: ("sqs:ListQueues",),
    types.TOPIC: ("sns:ListTopics",),
    types.STATE_MACHINE: ("stepfunctions:ListStateMachines",),
    types.PARAMETER: ("ssm:DescribeParameters",),
    types.STACK: ("cloudformation:DescribeStacks",),
}
"""Type of a thing -> the operations whose whole answers show that one is not there."""

"""Which IAM actions the survey needs, and on what: the least policy that lets it read.

Actions and resource types are those of the Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
An action without a resource type there can only be allowed on `*`. Two more are allowed on `*`, because all of an
account is asked for: composite alarms are not shown to a narrower permission
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html), and stacks without a name
need ListStacks too (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

_EVERYTHING: Final = ("*",)
_GATEWAY: Final = "arn:{partition}:apigateway:{region}::"
_APIS: Final = tuple(f"{_GATEWAY}/{path}" for path in ("apis", "apis/*", "domainnames", "domainnames/*"))
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-using-iam-policies-to-invoke-api.html"""
_REST_APIS: Final = (f"{_GATEWAY}/restapis", f"{_GATEWAY}/restapis/*")
_FUNCTIONS: Final = ("arn:{partition}:lambda:{region}:{account}:function:*",)
_TABLES: Final = ("arn:{partition}:dynamodb:{region}:{account}:table/*",)
_LOG_GROUPS: Final = ("arn:{partition}:logs:{region}:{account}:log-group:*",)
_DASHBOARDS: Final = ("arn:{partition}:cloudwatch::{account}:dashboard/*",)
_ZONES: Final = ("arn:{partition}:route53:::hostedzone/*",)
_CERTIFICATES: Final = ("arn:{partition}:acm:{region}:{account}:certificate/*",)
_RULES: Final = ("arn:{partition}:events:{region}:{account}:rule/*",)
_SCHEDULES: Final = ("arn:{partition}:scheduler:{region}:{account}:schedule/*",)
_QUEUES: Final = ("arn:{partition}:sqs:{region}:{account}:*",)
_STATE_MACHINES: Final = ("arn:{partition}:states:{region}:{account}:stateMachine:*",)
_PARAMETERS: Final = ("arn:{partition}:ssm:{region}:{account}:parameter/*",)
_STACKS: Final = ("arn:{partition}:cloudformation:{region}:{account}:stack/*",)

OPERATIONS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "sts:GetCallerIdentity": ((), ()),
    "iam:ListAccountAliases": (("iam:ListAccountAliases",), _EVERYTHING),
    "apigatewayv2:GetApis": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetRoutes": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetIntegrations": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetAuthorizers": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetStages": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetModels": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetDeployments": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetDomainNames": (("apigateway:GET",), _APIS),
    "apigatewayv2:GetApiMappings": (("apigateway:GET",), _APIS),
    "apigateway:GetRestApis": (("apigateway:GET",), _REST_APIS),
    "apigateway:GetResources": (("apigateway:GET",), _REST_APIS),
    "apigateway:GetAuthorizers": (("apigateway:GET",), _REST_APIS),
    "lambda:ListFunctions": (("lambda:ListFunctions",), _EVERYTHING),
    "lambda:ListEventSourceMappings": (("lambda:ListEventSourceMappings",), _EVERYTHING),
    "lambda:GetPolicy": (("lambda:GetPolicy",), _FUNCTIONS),
    "lambda:GetFunctionConcurrency": (("lambda:GetFunctionConcurrency",), _FUNCTIONS),
    "lambda:ListAliases": (("lambda:ListAliases",), _FUNCTIONS),
    "lambda:ListProvisionedConcurrencyConfigs": (("lambda:ListProvisionedConcurrencyConfigs",), _FUNCTIONS),
    "lambda:ListFunctionUrlConfigs": (("lambda:ListFunctionUrlConfigs",), _FUNCTIONS),
    "dynamodb:ListTables": (("dynamodb:ListTables",), _EVERYTHING),
    "dynamodb:DescribeTable": (("dynamodb:DescribeTable",), _TABLES),
    "dynamodb:DescribeTimeToLive": (("dynamodb:DescribeTimeToLive",), _TABLES),
    "dynamodb:DescribeContinuousBackups": (("dynamodb:DescribeContinuousBackups",), _TABLES),
    "dynamodb:ListBackups": (("dynamodb:ListBackups",), _EVERYTHING),
    "logs:DescribeLogGroups": (("logs:DescribeLogGroups",), _EVERYTHING),
    "logs:DescribeMetricFilters": (("logs:DescribeMetricFilters",), _LOG_GROUPS),
    "logs:DescribeSubscriptionFilters": (("logs:DescribeSubscriptionFilters",), _LOG_GROUPS),
    "logs:DescribeLogStreams": (("logs:DescribeLogStreams",), _LOG_GROUPS),
    "cloudwatch:DescribeAlarms": (("cloudwatch:DescribeAlarms",), _EVERYTHING),
    "cloudwatch:ListDashboards": (("cloudwatch:ListDashboards",), _EVERYTHING),
    "cloudwatch:GetDashboard": (("cloudwatch:GetDashboard",), _DASHBOARDS),
    "cloudwatch:GetMetricData": (("cloudwatch:GetMetricData",), _EVERYTHING),
    "iam:GetAccountAuthorizationDetails": (("iam:GetAccountAuthorizationDetails",), _EVERYTHING),
    "wafv2:ListWebACLs": (("wafv2:ListWebACLs",), _EVERYTHING),
    "route53:ListHostedZones": (("route53:ListHostedZones",), _EVERYTHING),
    "route53:ListResourceRecordSets": (("route53:ListResourceRecordSets",), _ZONES),
    "acm:ListCertificates": (("acm:ListCertificates",), _EVERYTHING),
    "acm:DescribeCertificate": (("acm:DescribeCertificate",), _CERTIFICATES),
    "cloudfront:ListDistributions": (("cloudfront:ListDistributions",), _EVERYTHING),
    "events:ListEventBuses": (("events:ListEventBuses",), _EVERYTHING),
    "events:ListRules": (("events:ListRules",), _EVERYTHING),
    "events:ListTargetsByRule": (("events:ListTargetsByRule",), _RULES),
    "scheduler:ListSchedules": (("scheduler:ListSchedules",), _EVERYTHING),
    "sqs:ListQueues": (("sqs:ListQueues",), _EVERYTHING),
    "sqs:GetQueueAttributes": (("sqs:GetQueueAttributes",), _QUEUES),
    "sns:ListTopics": (("sns:ListTopics",), _EVERYTHING),
    "sns:ListSubscriptions": (("sns:ListSubscriptions",), _EVERYTHING),
    "stepfunctions:ListStateMachines": (("states:ListStateMachines",), _EVERYTHING),
    "stepfunctions:DescribeStateMachine": (("states:DescribeStateMachine",), _STATE_MACHINES),
    "ssm:DescribeParameters": (("ssm:DescribeParameters",), _EVERYTHING),
    "ssm:GetParameters": (("ssm:GetParameters",), _PARAMETERS),
    "cloudformation:DescribeStacks": (("cloudformation:DescribeStacks", "cloudformation:ListStacks"), _EVERYTHING),
    "cloudformation:ListStackResources": (("cloudformation:ListStackResources",), _STACKS),
    "cloudformation:GetTemplate": (("cloudformation:GetTemplate",), _STACKS),
    "cloudformation:GetTemplateSummary": (("cloudformation:GetTemplateSummary",), _STACKS),
    "cloudformation:ListImports": (("cloudformation:ListImports",), _EVERYTHING),
    "resourcegroupstaggingapi:GetResources": (("tag:GetResources",), _EVERYTHING),
}
"""Of every operation that the survey calls, as boto3 names service and operation: IAM actions, and patterns of the
ARNs of what they are done to."""


def permission(operation: str) -> str:
    """The IAM action that allows an operation; '' when none is needed or the survey does not call it."""
    actions, _ = OPERATIONS.get(operation, ((), ()))
    return actions[0] if actions else ""


def iam_policy(
    services: Iterable[str] | None = None,
    *,
    partition: str = "aws",
    account: str = "*",
    region: str = "*",
    billed: bool = False,
) -> dict[str, object]:
    """The least IAM policy with which a survey of `services` (boto3's names; None: all that it knows) leaves no gap.

    Every statement names its actions; statements are for one service and one kind of resource, in a fixed order.
    billed: also what it takes to ask Cost Explorer, which knows no narrower resource."""
    wanted = None if services is None else {*services, "sts", "cloudwatch"}
    grouped: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    if billed:
        grouped["ce", _EVERYTHING].add("ce:GetCostAndUsage")
    for operation, (actions, patterns) in OPERATIONS.items():
        service = operation.partition(":")[0]
        if actions and (wanted is None or service in wanted or operation == "iam:ListAccountAliases"):
            arns = tuple(one.format(partition=partition, account=account, region=region) for one in patterns)
            grouped[service, arns].update(actions)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"Read{service.title()}{'' if arns == _EVERYTHING else 'Things'}{number}",
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": list(arns) if len(arns) > 1 else arns[0],
            }
            for number, ((service, arns), actions) in enumerate(sorted(grouped.items()), start=1)
        ],
    }

"""All operations that change anything in AWS and that a teardown may call. There is no other way to it.

Actions as the service authorization reference spells them:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from checklists.teardown.errors import CallNotAllowed
from checklists.teardown.model import Call

Effect = Literal["delete", "change", "restore", "keep"]
"""delete: counted against the deletions of a run. restore: made by undo. keep: a copy."""


@dataclass(frozen=True, slots=True)
class Operation:
    """actions: IAM actions that it needs."""

    effect: Effect
    actions: tuple[str, ...]


def _gateway(*methods: str) -> tuple[str, ...]:
    """API Gateway's actions are HTTP methods on paths:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples-for-apigateway-v2.html
    """
    return tuple(f"apigateway:{method}" for method in methods)


OPERATIONS: Final[dict[str, Operation]] = {
    "apigatewayv2.update_stage": Operation("change", _gateway("PATCH")),
    "apigatewayv2.update_api": Operation("change", _gateway("PATCH")),
    "apigatewayv2.create_deployment": Operation("change", _gateway("POST")),
    "apigatewayv2.create_api_mapping": Operation("restore", _gateway("POST")),
    "apigatewayv2.delete_api_mapping": Operation("delete", _gateway("DELETE")),
    "apigatewayv2.delete_stage": Operation("delete", _gateway("DELETE")),
    "apigatewayv2.delete_api": Operation("delete", _gateway("DELETE")),
    "apigatewayv2.delete_domain_name": Operation("delete", _gateway("DELETE")),
    "lambda.put_function_concurrency": Operation("change", ("lambda:PutFunctionConcurrency",)),
    "lambda.delete_function_concurrency": Operation("change", ("lambda:DeleteFunctionConcurrency",)),
    "lambda.remove_permission": Operation("delete", ("lambda:RemovePermission",)),
    "lambda.add_permission": Operation("restore", ("lambda:AddPermission",)),
    "lambda.update_event_source_mapping": Operation("change", ("lambda:UpdateEventSourceMapping",)),
    "lambda.delete_event_source_mapping": Operation("delete", ("lambda:DeleteEventSourceMapping",)),
    "lambda.delete_function": Operation("delete", ("lambda:DeleteFunction",)),
    "logs.put_retention_policy": Operation("change", ("logs:PutRetentionPolicy",)),
    "logs.delete_retention_policy": Operation("restore", ("logs:DeleteRetentionPolicy",)),
    "logs.delete_log_group": Operation("delete", ("logs:DeleteLogGroup",)),
    "dynamodb.create_backup": Operation("keep", ("dynamodb:CreateBackup",)),
    "dynamodb.update_table": Operation("change", ("dynamodb:UpdateTable",)),
    "dynamodb.delete_table": Operation("delete", ("dynamodb:DeleteTable",)),
    "cloudwatch.disable_alarm_actions": Operation("change", ("cloudwatch:DisableAlarmActions",)),
    "cloudwatch.enable_alarm_actions": Operation("restore", ("cloudwatch:EnableAlarmActions",)),
    "cloudwatch.put_metric_alarm": Operation("change", ("cloudwatch:PutMetricAlarm",)),
    "cloudwatch.put_composite_alarm": Operation("change", ("cloudwatch:PutCompositeAlarm",)),
    "cloudwatch.delete_alarms": Operation("delete", ("cloudwatch:DeleteAlarms",)),
    "cloudwatch.put_dashboard": Operation("change", ("cloudwatch:PutDashboard",)),
    "cloudwatch.delete_dashboards": Operation("delete", ("cloudwatch:DeleteDashboards",)),
    "iam.put_role_policy": Operation("change", ("iam:PutRolePolicy",)),
    "iam.delete_role_policy": Operation("delete", ("iam:DeleteRolePolicy",)),
    "iam.put_user_policy": Operation("change", ("iam:PutUserPolicy",)),
    "iam.delete_user_policy": Operation("delete", ("iam:DeleteUserPolicy",)),
    "iam.put_group_policy": Operation("change", ("iam:PutGroupPolicy",)),
    "iam.delete_group_policy": Operation("delete", ("iam:DeleteGroupPolicy",)),
    "iam.create_policy_version": Operation("change", ("iam:CreatePolicyVersion",)),
    "iam.set_default_policy_version": Operation("restore", ("iam:SetDefaultPolicyVersion",)),
    "iam.delete_policy_version": Operation("delete", ("iam:DeletePolicyVersion",)),
    "iam.detach_role_policy": Operation("change", ("iam:DetachRolePolicy",)),
    "iam.delete_policy": Operation("delete", ("iam:DeletePolicy",)),
    "iam.delete_role": Operation("delete", ("iam:DeleteRole",)),
    "route53.change_resource_record_sets": Operation("change", ("route53:ChangeResourceRecordSets",)),
    "acm.delete_certificate": Operation("delete", ("acm:DeleteCertificate",)),
    "cloudformation.delete_stack": Operation("delete", ("cloudformation:DeleteStack",)),
}


def operation_of(call: Call) -> Operation:
    """Raises CallNotAllowed."""
    try:
        return OPERATIONS[call.name]
    except KeyError:
        raise CallNotAllowed(call.name) from None


def is_allowed(operation: str) -> bool:
    """Of a name such as 'cloudwatch.put_dashboard'."""
    return operation in OPERATIONS

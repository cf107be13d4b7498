"""Types of Terraform's AWS provider under CloudFormation's names, and what their attributes are called there.
https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "aws_apigatewayv2_api": "AWS::ApiGatewayV2::Api",
    "aws_apigatewayv2_api_mapping": "AWS::ApiGatewayV2::ApiMapping",
    "aws_apigatewayv2_authorizer": "AWS::ApiGatewayV2::Authorizer",
    "aws_apigatewayv2_deployment": "AWS::ApiGatewayV2::Deployment",
    "aws_apigatewayv2_domain_name": "AWS::ApiGatewayV2::DomainName",
    "aws_apigatewayv2_integration": "AWS::ApiGatewayV2::Integration",
    "aws_apigatewayv2_integration_response": "AWS::ApiGatewayV2::IntegrationResponse",
    "aws_apigatewayv2_model": "AWS::ApiGatewayV2::Model",
    "aws_apigatewayv2_route": "AWS::ApiGatewayV2::Route",
    "aws_apigatewayv2_route_response": "AWS::ApiGatewayV2::RouteResponse",
    "aws_apigatewayv2_stage": "AWS::ApiGatewayV2::Stage",
    "aws_apigatewayv2_vpc_link": "AWS::ApiGatewayV2::VpcLink",
    "aws_acm_certificate": "AWS::CertificateManager::Certificate",
    "aws_appautoscaling_policy": "AWS::ApplicationAutoScaling::ScalingPolicy",
    "aws_appautoscaling_target": "AWS::ApplicationAutoScaling::ScalableTarget",
    "aws_cloudwatch_composite_alarm": "AWS::CloudWatch::CompositeAlarm",
    "aws_cloudwatch_dashboard": "AWS::CloudWatch::Dashboard",
    "aws_cloudwatch_event_bus": "AWS::Events::EventBus",
    "aws_cloudwatch_event_rule": "AWS::Events::Rule",
    "aws_cloudwatch_log_group": "AWS::Logs::LogGroup",
    "aws_cloudwatch_log_metric_filter": "AWS::Logs::MetricFilter",
    "aws_cloudwatch_log_subscription_filter": "AWS::Logs::SubscriptionFilter",
    "aws_cloudwatch_metric_alarm": "AWS::CloudWatch::Alarm",
    "aws_dynamodb_table": "AWS::DynamoDB::Table",
    "aws_iam_policy": "AWS::IAM::ManagedPolicy",
    "aws_iam_role": "AWS::IAM::Role",
    "aws_iam_role_policy": "AWS::IAM::Policy",
    "aws_iam_role_policy_attachment": "AWS::IAM::Policy",
    "aws_kinesis_stream": "AWS::Kinesis::Stream",
    "aws_lambda_alias": "AWS::Lambda::Alias",
    "aws_lambda_event_source_mapping": "AWS::Lambda::EventSourceMapping",
    "aws_lambda_function": "AWS::Lambda::Function",
    "aws_lambda_function_event_invoke_config": "AWS::Lambda::EventInvokeConfig",
    "aws_lambda_layer_version": "AWS::Lambda::LayerVersion",
    "aws_lambda_permission": "AWS::Lambda::Permission",
    "aws_route53_record": "AWS::Route53::RecordSet",
    "aws_s3_bucket": "AWS::S3::Bucket",
    "aws_scheduler_schedule": "AWS::Scheduler::Schedule",
    "aws_secretsmanager_secret": "AWS::SecretsManager::Secret",
    "aws_sfn_state_machine": "AWS::StepFunctions::StateMachine",
    "aws_sns_topic": "AWS::SNS::Topic",
    "aws_sns_topic_subscription": "AWS::SNS::Subscription",
    "aws_sqs_queue": "AWS::SQS::Queue",
    "aws_ssm_parameter": "AWS::SSM::Parameter",
    "aws_wafv2_web_acl": "AWS::WAFv2::WebACL",
    "aws_wafv2_web_acl_association": "AWS::WAFv2::WebACLAssociation",
}
"""A type that is not listed keeps its own name."""

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_apigatewayv2_authorizer": {"identity_sources": "IdentitySource"},
    "aws_apigatewayv2_integration": {"timeout_milliseconds": "TimeoutInMillis"},
    "aws_apigatewayv2_stage": {"name": "StageName"},
    "aws_cloudwatch_log_group": {"name": "LogGroupName"},
    "aws_dynamodb_table": {"name": "TableName"},
    "aws_iam_role": {"name": "RoleName", "assume_role_policy": "AssumeRolePolicyDocument"},
    "aws_iam_role_policy": {"policy": "PolicyDocument"},
    "aws_iam_policy": {"policy": "PolicyDocument"},
    "aws_s3_bucket": {"bucket": "BucketName"},
    "aws_sfn_state_machine": {"name": "StateMachineName"},
    "aws_sns_topic": {"name": "TopicName"},
    "aws_sqs_queue": {"name": "QueueName"},
}
"""Properties whose names are not the attribute's in capitals."""

POLICIES: Final = frozenset({"policy", "assume_role_policy", "definition", "dashboard_body", "schema"})
"""Attributes that hold JSON as text."""

NAMES: Final = frozenset({"id", "name", "function_name", "bucket", "key_name", "alarm_name", "dashboard_name"})
"""Attributes by which a resource is referred to."""

_DATA: Final[Mapping[str, frozenset[str]]] = {
    "aws_caller_identity": frozenset({"account_id", "id"}),
    "aws_region": frozenset({"name", "id", "region"}),
    "aws_partition": frozenset({"partition", "id", "dns_suffix"}),
    "aws_iam_policy_document": frozenset({"json", "minified_json"}),
    "archive_file": frozenset({"output_path", "output_base64sha256", "output_sha", "output_md5", "id", "output_size"}),
}
_COMPUTED: Final = frozenset({"arn", "invoke_arn", "id", "qualified_arn", "api_endpoint", "execution_arn"})


def is_known_data(kind: str, attribute: str) -> bool:
    """Whether an attribute of a data source has a value on one machine too."""
    return attribute in _DATA.get(kind, ()) or (kind in KINDS and attribute in _COMPUTED)

"""Which CloudFormation resource a construct becomes."""

from __future__ import annotations

from typing import Final

from migrator.scan.cdk.values import Made, as_string

SERVICES: Final = {
    "aws_apigateway": "ApiGateway", "aws_apigatewayv2": "ApiGatewayV2", "aws_applicationautoscaling":
    "ApplicationAutoScaling", "aws_certificatemanager": "CertificateManager", "aws_cloudfront": "CloudFront",
    "aws_cloudwatch": "CloudWatch", "aws_cognito": "Cognito", "aws_dynamodb": "DynamoDB", "aws_ec2": "EC2",
    "aws_ecr": "ECR", "aws_ecs": "ECS", "aws_elasticache": "ElastiCache", "aws_elasticloadbalancingv2":
    "ElasticLoadBalancingV2", "aws_events": "Events", "aws_iam": "IAM", "aws_kinesis": "Kinesis", "aws_kms": "KMS",
    "aws_lambda": "Lambda", "aws_logs": "Logs", "aws_rds": "RDS", "aws_route53": "Route53", "aws_s3": "S3",
    "aws_scheduler": "Scheduler", "aws_secretsmanager": "SecretsManager", "aws_sns": "SNS", "aws_sqs": "SQS",
    "aws_ssm": "SSM", "aws_stepfunctions": "StepFunctions", "aws_wafv2": "WAFv2", "aws_opensearchservice":
    "OpenSearchService", "aws_cloudformation": "CloudFormation", "aws_pipes": "Pipes",
}  # fmt: skip
_OTHER_NAMES: Final = {
    "TableV2": "AWS::DynamoDB::Table", "WebSocketApi": "AWS::ApiGatewayV2::Api", "HttpApi": "AWS::ApiGatewayV2::Api",
    "WebSocketStage": "AWS::ApiGatewayV2::Stage", "HttpStage": "AWS::ApiGatewayV2::Stage",
    "WebSocketRoute": "AWS::ApiGatewayV2::Route", "HttpRoute": "AWS::ApiGatewayV2::Route",
    "WebSocketIntegration": "AWS::ApiGatewayV2::Integration", "HttpIntegration": "AWS::ApiGatewayV2::Integration",
    "WebSocketAuthorizer": "AWS::ApiGatewayV2::Authorizer", "HttpAuthorizer": "AWS::ApiGatewayV2::Authorizer",
    "StringParameter": "AWS::SSM::Parameter", "StringListParameter": "AWS::SSM::Parameter",
    "ARecord": "AWS::Route53::RecordSet", "AaaaRecord": "AWS::Route53::RecordSet",
    "CnameRecord": "AWS::Route53::RecordSet", "RecordSet": "AWS::Route53::RecordSet",
    "PythonLayerVersion": "AWS::Lambda::LayerVersion",
}  # fmt: skip
_SCOPES: Final = frozenset(
    {"core.App", "core.Stack", "core.NestedStack", "core.Stage", "constructs.Construct", "core.Construct"}
)
_STATES: Final = frozenset(
    {"Pass", "Choice", "Parallel", "Map", "Wait", "Fail", "Succeed", "DistributedMap", "CustomState"}
)
_NOT_FUNCTIONS: Final = frozenset({"CfnFunction", "EdgeFunction"})


def is_function(made: Made) -> bool:
    """Whether a construct is a Lambda function: the library's own, or one of a construct library for a language."""
    if made.id is None or made.short in _NOT_FUNCTIONS or not made.short.endswith("Function"):
        return False
    return made.name.startswith("aws_lambda") or not made.name.startswith(("aws_", "core."))


def is_socket_api(made: Made) -> bool:
    return made.id is not None and (made.short == "WebSocketApi" or made.properties.get("protocolType") == "WEBSOCKET")


def resource_type(made: Made) -> str | None:  # noqa: PLR0911 - one line a kind of construct
    """'AWS::DynamoDB::Table', or the name of a construct that becomes several resources; None when it becomes none."""
    if made.id is None or made.name in _SCOPES:
        return None
    module, _, short = made.name.rpartition(".")
    if is_function(made):
        return "AWS::Lambda::Function"
    if short == "CfnResource":
        return as_string(made.properties.get("type"))
    if made.name == "core.CfnOutput":
        return "Output"
    if module == "aws_stepfunctions_tasks" or (module == "aws_stepfunctions" and short in _STATES):
        return None
    if short in _OTHER_NAMES and (module in SERVICES or module == "aws_lambda_python"):
        return _OTHER_NAMES[short]
    if module in SERVICES:
        return f"AWS::{SERVICES[module]}::{short.removeprefix('Cfn')}"
    if made.properties.get("protocolType") == "WEBSOCKET":
        # A construct library's own API.
        return "AWS::ApiGatewayV2::Api"
    return f"aws-cdk-lib.{made.name}" if module.startswith(("aws_", "core")) else made.name

"""How CloudFormation deletes what a stack has, and in which order: what uses others goes before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.awsfake.stacks import Resource
    from tests.awsfake.world import FakeAws

_ORDER = (
    "AWS::Route53::RecordSet",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Api",
    "AWS::Lambda::Permission",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Events::Rule",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::DynamoDB::Table",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SQS::Queue",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
)


def deletion_rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def delete_resource(world: FakeAws, account: str, region: str, one: Resource) -> None:
    """Raises ClientError when AWS refuses."""

    def client(service: str) -> Any:
        return world.client(service, account, region)

    name, parent = one.physical, one.parent
    match one.type:
        case "AWS::ApiGatewayV2::Api":
            client("apigatewayv2").delete_api(ApiId=name)
        case "AWS::ApiGatewayV2::Stage":
            client("apigatewayv2").delete_stage(ApiId=parent, StageName=name)
        case "AWS::ApiGatewayV2::Route":
            client("apigatewayv2").delete_route(ApiId=parent, RouteId=name)
        case "AWS::ApiGatewayV2::Integration":
            client("apigatewayv2").delete_integration(ApiId=parent, IntegrationId=name)
        case "AWS::ApiGatewayV2::Authorizer":
            client("apigatewayv2").delete_authorizer(ApiId=parent, AuthorizerId=name)
        case "AWS::ApiGatewayV2::Deployment":
            client("apigatewayv2").delete_deployment(ApiId=parent, DeploymentId=name)
        case "AWS::ApiGatewayV2::ApiMapping":
            client("apigatewayv2").delete_api_mapping(DomainName=parent, ApiMappingId=name)
        case "AWS::ApiGatewayV2::DomainName":
            client("apigatewayv2").delete_domain_name(DomainName=name)
        case "AWS::Lambda::Permission":
            client("lambda").remove_permission(FunctionName=parent, StatementId=name)
        case "AWS::Lambda::EventSourceMapping":
            client("lambda").delete_event_source_mapping(UUID=name)
        case "AWS::Lambda::Function":
            client("lambda").delete_function(FunctionName=name)
        case "AWS::Logs::LogGroup":
            client("logs").delete_log_group(logGroupName=name)
        case "AWS::DynamoDB::Table":
            client("dynamodb").delete_table(TableName=name)
        case "AWS::CloudWatch::Alarm":
            client("cloudwatch").delete_alarms(AlarmNames=[name])
        case "AWS::CloudWatch::Dashboard":
            client("cloudwatch").delete_dashboards(DashboardNames=[name])
        case "AWS::SQS::Queue":
            client("sqs").delete_queue(QueueUrl=name)
        case "AWS::IAM::Role":
            _delete_role(client("iam"), name)
        case "AWS::IAM::ManagedPolicy":
            client("iam").delete_policy(PolicyArn=name)
        case _:
            raise AssertionError(f"the fake deletes no {one.type}")


def _delete_role(iam: Any, name: str) -> None:
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=name):
        for policy in page["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name):
        for attached in page["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    iam.delete_role(RoleName=name)

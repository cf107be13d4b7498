"""A small account, as AWS answers: the API `chat` with all that may hang on it, and things that have to do with none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from tests.checklists.aws.answers import ACCOUNT, REGION, Answer, Answers, Refusal

NOW = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)
MADE = datetime(2024, 3, 1, 8, 0, 0, 123000, tzinfo=UTC)
MONTH = timedelta(days=30)
CHAT = f"arn:aws:apigateway:{REGION}::/apis/chat123456"
HTTP = f"arn:aws:apigateway:{REGION}::/apis/shop987654"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def function_arn(name: str) -> str:
    return arn("lambda", f"function:{name}")


HANDLER = function_arn("chat-send")
PAYROLL = function_arn("payroll")
TABLE = arn("dynamodb", "table/chat-connections")
STREAM = f"{TABLE}/stream/2024-03-01T08:00:00.000"
CERTIFICATE = arn("acm", "certificate/11111111-2222-3333-4444-555555555555")
STACK = arn("cloudformation", "stack/chat/0a1b")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/chat-send-role"


def _encoded(document: dict[str, Any]) -> str:
    return quote(json.dumps(document))


def uri(of: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{of}/invocations"


def function(name: str, **variables: str) -> dict[str, Any]:
    return {
        "FunctionName": name,
        "FunctionArn": function_arn(name),
        "Role": ROLE,
        "Runtime": "python3.12",
        "Environment": {"Variables": variables},
    }


def _integrations(parameters: dict[str, Any]) -> dict[str, Any]:
    called = {"chat123456": HANDLER, "shop987654": PAYROLL}[parameters["ApiId"]]
    return {"Items": [{"IntegrationId": "int1", "IntegrationType": "AWS_PROXY", "IntegrationUri": uri(called)}]}


def _policy(parameters: dict[str, Any]) -> Any:
    if "Qualifier" in parameters:
        return Refusal("ResourceNotFoundException", status=404)
    statement = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Resource": HANDLER}
    return {"Policy": json.dumps({"Statement": [statement]})}


def _metric_data(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "MetricDataResults": [
            {"Id": one["Id"], "Label": "x", "StatusCode": "Complete", "Timestamps": [], "Values": []}
            for one in parameters["MetricDataQueries"]
        ]
    }


def account(**more: Answer) -> dict[str, Answer]:
    """Answers that are changed by `more`, whose keys have '__' for ':'."""
    return _account() | {key.replace("__", ":"): value for key, value in more.items()}


def look(answers: Answers | dict[str, Answer], regions: tuple[str, ...] = (REGION,), **options: Any) -> Estate:
    answers = answers if isinstance(answers, Answers) else Answers(answers)
    return survey([answers.access()], regions, **({"window": MONTH, "now": NOW, "clock": lambda: 0.0} | options))


def _account() -> dict[str, Answer]:
    return {
        "iam:ListAccountAliases": {"AccountAliases": ["acme-prod"]},
        "apigatewayv2:GetApis": {
            "Items": [
                {"ApiId": "chat123456", "Name": "chat", "ProtocolType": "WEBSOCKET", "CreatedDate": MADE},
                {"ApiId": "shop987654", "Name": "shop", "ProtocolType": "HTTP"},
            ]
        },
        "apigatewayv2:GetIntegrations": _integrations,
        "apigatewayv2:GetAuthorizers": {
            "Items": [{"AuthorizerId": "auth1", "Name": "jwt", "AuthorizerType": "REQUEST"}]
        },
        "apigatewayv2:GetRoutes": {
            "Items": [{"RouteId": "route1", "RouteKey": "$connect", "Target": "integrations/int1"}]
        },
        "apigatewayv2:GetStages": {"Items": [{"StageName": "prod", "StageVariables": {"colour": "blue"}}]},
        "apigatewayv2:GetModels": {"Items": [{"ModelId": "m1", "Name": "message"}]},
        "apigatewayv2:GetDeployments": {"Items": [{"DeploymentId": "d1"}]},
        "apigatewayv2:GetDomainNames": {
            "Items": [
                {
                    "DomainName": "chat.example.com",
                    "DomainNameConfigurations": [
                        {
                            "ApiGatewayDomainName": "d-1.execute-api.eu-west-1.amazonaws.com",
                            "CertificateArn": CERTIFICATE,
                        }
                    ],
                }
            ]
        },
        "apigatewayv2:GetApiMappings": {"Items": [{"ApiMappingId": "map1", "ApiId": "chat123456", "Stage": "prod"}]},
        "apigateway:GetRestApis": {"items": [{"id": "rest1", "name": "old"}]},
        "apigateway:GetResources": {
            "items": [{"id": "r", "resourceMethods": {"GET": {"methodIntegration": {"uri": uri(HANDLER)}}, "PUT": {}}}]
        },
        "apigateway:GetAuthorizers": {"items": [{"id": "a", "authorizerUri": uri(PAYROLL)}]},
        "lambda:ListFunctions": {
            "Functions": [
                function("chat-send", TABLE="chat-connections"),
                function("payroll"),
                function("notify", ENDPOINT="https://chat123456.execute-api.eu-west-1.amazonaws.com/prod"),
            ]
        },
        "lambda:ListEventSourceMappings": {
            "EventSourceMappings": [
                {
                    "UUID": "esm-1",
                    "EventSourceArn": STREAM,
                    "FunctionArn": function_arn("on-change"),
                    "State": "Enabled",
                }
            ]
        },
        "lambda:GetPolicy": _policy,
        "lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 5},
        "lambda:ListAliases": lambda of: {
            "Aliases": [
                {"AliasArn": f"{function_arn(of['FunctionName'])}:live", "Name": "live", "FunctionVersion": "3"}
            ]
        },
        "lambda:ListProvisionedConcurrencyConfigs": lambda of: {
            "ProvisionedConcurrencyConfigs": [
                {
                    "FunctionArn": f"{function_arn(of['FunctionName'])}:live",
                    "RequestedProvisionedConcurrentExecutions": 2,
                }
            ]
        },
        "lambda:ListFunctionUrlConfigs": lambda of: {
            "FunctionUrlConfigs": [
                {
                    "FunctionArn": function_arn(of["FunctionName"]),
                    "FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/",
                    "AuthType": "NONE",
                }
            ]
        },
        "dynamodb:ListTables": {"TableNames": ["chat-connections"]},
        "dynamodb:DescribeTable": {
            "Table": {
                "TableName": "chat-connections",
                "TableArn": TABLE,
                "KeySchema": [{"AttributeName": "connectionId", "KeyType": "HASH"}],
                "GlobalSecondaryIndexes": [{"IndexName": "by-room"}, {"IndexName": "by-user"}],
                "LatestStreamArn": STREAM,
                "ItemCount": 3,
                "CreationDateTime": MADE,
            }
        },
        "dynamodb:DescribeTimeToLive": {
            "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
        },
        "dynamodb:DescribeContinuousBackups": {
            "ContinuousBackupsDescription": {
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
            }
        },
        "dynamodb:ListBackups": {"BackupSummaries": [{"TableArn": TABLE, "BackupArn": f"{TABLE}/backup/1"}]},
        "logs:DescribeLogGroups": {
            "logGroups": [
                {"logGroupName": "/aws/lambda/chat-send", "arn": f"{arn('logs', 'log-group:/aws/lambda/chat-send')}:*"},
                {"logGroupName": "/aws/lambda/payroll", "retentionInDays": 30},
            ]
        },
        "logs:DescribeMetricFilters": {
            "metricFilters": [{"filterName": "errors", "logGroupName": "/aws/lambda/chat-send"}]
        },
        "logs:DescribeSubscriptionFilters": {
            "subscriptionFilters": [{"filterName": "ship", "destinationArn": PAYROLL}]
        },
        "logs:DescribeLogStreams": {"logStreams": [{"logStreamName": "s", "lastEventTimestamp": 1_756_700_000_000}]},
        "cloudwatch:DescribeAlarms": {
            "MetricAlarms": [
                {"AlarmName": "5xx", "AlarmArn": arn("cloudwatch", "alarm:5xx"), "MetricName": "IntegrationError"}
            ],
            "CompositeAlarms": [
                {"AlarmName": "all", "AlarmArn": arn("cloudwatch", "alarm:all"), "AlarmRule": "ALARM(5xx)"}
            ],
        },
        "cloudwatch:ListDashboards": {"DashboardEntries": [{"DashboardName": "chat"}]},
        "cloudwatch:GetDashboard": {"DashboardBody": json.dumps({"widgets": [{"type": "text"}]})},
        "cloudwatch:GetMetricData": _metric_data,
        "iam:GetAccountAuthorizationDetails": {
            "RoleDetailList": [
                {
                    "Arn": ROLE,
                    "RoleName": "chat-send-role",
                    "AssumeRolePolicyDocument": _encoded({"Statement": []}),
                    "RolePolicyList": [{"PolicyName": "push", "PolicyDocument": _encoded({"Statement": []})}],
                    "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/p"}],
                }
            ],
            "UserDetailList": [{"Arn": f"arn:aws:iam::{ACCOUNT}:user/u", "UserName": "u", "GroupList": ["g"]}],
            "GroupDetailList": [{"Arn": f"arn:aws:iam::{ACCOUNT}:group/g", "GroupName": "g"}],
            "Policies": [
                {
                    "Arn": f"arn:aws:iam::{ACCOUNT}:policy/p",
                    "PolicyName": "p",
                    "PolicyVersionList": [
                        {
                            "Document": _encoded({"Statement": [{"Effect": "Deny"}]}),
                            "IsDefaultVersion": False,
                            "VersionId": "v1",
                        },
                        {
                            "Document": _encoded({"Statement": [{"Effect": "Allow"}]}),
                            "IsDefaultVersion": True,
                            "VersionId": "v2",
                        },
                    ],
                }
            ],
        },
        "wafv2:ListWebACLs": lambda of: {
            "WebACLs": [{"ARN": arn("wafv2", f"{of['Scope'].lower()}/webacl/w/1"), "Id": "1", "Name": "w"}]
        },
        "route53:ListHostedZones": {
            "HostedZones": [{"Id": "/hostedzone/Z1", "Name": "example.com."}],
            "IsTruncated": False,
        },
        "route53:ListResourceRecordSets": {
            "ResourceRecordSets": [
                {
                    "Name": "chat.example.com.",
                    "Type": "A",
                    "AliasTarget": {"DNSName": "d-1.execute-api.eu-west-1.amazonaws.com."},
                },
                {"Name": "example.com.", "Type": "TXT", "ResourceRecords": [{"Value": '"verification=s3cr3t"'}]},
            ],
            "IsTruncated": False,
        },
        "acm:ListCertificates": {
            "CertificateSummaryList": [{"CertificateArn": CERTIFICATE, "DomainName": "chat.example.com"}]
        },
        "acm:DescribeCertificate": {
            "Certificate": {"InUseBy": ["arn:aws:elasticloadbalancing:x", "arn:aws:apigateway:y"]}
        },
        "cloudfront:ListDistributions": {
            "DistributionList": {
                "Items": [
                    {
                        "Id": "E1",
                        "ARN": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1",
                        "DomainName": "d1.cloudfront.net",
                        "Origins": {
                            "Items": [{"Id": "o", "DomainName": "chat123456.execute-api.eu-west-1.amazonaws.com"}]
                        },
                        "Aliases": {"Items": ["www.example.com"]},
                    }
                ]
            }
        },
        "events:ListEventBuses": {"EventBuses": [{"Name": "default", "Arn": arn("events", "event-bus/default")}]},
        "events:ListRules": {"Rules": [{"Name": "nightly", "Arn": arn("events", "rule/nightly"), "State": "ENABLED"}]},
        "events:ListTargetsByRule": {
            "Targets": [{"Id": "1", "Arn": HANDLER, "Input": '{"table": "chat-connections"}'}]
        },
        "scheduler:ListSchedules": {
            "Schedules": [
                {"Name": "warm", "Arn": arn("scheduler", "schedule/default/warm"), "Target": {"Arn": HANDLER}}
            ]
        },
        "sqs:ListQueues": {"QueueUrls": [f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/work"]},
        "sqs:GetQueueAttributes": {"Attributes": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": "d"})}},
        "sns:ListTopics": {"Topics": [{"TopicArn": arn("sns", "news")}]},
        "sns:ListSubscriptions": {
            "Subscriptions": [
                {"TopicArn": arn("sns", "news"), "Protocol": "lambda", "Endpoint": HANDLER, "SubscriptionArn": "s1"},
                {
                    "TopicArn": arn("sns", "news"),
                    "Protocol": "https",
                    "Endpoint": "https://hooks.example.com/T0/s3cr3t",
                },
            ]
        },
        "stepfunctions:ListStateMachines": {
            "stateMachines": [{"stateMachineArn": arn("states", "stateMachine:flow"), "name": "flow"}]
        },
        "stepfunctions:DescribeStateMachine": {
            "definition": json.dumps({"States": {"A": {"Resource": f"{HANDLER}:live"}}}),
            "status": "ACTIVE",
        },
        "ssm:DescribeParameters": {
            "Parameters": [{"Name": "/chat/url", "Type": "String"}, {"Name": "/chat/key", "Type": "SecureString"}]
        },
        "ssm:GetParameters": {"Parameters": [{"Name": "/chat/url", "Value": "wss://chat.example.com/prod?key=s3cr3t"}]},
        "cloudformation:DescribeStacks": {
            "Stacks": [
                {
                    "StackId": STACK,
                    "StackName": "chat",
                    "StackStatus": "CREATE_COMPLETE",
                    "CreationTime": MADE,
                    "Outputs": [{"OutputKey": "Table", "OutputValue": "t", "ExportName": "chat-table"}],
                }
            ]
        },
        "cloudformation:ListStackResources": {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": "Api",
                    "PhysicalResourceId": "chat123456",
                    "ResourceType": "AWS::ApiGatewayV2::Api",
                },
                {
                    "LogicalResourceId": "Send",
                    "PhysicalResourceId": "chat-send",
                    "ResourceType": "AWS::Lambda::Function",
                },
                {"LogicalResourceId": "Role", "PhysicalResourceId": "chat-send-role", "ResourceType": "AWS::IAM::Role"},
            ]
        },
        "cloudformation:GetTemplate": {
            "TemplateBody": "Resources:\n  Send:\n    Type: AWS::Lambda::Function\n    DeletionPolicy: Retain\n    Name: !Ref N\n"
        },
        "cloudformation:GetTemplateSummary": {"DeclaredTransforms": ["AWS::Serverless-2016-10-31"]},
        "cloudformation:ListImports": {"Imports": ["reports", "billing"]},
        "resourcegroupstaggingapi:GetResources": {
            "ResourceTagMappingList": [{"ResourceARN": TABLE, "Tags": [{"Key": "team", "Value": "chat"}]}]
        },
    }

"""Other things that use what the example application has, so that it must not be deleted."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.awsfake.estates.chat import Chat


@dataclass
class Shared:
    """Whatever is named here stays, whole or edited."""

    chat: Chat
    table: str
    """The connection table: another function keeps presence in it."""
    presence: str
    """A function with a schedule that reads and writes the table."""
    function: str
    """The function behind the route chat also serves a REST API."""
    rest_api: str
    role: str
    """The role of the application's functions is also that of a function outside."""
    reports: str
    """That function; it is in an event source's target too."""
    alarm: str
    """Metric math over the API's errors and a load balancer's."""
    dashboard: str
    """Widgets of the API beside widgets of others."""
    domain: str
    """Has a second mapping, to an HTTP API."""
    http_api: str
    policy: str
    """Managed: allows ManageConnections, execute-api:* on the HTTP API too, and a bucket; attached to a user."""
    user: str


def shared(chat: Chat) -> Shared:
    """Adds to `chat` all at once."""
    make = chat.builder
    with make.aws.quiet():
        role_arn = f"arn:aws:iam::{make.account}:role/{chat.role}"
        presence_role = make.role(
            "presence-role",
            [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": make.arn("dynamodb", f"table/{chat.table}")}],
        )
        presence = make.function("presence", presence_role, {"TABLE": chat.table})
        make.aws.functions.tables["presence"] = chat.table
        events = make.client("events")
        events.put_rule(Name="presence-sweep", ScheduleExpression="rate(5 minutes)")
        events.put_targets(Rule="presence-sweep", Targets=[{"Id": "1", "Arn": presence}])
        reports = make.function("reports", role_arn)
        queue = make.client("sqs").create_queue(QueueName="reports")["QueueUrl"]
        make.client("lambda").create_event_source_mapping(
            FunctionName=reports, EventSourceArn=make.arn("sqs", "reports"), BatchSize=1
        )
        assert queue
        built = Shared(
            chat=chat,
            table=chat.table,
            presence="presence",
            function=chat.functions["chat"],
            rest_api=_rest_api(chat),
            role=chat.role,
            reports="reports",
            alarm=_alarm(chat),
            dashboard=_dashboard(chat),
            domain=chat.domain,
            http_api=_http_api(chat),
            policy="",
            user="operator",
        )
        built.policy = _policy(chat, built)
    return built


def _rest_api(chat: Chat) -> str:
    make = chat.builder
    rest = make.client("apigateway")
    api = rest.create_rest_api(name="history")
    resource = rest.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart="messages")
    key = {"restApiId": api["id"], "resourceId": resource["id"], "httpMethod": "POST"}
    function = make.arn("lambda", f"function:{chat.functions['chat']}")
    rest.put_method(**key, authorizationType="NONE")
    rest.put_integration(**key, type="AWS_PROXY", integrationHttpMethod="POST", uri=make.invocation_uri(function))
    rest.create_deployment(restApiId=api["id"], stageName="prod")
    make.allow_api(chat.functions["chat"], api["id"], "rest")
    return str(api["id"])


def _alarm(chat: Chat) -> str:
    make = chat.builder
    errors = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "ExecutionError",
        "Dimensions": [{"Name": "ApiId", "Value": chat.api}],
    }
    balancer = {
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "HTTPCode_ELB_5XX_Count",
        "Dimensions": [{"Name": "LoadBalancer", "Value": "app/web/50dc6c495c0c9188"}],
    }
    make.client("cloudwatch").put_metric_alarm(
        AlarmName="all-errors",
        EvaluationPeriods=1,
        Threshold=10.0,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=True,
        AlarmActions=[make.arn("sns", "on-call")],
        Metrics=[
            {"Id": "api", "MetricStat": {"Metric": errors, "Period": 300, "Stat": "Sum"}, "ReturnData": False},
            {"Id": "web", "MetricStat": {"Metric": balancer, "Period": 300, "Stat": "Sum"}, "ReturnData": False},
            {"Id": "sum", "Expression": "api + web", "ReturnData": True},
        ],
    )
    return "all-errors"


def _dashboard(chat: Chat) -> str:
    make = chat.builder
    return make.dashboard(
        "overview",
        [
            make.widget("Chat connects", ["AWS/ApiGateway", "ConnectCount", "ApiId", chat.api]),
            make.widget(
                "Web requests", ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/web/50dc6c495c0c9188"]
            ),
            make.widget(
                "Both",
                ["AWS/ApiGateway", "MessageCount", "ApiId", chat.api],
                ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/web/50dc6c495c0c9188"],
            ),
            {"type": "text", "x": 0, "y": 12, "width": 6, "height": 3, "properties": {"markdown": "# Overview"}},
        ],
    )


def _http_api(chat: Chat) -> str:
    make = chat.builder
    gateway = make.client("apigatewayv2")
    api = gateway.create_api(Name="web", ProtocolType="HTTP")["ApiId"]
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    if chat.domain:
        gateway.create_api_mapping(DomainName=chat.domain, ApiId=api, Stage="$default", ApiMappingKey="v2")
    return str(api)


def _policy(chat: Chat, built: Shared) -> str:
    make = chat.builder
    iam = make.client("iam")
    arn = iam.create_policy(
        PolicyName="operators",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Chat",
                        "Effect": "Allow",
                        "Action": "execute-api:ManageConnections",
                        "Resource": make.arn("execute-api", f"{chat.api}/*"),
                    },
                    {
                        "Sid": "Both",
                        "Effect": "Allow",
                        "Action": "execute-api:*",
                        "Resource": [
                            make.arn("execute-api", f"{chat.api}/*"),
                            make.arn("execute-api", f"{built.http_api}/*"),
                        ],
                    },
                    {"Sid": "All", "Effect": "Allow", "Action": "execute-api:*", "Resource": "*"},
                    {
                        "Sid": "Bucket",
                        "Effect": "Allow",
                        "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::reports/*",
                    },
                ],
            }
        ),
    )["Policy"]["Arn"]
    iam.create_user(UserName=built.user)
    iam.attach_user_policy(UserName=built.user, PolicyArn=arn)
    return str(arn)

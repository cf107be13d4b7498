"""The pieces that estates are put together from."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.awsfake.world import FakeAws


@cache
def code() -> bytes:
    """A function's code, as small as can be."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handlers.py", (2026, 1, 1, 0, 0, 0)), "def handle(event, context): ...\n")
    return packed.getvalue()


@dataclass
class Builder:
    """Makes things in one region of one account."""

    aws: FakeAws
    account: str
    region: str

    def client(self, service: str) -> Any:
        return self.aws.client(service, self.account, self.region)

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def role(self, name: str, statements: list[dict[str, Any]], trusted: str = "lambda.amazonaws.com") -> str:
        """Gives its ARN. The statements are an inline policy named like the role."""
        trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
        iam = self.client("iam")
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document)
        return str(made["Role"]["Arn"])

    def function(self, name: str, role: str, environment: dict[str, str] | None = None, **more: Any) -> str:
        """Gives its ARN; its log group is made as well."""
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="handlers.handle",
            Code={"ZipFile": code()},
            Environment={"Variables": environment or {}},
            **more,
        )
        return str(made["FunctionArn"])

    def log_group(self, name: str, days: int | None = 14) -> str:
        logs = self.client("logs")
        logs.create_log_group(logGroupName=name)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
        return name

    def invocation_uri(self, function: str) -> str:
        return f"arn:aws:apigateway:{self.region}:lambda:path/2015-03-31/functions/{function}/invocations"

    def allow_api(self, function: str, api: str, statement: str = "api") -> None:
        self.client("lambda").add_permission(
            FunctionName=function,
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=self.arn("execute-api", f"{api}/*"),
        )

    def route(self, api: str, key: str, function: str, **more: Any) -> tuple[str, str]:
        """Gives the ids of the route and of its integration."""
        gateway = self.client("apigatewayv2")
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=self.invocation_uri(function),
        )["IntegrationId"]
        route = gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration}", **more)["RouteId"]
        return route, integration

    def table(self, name: str, key: str = "connection_id", *, ttl: str = "", indexes: tuple[str, ...] = ()) -> str:
        """Gives its ARN. Indexes are named after their keys."""
        names = [key, *indexes]
        more: dict[str, Any] = {}
        if indexes:
            more["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": f"by_{index}",
                    "KeySchema": [{"AttributeName": index, "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index in indexes
            ]
        dynamodb = self.client("dynamodb")
        made = dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            **more,
        )
        if ttl:
            dynamodb.update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": ttl}
            )
        return str(made["TableDescription"]["TableArn"])

    def alarm(self, name: str, namespace: str, metric: str, dimensions: dict[str, str], **more: Any) -> str:
        asked = {
            "AlarmName": name,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "ActionsEnabled": True,
            "AlarmActions": [self.arn("sns", "on-call")],
        }
        self.client("cloudwatch").put_metric_alarm(**{**asked, **more})
        return name

    def dashboard(self, name: str, widgets: list[dict[str, Any]]) -> str:
        self.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": widgets}))
        return name

    def widget(self, title: str, *metrics: list[str]) -> dict[str, Any]:
        return {
            "type": "metric",
            "x": 0,
            "y": 0,
            "width": 12,
            "height": 6,
            "properties": {"title": title, "region": self.region, "metrics": [list(one) for one in metrics]},
        }

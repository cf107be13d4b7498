"""Live things that have to go, to be edited, or to be decided on: as of a survey, or as of one that was recorded."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from checklists.aws.estate import Manager
from migrator.inventory.record import Record

Lot = Literal["delete", "edit", "unknown"]


class Seen(Record):
    """One thing as a survey saw it. Recorded, it is the control for its absence later."""

    arn: str
    type: str = Field(description="CloudFormation's name of it")
    name: str
    account: str
    region: str
    lot: Lot = Field(description="what was to become of it")
    manager: Manager | None = None

    @property
    def kind(self) -> str:
        """In a word or two: 'function', 'log group'."""
        return KINDS.get(self.type) or self.type.rpartition("::")[2] or "thing"


KINDS = {
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGatewayV2::Stage": "stage",
    "AWS::ApiGatewayV2::DomainName": "custom domain",
    "AWS::ApiGatewayV2::ApiMapping": "mapping",
    "AWS::ApiGatewayV2::Route": "route",
    "AWS::ApiGatewayV2::Integration": "integration",
    "AWS::ApiGatewayV2::Authorizer": "authorizer",
    "AWS::ApiGatewayV2::Model": "model",
    "AWS::ApiGatewayV2::Deployment": "deployment",
    "AWS::ApiGateway::RestApi": "REST API",
    "AWS::Lambda::Function": "function",
    "AWS::Lambda::Alias": "function alias",
    "AWS::Lambda::Url": "function URL",
    "AWS::Lambda::EventSourceMapping": "event source mapping",
    "AWS::DynamoDB::Table": "table",
    "AWS::Logs::LogGroup": "log group",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::CompositeAlarm": "composite alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::IAM::Role": "role",
    "AWS::IAM::User": "user",
    "AWS::IAM::Group": "group",
    "AWS::IAM::ManagedPolicy": "policy",
    "AWS::WAFv2::WebACL": "web ACL",
    "AWS::Route53::RecordSet": "DNS record",
    "AWS::CertificateManager::Certificate": "certificate",
    "AWS::CloudFront::Distribution": "distribution",
    "AWS::Events::Rule": "rule",
    "AWS::Scheduler::Schedule": "schedule",
    "AWS::SQS::Queue": "queue",
    "AWS::SNS::Topic": "topic",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::SSM::Parameter": "parameter",
    "AWS::CloudFormation::Stack": "stack",
}
"""What people call the types of things."""

PARTS = frozenset(
    {
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApiGatewayV2::Model",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Url",
    }
)
"""What goes with the thing that it is a part of, and gets no item of its own."""

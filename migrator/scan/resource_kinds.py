"""Types of infrastructure, as CloudFormation names them; other formats are read into these names."""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
TABLES: Final = frozenset({"AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable", "AWS::DynamoDB::GlobalTable"})
ROLE: Final = "AWS::IAM::Role"

FOLLOWS: Final = frozenset(
    {
        "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::AnomalyDetector",
        "AWS::CloudWatch::Dashboard", "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter",
        "AWS::Logs::QueryDefinition", "AWS::Lambda::Permission", "AWS::Lambda::Alias", "AWS::Lambda::Version",
        "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::LayerVersion",
        "AWS::Serverless::LayerVersion", "AWS::Lambda::Url", ROLE, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy",
        "AWS::IAM::RolePolicy", "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation", "AWS::Route53::RecordSet",
        "AWS::CertificateManager::Certificate", "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::SSM::Parameter", "Output",
    }
)  # fmt: skip
"""Types that exist for what they refer to, or for what refers to them."""

HELPERS: Final = frozenset(
    {
        "AWS::SNS::Topic", "AWS::WAFv2::WebACL", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::S3::Bucket",
        "AWS::Route53::HostedZone", "AWS::KinesisFirehose::DeliveryStream", "AWS::Kinesis::Stream", ROLE,
        "AWS::CertificateManager::Certificate",
    }
)  # fmt: skip
"""What others name to do their work with: an alarm is about its function, and not about the topic that it tells."""

DOMAIN: Final = frozenset({"AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::VpcLink"})
"""Parts of API Gateway that name no API: whose they are is told by what names them."""

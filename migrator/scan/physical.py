"""Names that resources get on one machine: what Ref and GetAtt return. Account and ARNs are valid, but not real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from migrator.inventory.assumed import ACCOUNT, plain_id
from migrator.scan.yamlfile import Map, as_map

if TYPE_CHECKING:
    from migrator.scan.intrinsics import Resolver

_NAMED_BY: Final = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Events::EventBus": "Name",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::ApiGateway::Stage": "StageName",
}
_ARN: Final = {
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::Serverless::SimpleTable": "dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::Kinesis::Stream": "kinesis:{region}:{account}:stream/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::Serverless::StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
}
_REF_IS_ARN: Final = frozenset(
    {
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::StateMachine",
    }
)
_LOWERCASE: Final = frozenset({"AWS::S3::Bucket", "AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi"})


def is_named(kind: str) -> bool:
    """Whether a resource of this type has a name by which others, or code, find it."""
    return kind in _NAMED_BY


class Names:
    """What the resources of one stack are called.

    `functions`: names of functions by the logical ids that a framework gives them."""

    def __init__(self, stack: str, region: str, functions: dict[str, str] | None = None) -> None:
        self.stack, self.region = stack, region
        self.functions = functions or {}

    def pseudo(self, name: str) -> str | None:
        """The value of a pseudo parameter, else None.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""
        return {
            "AWS::Region": self.region,
            "AWS::AccountId": ACCOUNT,
            "AWS::StackName": self.stack,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{self.stack}/local",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }.get(name)

    def name(self, logical_id: str, resource: Map, resolver: Resolver) -> str:
        kind = str(resource.get("Type"))
        default = f"{self.stack}-{logical_id}"
        default = default.lower() if kind in _LOWERCASE else default
        property_name = _NAMED_BY.get(kind)
        given = as_map(resource.get("Properties")).get(property_name) if property_name else None
        return resolver.text_or(given, default)

    def ref(self, logical_id: str, resource: Map, resolver: Resolver) -> str:
        kind = str(resource.get("Type"))
        name = self.name(logical_id, resource, resolver)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{name}"
        if kind in _REF_IS_ARN:
            return self._arn(kind, name)
        return name if kind in _NAMED_BY else plain_id(logical_id)

    def implied_ref(self, logical_id: str) -> str:
        """A logical id that the template doesn't declare itself, such as one that a framework adds."""
        return self.functions.get(logical_id, plain_id(logical_id))

    def attribute(self, logical_id: str, attribute: str, resource: Map, resolver: Resolver) -> str:
        kind = str(resource.get("Type"))
        if logical_id in self.functions:
            return self._arn("AWS::Lambda::Function", self.functions[logical_id])
        name = self.name(logical_id, resource, resolver)
        known = {
            "StreamArn": f"{self._arn(kind, name)}/stream/2024-01-01T00:00:00.000",
            "QueueUrl": f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{name}",
            "ApiId": plain_id(logical_id),
            "ApiEndpoint": f"wss://{plain_id(logical_id)}.execute-api.{self.region}.amazonaws.com",
        }
        if attribute in {"QueueName", "TopicName", "Name"}:
            return name
        if attribute.endswith("Arn"):
            return known.get(attribute, self._arn(kind, name))
        return known.get(attribute, f"{plain_id(logical_id)}.{attribute}")

    def _arn(self, kind: str, name: str) -> str:
        service = kind.split("::")[1].lower() if kind.count("::") == 2 else "cloudformation"
        form = _ARN.get(kind, service + ":{region}:{account}:{name}")
        return "arn:aws:" + form.format(region=self.region, account=ACCOUNT, name=name)

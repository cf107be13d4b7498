"""What the `grant…` methods of constructs allow.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.Table.html#methods and its neighbours
"""

from __future__ import annotations

from typing import Final

from migrator.scan.cdk.values import Made

_DESCRIBE: Final = ("dynamodb:DescribeTable",)
_READ: Final = (
    "dynamodb:BatchGetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:Query", "dynamodb:GetItem",
    "dynamodb:Scan", "dynamodb:ConditionCheckItem",
)  # fmt: skip
_WRITE: Final = ("dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
_TABLE: Final = {
    "grantReadData": (*_READ, *_DESCRIBE),
    "grantWriteData": (*_WRITE, *_DESCRIBE),
    "grantReadWriteData": (*_READ, *_WRITE, *_DESCRIBE),
    "grantFullAccess": ("dynamodb:*",),
}
_INDEXED: Final = frozenset({"addGlobalSecondaryIndex", "addLocalSecondaryIndex"})
_GRANTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "aws_dynamodb.Table": _TABLE,
    "aws_dynamodb.TableV2": _TABLE,
    "aws_sqs.Queue": {
        "grantSendMessages": ("sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"),
        "grantConsumeMessages": (
            "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ),
    },
    "aws_sns.Topic": {"grantPublish": ("sns:Publish",)},
    "aws_secretsmanager.Secret": {"grantRead": ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")},
    "aws_ssm.StringParameter": {
        "grantRead": (
            "ssm:DescribeParameters", "ssm:GetParameters", "ssm:GetParameter", "ssm:GetParameterHistory",
        ),
    },
    "aws_events.EventBus": {"grantPutEventsTo": ("events:PutEvents",)},
    "aws_stepfunctions.StateMachine": {"grantStartExecution": ("states:StartExecution",)},
    "aws_lambda.Function": {"grantInvoke": ("lambda:InvokeFunction",)},
}  # fmt: skip
"""Construct -> method -> actions. What is encrypted with a key of one's own takes more, which is not known here."""


def granted_actions(made: Made, method: str) -> tuple[str, ...] | None:
    """None when it is not known what the method of the construct allows."""
    if "encryptionKey" in made.properties or "encryptionMasterKey" in made.properties or "masterKey" in made.properties:
        return None
    return _GRANTS.get(made.name, {}).get(method)


def also_granted(made: Made) -> tuple[str, ...]:
    """Ends of further ARNs that the same actions are allowed on."""
    indexes = any(call.short in _INDEXED for call in made.calls) or any(
        made.properties.get(name) for name in ("globalSecondaryIndexes", "localSecondaryIndexes")
    )
    return ("/index/*",) if made.name.startswith("aws_dynamodb.") and indexes else ()

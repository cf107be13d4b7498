"""SAM's policy templates as what they allow: the ones for data and messages.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
"""

from __future__ import annotations

from typing import Final

_READ: Final = (
    "dynamodb:GetItem",
    "dynamodb:Scan",
    "dynamodb:Query",
    "dynamodb:BatchGetItem",
    "dynamodb:DescribeTable",
)
_READ_BUCKET: Final = (
    "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion", "s3:GetLifecycleConfiguration",
)  # fmt: skip
_WRITE_BUCKET: Final = ("s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration")
_PARAMETER: Final = ("ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath")
_HERE: Final = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:%s"

_ANY: Final[dict[str, tuple[str, ...]]] = {
    "CloudWatchPutMetricPolicy": ("cloudwatch:PutMetricData",),
    "ComprehendBasicAccessPolicy": (
        "comprehend:BatchDetectKeyPhrases", "comprehend:DetectDominantLanguage", "comprehend:DetectEntities",
        "comprehend:BatchDetectEntities", "comprehend:DetectKeyPhrases", "comprehend:DetectSentiment",
        "comprehend:BatchDetectDominantLanguage", "comprehend:BatchDetectSentiment",
    ),
    "RekognitionDetectOnlyPolicy": (
        "rekognition:DetectFaces", "rekognition:DetectLabels", "rekognition:DetectModerationLabels",
        "rekognition:DetectText",
    ),
    "SESEmailTemplateCrudPolicy": (
        "ses:CreateTemplate", "ses:GetTemplate", "ses:ListTemplates", "ses:UpdateTemplate", "ses:DeleteTemplate",
        "ses:TestRenderTemplate",
    ),
}  # fmt: skip

_ONE: Final[dict[str, tuple[str, str, str, tuple[str, ...]]]] = {
    "SQSSendMessagePolicy": ("sqs", "", "QueueName", ("sqs:SendMessage*",)),
    "SQSPollerPolicy": ("sqs", "", "QueueName", (
        "sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessage",
        "sqs:DeleteMessageBatch", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
    )),
    "SNSPublishMessagePolicy": ("sns", "", "TopicName", ("sns:Publish",)),
    "LambdaInvokePolicy": ("lambda", "function:", "FunctionName", ("lambda:InvokeFunction",)),
    "StepFunctionsExecutionPolicy": ("states", "stateMachine:", "StateMachineName", ("states:StartExecution",)),
    "EventBridgePutEventsPolicy": ("events", "event-bus/", "EventBusName", ("events:PutEvents",)),
    "KMSDecryptPolicy": ("kms", "key/", "KeyId", ("kms:Decrypt",)),
    "KMSEncryptPolicy": ("kms", "key/", "KeyId", ("kms:Encrypt",)),
    "FirehoseWritePolicy": ("firehose", "deliverystream/", "DeliveryStreamName", (
        "firehose:PutRecord", "firehose:PutRecordBatch",
    )),
    "SSMParameterReadPolicy": ("ssm", "parameter/", "ParameterName", _PARAMETER),
    "SSMParameterWithSlashPrefixReadPolicy": ("ssm", "parameter", "ParameterName", _PARAMETER),
    "SESCrudPolicy": ("ses", "identity/", "IdentityName", (
        "ses:GetIdentityVerificationAttributes", "ses:SendEmail", "ses:SendRawEmail", "ses:VerifyEmailIdentity",
    )),
    "DynamoDBReadPolicy": ("dynamodb", "table/", "TableName", _READ),
    "DynamoDBWritePolicy": ("dynamodb", "table/", "TableName", (
        "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem",
    )),
    "DynamoDBCrudPolicy": ("dynamodb", "table/", "TableName", (
        *_READ, "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem",
        "dynamodb:ConditionCheckItem",
    )),
    "S3ReadPolicy": ("s3", "", "BucketName", _READ_BUCKET),
    "S3WritePolicy": ("s3", "", "BucketName", _WRITE_BUCKET),
    "S3CrudPolicy": ("s3", "", "BucketName", (*_READ_BUCKET, *_WRITE_BUCKET, "s3:DeleteObject")),
    "AWSSecretsManagerGetSecretValuePolicy": ("", "", "SecretArn", ("secretsmanager:GetSecretValue",)),
}  # fmt: skip
_ALSO: Final = {"dynamodb": ("/index/*",), "s3": ("/*",)}


def policy_template(name: str) -> tuple[tuple[str, ...], str, tuple[str | None, ...]] | None:
    """(actions, name of its parameter or '', forms of the ARNs with `${it}` for the value); None when not known here.

    Without a parameter the one form is '*'; a form of None says that the value is an ARN."""
    if name in _ANY:
        return _ANY[name], "", ("*",)
    if name not in _ONE:
        return None
    service, before, parameter, actions = _ONE[name]
    if not service:
        return actions, parameter, (None,)
    arn = "arn:${AWS::Partition}:s3:::${it}" if service == "s3" else _HERE % (service, f"{before}${{it}}")
    return actions, parameter, (arn, *(arn + more for more in _ALSO.get(service, ())))

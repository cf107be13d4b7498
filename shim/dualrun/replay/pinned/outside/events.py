"""The events that Lambda makes of what lies in a stream, a queue or a topic.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-example.html
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def stream_event(records: list[dict[str, Any]], arn: str) -> dict[str, Any]:
    """`records`: with the keys that GetRecords gives. `arn`: of the stream."""
    return {"Records": [_stream_record(record, arn) for record in records]}


def queue_event(messages: list[dict[str, Any]], arn: str) -> dict[str, Any]:
    """`messages`: as ReceiveMessage gives them. `arn`: of the queue."""
    return {"Records": [_queue_record(message, arn) for message in messages]}


def topic_event(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """`message`: MessageId, Message, Subject, MessageAttributes, Timestamp. `arn`: of the topic."""
    told = {
        "Type": "Notification",
        "TopicArn": arn,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "UnsubscribeUrl": "EXAMPLE",
        **message,
    }
    record = {"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": f"{arn}:function", "Sns": told}
    return {"Records": [record]}


def _stream_record(record: dict[str, Any], arn: str) -> dict[str, Any]:
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": arn.split(":")[3],
        "dynamodb": record["dynamodb"],
        "eventSourceARN": arn,
        **({"userIdentity": record["userIdentity"]} if "userIdentity" in record else {}),
    }


def _queue_record(message: dict[str, Any], arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {_camel(key): value for key, value in given.items()}
            for name, given in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def _camel(key: str) -> str:
    return key[0].lower() + key[1:]

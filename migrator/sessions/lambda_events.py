"""Events as Lambda hands them over, without what an application says in them.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from migrator.inventory.assumed import ACCOUNT

TIME: Final = "2024-05-01T12:00:00Z"
TIME_S: Final = 1_714_564_800
_ID: Final = "00000000-0000-4000-8000-{number:012d}"


def stream_record(
    name: str, region: str, table: str, view: str, images: Mapping[str, Mapping[str, Any]], number: int
) -> dict[str, Any]:
    """`name`: INSERT, MODIFY or REMOVE. `images`: Keys, NewImage and OldImage, as far as the stream has them, which
    `view` says."""
    return {
        "eventID": f"{number:032x}",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": {
            "ApproximateCreationDateTime": float(TIME_S),
            **images,
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": 100,
            "StreamViewType": view,
        },
        "eventSourceARN": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}/stream/2024-01-01T00:00:00.000",
    }


def queue_record(region: str, queue: str, body: str, number: int) -> dict[str, Any]:
    return {
        "messageId": _ID.format(number=number),
        "receiptHandle": f"handle-{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": f"{TIME_S}000",
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": f"{TIME_S}000",
        },
        "messageAttributes": {},
        "md5OfBody": "0" * 32,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}",
        "awsRegion": region,
    }


def topic_record(region: str, topic: str, message: str, number: int) -> dict[str, Any]:
    arn = f"arn:aws:sns:{region}:{ACCOUNT}:{topic}"
    return {
        "EventVersion": "1.0",
        "EventSource": "aws:sns",
        "EventSubscriptionArn": f"{arn}:{_ID.format(number=number)}",
        "Sns": {
            "Type": "Notification",
            "MessageId": _ID.format(number=number),
            "TopicArn": arn,
            "Subject": None,
            "Message": message,
            "Timestamp": "2024-05-01T12:00:00.000Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": {},
        },
    }


def schedule_event(region: str, rule: str, number: int) -> dict[str, Any]:
    """Of a schedule without an input of its own."""
    return {
        "version": "0",
        "id": _ID.format(number=number),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": TIME,
        "region": region,
        "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def bus_event(region: str, number: int) -> dict[str, Any]:
    """Of a rule of EventBridge."""
    return {**schedule_event(region, "rule", number), "detail-type": "made-up", "source": "made-up", "resources": []}


def request_v1(
    method: str, resource: str, parameters: Mapping[str, str], body: str | None, number: int
) -> dict[str, Any]:
    """Of a REST API, or an HTTP API with payload format 1.0. `resource`: with {parameters}.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    path = filled(resource, parameters)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(_HEADERS),
        "multiValueHeaders": {name: [value] for name, value in _HEADERS.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "restapi",
            "authorizer": {},
            "domainName": _HEADERS["Host"],
            "httpMethod": method,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "made-up"},
            "path": f"/prod{path}",
            "protocol": "HTTP/1.1",
            "requestId": _ID.format(number=number),
            "requestTimeEpoch": TIME_S * 1000,
            "resourcePath": resource,
            "stage": "prod",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def request_v2(
    method: str, resource: str, parameters: Mapping[str, str], body: str | None, number: int
) -> dict[str, Any]:
    """Of an HTTP API with payload format 2.0, or a function URL.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    path = filled(resource, parameters)
    key = f"{method} {resource}"
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {name.lower(): value for name, value in _HEADERS.items()},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "httpapi",
            "authorizer": {},
            "domainName": _HEADERS["Host"],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "made-up",
            },
            "requestId": _ID.format(number=number),
            "routeKey": key,
            "stage": "$default",
            "timeEpoch": TIME_S * 1000,
        },
        **({"pathParameters": dict(parameters)} if parameters else {}),
        **({"body": body} if body is not None else {}),
        "isBase64Encoded": False,
    }


def path_parameters(resource: str) -> list[str]:
    """'/rooms/{room}/{proxy+}' -> ['room', 'proxy']"""
    return [name.removesuffix("+") for name in re.findall(r"\{([^{}]+)\}", resource)]


def filled(resource: str, parameters: Mapping[str, str]) -> str:
    return re.sub(r"\{([^{}]+?)\+?\}", lambda found: parameters.get(found[1], found[1]), resource)


_HEADERS: Final = {"Host": "api.invalid", "Content-Type": "application/json", "User-Agent": "made-up"}

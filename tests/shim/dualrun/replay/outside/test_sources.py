"""What is put into a table, a queue or a topic of the AWS in memory comes out as the event that Lambda makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shim.dualrun.replay.functions import Source
from shim.dualrun.replay.pinned.outside.sources import QUEUE_BATCH, STREAM_BATCH, Watched, watched

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with mock_aws():
        yield


def client(service: str) -> Any:
    return boto3.session.Session().client(service, region_name=REGION)


def table(*, view: str | None = "NEW_AND_OLD_IMAGES") -> Any:
    stream = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}} if view else {}
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **stream,
    )
    return dynamodb


def taken(source: Watched) -> list[dict[str, Any]]:
    return list(source.events())


@pytest.mark.parametrize("kind", ["stream", "queue", "topic"])
def test_a_source_that_nobody_has_made_is_empty(kind: Any) -> None:
    assert taken(watched(Source(kind, "orders"))) == []


def test_a_table_without_a_stream_runs_nothing() -> None:
    dynamodb = table(view=None)
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    assert taken(watched(Source("stream", "orders"))) == []


def test_a_stream_tells_what_became_of_an_item_and_tells_it_once() -> None:
    dynamodb = table()
    source = watched(Source("stream", "orders"))
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}, "n": {"N": "1"}, "raw": {"B": b"\xff"}})
    dynamodb.update_item(
        TableName="orders",
        Key={"id": {"S": "1"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    dynamodb.delete_item(TableName="orders", Key={"id": {"S": "1"}})
    (event,) = taken(source)
    assert taken(source) == []
    assert [record["eventName"] for record in event["Records"]] == ["INSERT", "MODIFY", "REMOVE"]
    first, second, last = (record["dynamodb"] for record in event["Records"])
    assert first["Keys"] == {"id": {"S": "1"}}
    assert first["NewImage"] == {"id": {"S": "1"}, "n": {"N": "1"}, "raw": {"B": "/w=="}}
    assert "OldImage" not in first
    assert (second["OldImage"]["n"], second["NewImage"]["n"]) == ({"N": "1"}, {"N": "2"})
    assert "NewImage" not in last
    assert isinstance(first["ApproximateCreationDateTime"], float)
    assert event["Records"][0]["eventSource"] == "aws:dynamodb"
    assert event["Records"][0]["eventSourceARN"].startswith(
        f"arn:aws:dynamodb:{REGION}:123456789012:table/orders/stream/"
    )
    json.dumps(event)


def test_a_stream_comes_in_batches() -> None:
    dynamodb = table(view="KEYS_ONLY")
    source = watched(Source("stream", "orders"))
    for number in range(STREAM_BATCH + 1):
        dynamodb.put_item(TableName="orders", Item={"id": {"S": str(number)}})
    first, second = taken(source)
    assert [len(first["Records"]), len(second["Records"])] == [STREAM_BATCH, 1]
    assert first["Records"][0]["dynamodb"].keys().isdisjoint({"NewImage", "OldImage"})


def test_a_message_of_a_queue_is_gone_when_the_function_has_taken_it() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(
        QueueUrl=url, MessageBody="one", MessageAttributes={"kind": {"DataType": "String", "StringValue": "a"}}
    )
    source = watched(Source("queue", "jobs"))
    (event,) = taken(source)
    (record,) = event["Records"]
    assert (record["body"], record["eventSource"]) == ("one", "aws:sqs")
    assert record["messageAttributes"] == {"kind": {"dataType": "String", "stringValue": "a"}}
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSourceARN"] == f"arn:aws:sqs:{REGION}:123456789012:jobs"
    source.over(event, None)
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")


def test_a_message_that_the_function_names_as_failed_stays() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    for text in ("good", "bad"):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    source = watched(Source("queue", "jobs"))
    (event,) = taken(source)
    bad = next(record["messageId"] for record in event["Records"] if record["body"] == "bad")
    source.over(event, {"batchItemFailures": [{"itemIdentifier": bad}]})
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_what_is_dropped_is_gone() -> None:
    dynamodb, sqs, sns = table(), client("sqs"), client("sns")
    url, arn = sqs.create_queue(QueueName="jobs")["QueueUrl"], sns.create_topic(Name="alerts")["TopicArn"]
    sources = [
        watched(Source(kind, name)) for kind, name in (("stream", "orders"), ("queue", "jobs"), ("topic", "alerts"))
    ]
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    sqs.send_message(QueueUrl=url, MessageBody="one")
    sns.publish(TopicArn=arn, Message="one")
    for source in sources:
        source.drop()
    assert [taken(source) for source in sources] == [[], [], []]


def test_a_queue_comes_in_batches() -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    for number in range(QUEUE_BATCH + 2):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert [len(event["Records"]) for event in taken(watched(Source("queue", "jobs")))] == [QUEUE_BATCH, 2]


def test_each_notification_of_a_topic_is_an_event_of_its_own() -> None:
    sns = client("sns")
    arn = sns.create_topic(Name="alerts")["TopicArn"]
    source = watched(Source("topic", "alerts"))
    sns.publish(TopicArn=arn, Message="one", Subject="about")
    sns.publish(TopicArn=arn, Message="two")
    told = [event["Records"][0]["Sns"] for event in taken(source)]
    assert [(said["Message"], said["Subject"], said["TopicArn"]) for said in told] == [
        ("one", "about", arn),
        ("two", None, arn),
    ]
    assert taken(source) == []

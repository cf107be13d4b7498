"""What moto is spared must not change what it answers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CALLS = """
import datetime, json, os, sys
from shim.local_aws import start_local_aws

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
INDEX = {"IndexName": "ByOwner", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
         "Projection": {"ProjectionType": "ALL"}}
TABLE = {"TableName": "t", "BillingMode": "PAY_PER_REQUEST", "GlobalSecondaryIndexes": [INDEX],
         "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner")],
         "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}

def answers():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    db, sqs, sns = (boto3.client(name) for name in ("dynamodb", "sqs", "sns"))
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    topic = sns.create_topic(Name="n")["TopicArn"]
    item = {"id": {"S": "a"}, "owner": {"S": "o"}, "n": {"N": "1.50"}, "b": {"B": b"\\x00"}, "none": {"NULL": True},
            "yes": {"BOOL": False}, "set": {"SS": ["x", "y"]}, "numbers": {"NS": ["1"]}, "blobs": {"BS": [b"z"]},
            "list": {"L": [{"S": ""}, {"M": {"S": {"N": "0"}, "deep.er": {"L": []}}}]}, "empty": {"M": {}}}
    key = {"id": {"S": "a"}}
    def change(**more):
        return db.update_item(TableName="t", Key=key, UpdateExpression="SET n = n + :one",
                              ExpressionAttributeValues={":one": {"N": "1"}}, **more)
    calls = [
        lambda: db.put_item(TableName="t", Item=item, ReturnConsumedCapacity="TOTAL"),
        lambda: db.get_item(TableName="t", Key=key),
        lambda: db.get_item(TableName="t", Key={"id": {"S": "nobody"}}),
        lambda: change(),
        lambda: change(ReturnValues="ALL_NEW"),
        lambda: db.query(TableName="t", IndexName="ByOwner", KeyConditionExpression="#o = :o",
                         ExpressionAttributeNames={"#o": "owner"}, ExpressionAttributeValues={":o": {"S": "o"}}),
        lambda: db.scan(TableName="t", Limit=1),
        lambda: db.batch_get_item(RequestItems={"t": {"Keys": [key]}}),
        lambda: db.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": {**item, "id": {"S": "b"}}}}]),
        lambda: db.put_item(TableName="t", Item=item, ConditionExpression="attribute_not_exists(id)"),
        lambda: db.describe_table(TableName="t"),
        lambda: db.get_item(TableName="no such table", Key=key),
        lambda: db.delete_item(TableName="t", Key=key, ReturnValues="ALL_OLD"),
        lambda: sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn", "VisibilityTimeout"]),
        lambda: sns.get_topic_attributes(TopicArn=topic),
    ]
    found = [queue, topic]
    for call in calls:
        try:
            found.append(call())
        except ClientError as error:
            found.append(error.response)
    version4 = Config(signature_version="s3v4")
    signed = boto3.client("s3", config=version4).generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    return json.loads(json.dumps([*found, signed], default=repr), object_hook=plain)

def plain(found):
    hidden = ("RequestId", "HTTPHeaders", "TableId", "CreationDateTime")
    return {key: value for key, value in found.items() if key not in hidden}

import time_machine
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.backends import get_backend
with time_machine.travel(1_760_000_000, tick=False):
    start_local_aws([TABLE], {})
    before = answers()
    for name in ("dynamodb", "sqs", "sns"):
        get_backend(name).reset() if hasattr(get_backend(name), "reset") else get_backend(name).clear()
    import boto3
    from shim.dualrun.replay.pinned.sparing import spare_moto
    spare_moto()
    boto3.client("dynamodb").create_table(**TABLE)
    after = answers()
json.dump([before, after], sys.stdout)
"""


@pytest.fixture(scope="module")
def answered() -> tuple[list[object], list[object]]:
    """In a process of its own, since moto stays as it was made."""
    done = subprocess.run([sys.executable, "-c", CALLS], check=True, capture_output=True, text=True)
    before, after = json.loads(done.stdout)
    return before, after


def test_answers_errors_and_signed_addresses_are_those_that_moto_gives_of_itself(answered):
    before, after = answered
    assert after == before


def test_items_and_errors_were_among_them(answered):
    """Else two empty lists could be alike."""
    said = json.dumps(answered[0])
    for expected in ("deep.er", "ConditionalCheckFailedException", "ResourceNotFoundException", "X-Amz-Signature"):
        assert expected in said

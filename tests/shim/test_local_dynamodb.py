"""DynamoDB in memory and threads. It is for a whole process, so each test has one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BEGINNING = """
import json, threading, time
from concurrent.futures import ThreadPoolExecutor
from shim.local_aws import start_local_aws
start_local_aws([{
    "TableName": "t",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}], {})
import boto3
from moto.dynamodb.models.table import Table
dynamodb = boto3.client("dynamodb")
"""


def printed(program: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", BEGINNING + program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(ran.stdout)


def test_calls_of_other_services_do_not_wait_for_each_other() -> None:
    program = """
url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
sqs = boto3.client("sqs")
waiting = threading.Thread(target=sqs.receive_message, kwargs={"QueueUrl": url, "WaitTimeSeconds": 20}, daemon=True)
waiting.start()
time.sleep(0.2)
began = time.monotonic()
sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})
print(json.dumps(time.monotonic() - began < 15))
"""
    assert printed(program) is True


def test_a_row_that_one_thread_deletes_while_another_looks_for_it_is_gone() -> None:
    """Moto's table makes a row of whatever is asked for; the one that deletes is let in between its look and its
    asking, if there is a way in."""
    program = """
class Rows(dict):
    def __contains__(self, key):
        found = super().__contains__(key)
        if deleting.is_alive() and threading.current_thread() is not deleting:
            between.set()
            deleted.wait(0.5)
        return found

    def __missing__(self, key):
        self[key] = {}
        return self[key]

between, deleted = threading.Event(), threading.Event()

def delete():
    between.wait()
    dynamodb.delete_item(TableName="t", Key={"id": {"S": "1"}})
    deleted.set()

deleting = threading.Thread(target=delete)
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables["t"]
table.items = Rows()
dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})
deleting.start()
seen = dynamodb.get_item(TableName="t", Key={"id": {"S": "1"}}).get("Item")
deleting.join()
print(json.dumps([seen, len(table.items)]))
"""
    assert printed(program) == [{"id": {"S": "1"}}, 0]


def test_of_several_conditional_writes_at_once_one_succeeds() -> None:
    program = """
get = Table.get_item

def read(table, *arguments, **more):
    found = get(table, *arguments, **more)
    time.sleep(0.05)
    return found

Table.get_item = read

def write(number):
    try:
        dynamodb.put_item(
            TableName="t",
            Item={"id": {"S": "1"}, "by": {"N": str(number)}},
            ConditionExpression="attribute_not_exists(id)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True

with ThreadPoolExecutor(8) as threads:
    print(json.dumps(sum(threads.map(write, range(8)))))
"""
    assert printed(program) == 1

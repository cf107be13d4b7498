"""AWS in memory. It is for a whole process, so each test has one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import json, sys
from shim.local_aws import start_local_aws
start_local_aws([], json.loads(sys.argv[1]))
import boto3
sns, sqs = boto3.client("sns"), boto3.client("sqs", region_name="eu-west-1")
print(json.dumps({
    "topics": [topic["TopicArn"] for topic in sns.list_topics()["Topics"]],
    "queues": sqs.list_queues().get("QueueUrls", []),
}))
"""


def named_by(environment: dict[str, str]) -> Any:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(environment)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_nothing_is_made_of_other_accounts_and_other_words() -> None:
    environment = {
        "THEIRS": "arn:aws:sns:us-east-1:210987654321:alerts",
        "RULE": "arn:aws:events:us-east-1:123456789012:alerts",
        "NAME": "alerts",
        "PAGE": "https://example.com/123456789012/alerts",
    }
    assert named_by(environment) == {"topics": [], "queues": []}


def test_topics_and_queues_that_variables_name_exist() -> None:
    environment = {
        "TOPIC": "arn:aws:sns:us-east-1:123456789012:alerts",
        "SAME_TOPIC": "arn:aws:sns:us-east-1:123456789012:alerts",
        "ORDERED_TOPIC": "arn:aws:sns:us-east-1:123456789012:steps.fifo",
        "QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
        "ORDERED_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo",
    }
    made = named_by(environment)
    assert sorted(made["topics"]) == [environment["TOPIC"], environment["ORDERED_TOPIC"]]
    assert sorted(made["queues"]) == [environment["QUEUE"], environment["ORDERED_QUEUE"]]


SHARED = """
import json, os, subprocess, sys
os.environ.update(AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_SQS="http://127.0.0.1:1", AWS_PROFILE="none")
from shim.local_aws import serve_local_aws, start_local_aws
queue = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"
table = {
    "TableName": "t",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
start_local_aws([table], {}, named=[queue])
other = '''
import boto3, sys
boto3.client("dynamodb").put_item(TableName="t", Item={"id": {"S": "1"}})
boto3.client("sqs").send_message(QueueUrl=sys.argv[1], MessageBody="hello")
'''
subprocess.run([sys.executable, "-c", other, queue], env={**os.environ, **serve_local_aws()}, check=True)
import boto3
print(json.dumps([
    boto3.client("dynamodb").scan(TableName="t")["Items"],
    [message["Body"] for message in boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]],
]))
"""


def test_another_process_shares_it_whatever_endpoints_were_configured() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SHARED],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [[{"id": {"S": "1"}}], ["hello"]]
    assert ran.stderr == ""


DECLARED = """
import json, sys
from shim.local_aws import start_local_aws
start_local_aws([], json.loads(sys.argv[1]), resources=json.loads(sys.argv[2]))
import boto3
sqs, sns = boto3.client("sqs"), boto3.client("sns")
url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
sns.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:alerts", Message="hello")
print(json.dumps({
    "queue": sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"],
    "told": json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])["Message"],
    "secret": boto3.client("secretsmanager").get_secret_value(SecretId="key")["SecretString"],
    "parameter": boto3.client("ssm").get_parameter(Name="/app/limit")["Parameter"]["Value"],
    "buckets": [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]],
}))
"""


def test_what_infrastructure_declares_exists_as_it_is_declared_also_when_a_variable_names_it() -> None:
    queue, dead = "arn:aws:sqs:us-east-1:123456789012:jobs", "arn:aws:sqs:us-east-1:123456789012:dead"
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "3"})
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("sqs", "create_queue", {"QueueName": "dead"}),
        ("sqs", "create_queue", {"QueueName": "jobs", "Attributes": {"RedrivePolicy": redrive}}),
        ("sns", "create_topic", {"Name": "alerts"}),
        ("sns", "subscribe", {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue}),
        ("secretsmanager", "create_secret", {"Name": "key", "SecretString": "made-up"}),
        ("ssm", "put_parameter", {"Name": "/app/limit", "Value": "3", "Type": "String"}),
        ("s3", "create_bucket", {"Bucket": "NOT A NAME OF A BUCKET"}),
        ("s3", "create_bucket", {"Bucket": "app-files"}),
    ]
    resources = [
        {"id": f"R{number}", "service": service, "operation": operation, "arguments": arguments}
        for number, (service, operation, arguments) in enumerate(calls)
    ]
    environment = {"JOBS": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs", "ALERTS": topic}
    ran = subprocess.run(
        [sys.executable, "-c", DECLARED, json.dumps(environment), json.dumps(resources)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(ran.stdout)
    assert json.loads(made.pop("queue")["RedrivePolicy"]) == {"deadLetterTargetArn": dead, "maxReceiveCount": 3}
    assert made == {"told": "hello", "secret": "made-up", "parameter": "3", "buckets": ["app-files"]}
    assert "AWS in memory has no create_bucket of R6" in ran.stderr

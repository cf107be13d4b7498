"""Work that a function hands to itself runs beside it, over the wire, and its errors end nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.apply import apply_plan
from migrator.rewrite import plan_migration
from tests.migrator.rewrite.applications import inventory
from tests.running import running_migrated
from tests.shim.sse_client import open_stream

APP = """
import json
import time

import boto3


def handle(event, context):
    if event.get("job"):
        return work(event["job"])
    message = json.loads(event["body"])
    boto3.client("lambda").invoke(
        FunctionName=context.function_name,
        InvocationType="Event",
        Payload=json.dumps({"job": {"to": event["requestContext"]["connectionId"], "text": message["text"]}}),
    )
    return {"statusCode": 202}


def work(job):
    if job["text"] == "exit":
        raise SystemExit(3)
    time.sleep(0.5)
    client = boto3.client("apigatewaymanagementapi", endpoint_url="x")
    client.post_to_connection(ConnectionId=job["to"], Data=job["text"])
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = tmp_path_factory.mktemp("legacy")
    (app / "app.py").write_text(APP, encoding="utf-8")
    plan = plan_migration(app, inventory({"ask": "app.py:handle"}, authorizer=None))
    assert [route.level for route in plan.routes] == ["native"]
    assert plan.findings == ()
    out: Path = tmp_path_factory.mktemp("new") / "service"
    apply_plan(plan, out)
    assert "`in_background`" in (out / "MIGRATION.md").read_text()
    with running_migrated(out) as base:
        yield base


def test_the_answer_does_not_wait_for_the_work(service: str) -> None:
    with open_stream(f"{service}/stream") as ana:
        begun = time.monotonic()
        assert ana.send('{"action": "ask", "text": "hello"}').status_code == 200
        answered = time.monotonic()
        assert ana.next().data == "hello"
        assert time.monotonic() - begun > 0.5
        assert answered - begun < 0.5


def test_work_that_exits_ends_nothing_else(service: str) -> None:
    with open_stream(f"{service}/stream") as ana:
        assert ana.send('{"action": "ask", "text": "exit"}').status_code == 200
        assert ana.send('{"action": "ask", "text": "still here"}').status_code == 200
        assert ana.next().data == "still here"

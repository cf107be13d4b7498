"""Functions that others invoke: calls that invoke none of ours first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import CLIENT, SERVERLESS, scan

WORKER = "\n".join(
    [
        "  worker:",
        "    handler: worker.run",
        "    environment: {OTHER: x}",
        "",
    ]
)
PUSHES = """
    import boto3

    def run(event, context):
        boto3.client("apigatewaymanagementapi").post_to_connection(ConnectionId=event["id"], Data="done")
"""


def sources(inventory: Inventory) -> list[str]:
    handler = next(handler for handler in inventory.handlers if handler.path.startswith("worker"))
    return [trigger.source for trigger in handler.triggers]


def scanned(folder: Path, say: str, variables: str = "", **files: str) -> Inventory:
    text = dedent(SERVERLESS).replace("TABLE: notes-connections", f"TABLE: notes-connections\n    {variables}") + WORKER
    code = dedent(CLIENT) + dedent(say)
    return scan(folder, {"serverless.yml": text, "app.py": code, "worker.py": PUSHES, **files})


@pytest.mark.parametrize(
    "say",
    [
        "def say(event, context):\n    boto3.client('lambda').invoke(FunctionName='elsewhere')\n",
        "def say(event, context):\n    boto3.client('lambda').invoke(FunctionName=os.environ['UNKNOWN'])\n",
        "def say(event, context):\n    invoke('worker')\n",
        "def say(event, context):\n    chain.invoke({'FunctionName': 'worker'})\n",
    ],
)
def test_what_invokes_others_is_no_trigger(tmp_path: Path, say: str) -> None:
    assert sources(scanned(tmp_path, say)) == []


def test_a_function_that_invokes_itself_is_no_trigger(tmp_path: Path) -> None:
    again = (
        dedent(PUSHES) + "    boto3.client('lambda').invoke(FunctionName='notes-dev-worker', InvocationType='Event')\n"
    )

    assert sources(scanned(tmp_path, "def say(event, context): ...\n", **{"worker.py": again})) == []


@pytest.mark.parametrize(
    ("say", "variables"),
    [
        ("boto3.client('lambda').invoke(FunctionName='notes-dev-worker', InvocationType='Event')", ""),
        ("boto3.client('lambda').invoke(FunctionName=os.environ['WORKER'])", "WORKER: notes-dev-worker"),
        ("boto3.client('lambda').invoke(FunctionName=os.environ['WORKER'])", "WORKER: !Ref WorkerLambdaFunction"),
        (
            "boto3.client('lambda').invoke(FunctionName=os.environ['WORKER'])",
            "WORKER: !GetAtt WorkerLambdaFunction.Arn",
        ),
        ("boto3.client('lambda').invoke(FunctionName='arn:aws:lambda:eu-west-1:1:function:notes-dev-worker')", ""),
    ],
)
def test_who_is_invoked_is_told_from_where(tmp_path: Path, say: str, variables: str) -> None:
    assert sources(scanned(tmp_path, f"def say(event, context):\n    {say}\n", variables)) == ["invoked by app.py"]


@pytest.mark.parametrize(
    "call",
    [
        "await lambda.send(new InvokeCommand({ FunctionName: process.env.WORKER, InvocationType: 'Event' }));",
        "await new AWS.Lambda().invoke({ FunctionName: 'notes-dev-worker' }).promise();",
    ],
)
def test_scripts_invoke_too(tmp_path: Path, call: str) -> None:
    script = f"exports.run = async (event) => {{ const id = event.requestContext.connectionId; {call} }};\n"
    text = "  talk: {handler: talk.run, runtime: nodejs20.x, events: [{websocket: {route: talk}}]}\n"
    text = dedent(SERVERLESS).replace("TABLE: notes", "WORKER: notes-dev-worker\n    TABLE: notes") + text + WORKER
    files = {"serverless.yml": text, "app.py": CLIENT, "worker.py": PUSHES, "talk.js": script}

    assert sources(scan(tmp_path, files)) == ["invoked by talk.js"]

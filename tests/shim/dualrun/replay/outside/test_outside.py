"""A process of the pinned world runs functions that no route runs, and tells when all that they lead to is over."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Connect, Send, Session, connection_id_of
from shim.dualrun.record.trigger import OUTSIDE, Trigger
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.functions import OutsideFunction, Source
from shim.dualrun.replay.processes import candidate_process
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.world import World
from tests.shim.dualrun.replay.small_app import small_app

ENDPOINT = """

@app.post("/@connections/{name}")
async def tell(name: str, request: Request):
    if request.headers.get("authorization") != "Bearer " + os.environ["PUSH_TOKEN"]:
        return Response(status_code=403)
    queues[name].put_nowait((await request.body()).decode())
    return Response(status_code=200)
"""
HANDLERS = """
    import boto3


    def write(me, message):
        boto3.client("dynamodb").put_item(TableName=message["table"], Item={"id": {"S": me}})


    def ask(me, message):
        payload = boto3.client("lambda").invoke(FunctionName="app-" + message["of"], Payload=message["event"])
        push(me, payload.get("FunctionError", "fine") + " " + payload["Payload"].read().decode())
    """
FUNCTIONS = """
import json
import os
import urllib.request

import boto3


def tell(name, text, token=None):
    address = f"{os.environ['PUSH_URL']}/@connections/{name}"
    request = urllib.request.Request(address, text.encode(), method="POST")
    request.add_header("Authorization", "Bearer " + (token or os.environ["PUSH_TOKEN"]))
    urllib.request.urlopen(request).close()


def say(event, context):
    tell(event["to"], event["text"])
    return {"said": event["text"]}


def follow(event, context):
    for record in event["Records"]:
        tell(record["dynamodb"]["Keys"]["id"]["S"], record["eventName"])


def again(event, context):
    boto3.client("dynamodb").put_item(TableName="Loops", Item={"id": {"S": context.aws_request_id}})


def refuse(event, context):
    return {"statusCode": 404, "body": "no such room"}


def fail(event, context):
    raise KeyError("room")


def bare(event, context):
    boto3.client("apigatewaymanagementapi", endpoint_url="https://x.execute-api.us-east-1.amazonaws.com/dev").meta
    tell(event["to"], "with a token that nobody gave", "made-up")
"""


def table(name: str) -> dict[str, Any]:
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    }


def function(name: str, *sources: Source) -> OutsideFunction:
    return OutsideFunction(f"jobs.py:{name}", ".", "jobs", name, name=f"app-{name}", sources=sources)


def trigger(name: str, event: str = "{}") -> Trigger:
    return Trigger(f"jobs.py:{name}", "call", event)


def send(**message: str) -> Send:
    return Send("alice", json.dumps(message), message["action"])


ALICE = Connect("alice", query=(("name", "alice"),))
TO_ALICE = json.dumps({"to": "alice", "text": "hello"})
SESSIONS = [
    Session("said", (trigger("refuse"), ALICE, trigger("say", TO_ALICE), trigger("fail"))),
    Session("unknown", (ALICE, trigger("nobody"), trigger("say", TO_ALICE))),
    Session("stream", (ALICE, send(action="write", table="Rows"), send(action="write", table="Rows"))),
    Session("asked", (ALICE, send(action="ask", of="say", event=TO_ALICE), send(action="ask", of="fail", event="{}"))),
    Session("forged", (ALICE, trigger("bare", TO_ALICE))),
    Session("loop", (ALICE, send(action="write", table="Loops"))),
    Session("after the loop", (ALICE, trigger("say", TO_ALICE))),
]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, dict[str, str]]:
    folder = small_app(tmp_path_factory.mktemp("outside") / "app", HANDLERS)
    main = folder / "sse_service" / "main.py"
    main.write_text("import os\n" + main.read_text("utf-8") + ENDPOINT, "utf-8")
    (folder / "jobs.py").write_text(FUNCTIONS, "utf-8")
    functions = (
        *(function(name) for name in ("say", "refuse", "fail", "bare")),
        function("follow", Source("stream", "Rows")),
        function("again", Source("stream", "Loops")),
    )

    async def record() -> tuple[Recording, dict[str, str]]:
        world = World(at=1_800_000_000.0, functions=functions)
        async with candidate_process(folder, {}, [table("Rows"), table("Loops")], world) as side:
            client = partial(StreamClient, side.url)
            run = await run_sessions(SESSIONS, client, run="candidate", path="stream", line=side.line)
            return run, await side.line.ask("failures")

    return asyncio.run(record())


def told(recorded: tuple[Recording, dict[str, str]], session: str) -> list[tuple[int, str, str]]:
    events = recorded[0].events
    return [(e.step, e.client, e.text) for e in events if e.session == session and e.kind in {"msg", "error"}]


def test_what_a_function_pushes_belongs_to_its_step_and_its_errors_are_told(recorded: Any) -> None:
    assert told(recorded, "said") == [
        (0, OUTSIDE, "no such room"),
        (2, "alice", "hello"),
        (3, OUTSIDE, '{"errorType": "KeyError", "errorMessage": "\'room\'"}'),
    ]
    assert [e.status for e in recorded[0].events if e.client == OUTSIDE and e.session == "said"] == [404, None]


def test_a_function_that_is_not_there_is_a_problem_and_the_session_goes_on(recorded: Any) -> None:
    problems = [str(problem) for problem in recorded[0].problems if problem.session == "unknown"]
    assert problems == ["candidate, session 'unknown': step 2 was not taken: jobs.py:nobody can't be run there"]
    assert told(recorded, "unknown") == [(2, "alice", "hello")]


def test_what_a_stream_runs_is_over_before_the_next_step(recorded: Any) -> None:
    assert told(recorded, "stream") == [(1, "alice", "INSERT"), (2, "alice", "MODIFY")]
    assert recorded[0].triggered == {("stream", 1), ("stream", 2)}


def test_code_that_invokes_a_function_gets_its_answer_or_its_error(recorded: Any) -> None:
    assert told(recorded, "asked") == [
        (1, "alice", "hello"),
        (1, "alice", 'fine {"said": "hello"}'),
        (2, "alice", 'Unhandled {"errorType": "KeyError", "errorMessage": "\'room\'"}'),
    ]


def test_only_the_token_of_the_run_pushes_to_the_new_path(recorded: Any) -> None:
    ((step, client, text),) = told(recorded, "forged")
    assert (step, client, json.loads(text)["errorType"]) == (1, OUTSIDE, "HTTPError")


def test_functions_that_run_each_other_without_end_are_given_up_and_what_follows_is_not(recorded: Any) -> None:
    (problem,) = (str(problem) for problem in recorded[0].problems if problem.session == "loop")
    assert "functions run each other over and over: jobs.py:again" in problem
    assert told(recorded, "after the loop") == [(1, "alice", "hello")]


def test_how_functions_failed_is_told_at_the_end(recorded: Any) -> None:
    assert recorded[1]["jobs.py:fail"] == "KeyError: 'room'"
    assert recorded[1]["jobs.py:refuse"] == "it answered 404: no such room"


def test_an_id_of_a_connection_is_put_into_an_event() -> None:
    event = json.dumps({"to": connection_id_of("alice")})
    assert Trigger("a.py:f", "call", event).problem() == ""

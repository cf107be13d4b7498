"""A step of the legacy path is over when its functions in worker processes are done, however long they take."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent, indent

import pytest

from shim.dualrun.record.scenario import Advance, Close, Connect, Send, Session, connection_id_of
from shim.dualrun.replay.settling_by_cause import STEP_S
from shim.dualrun.replay.stubs import Stub
from shim.dualrun.replay.world import World
from shim.dualrun.run import record_legacy

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Api:
        Type: AWS::ApiGatewayV2::Api
        Properties:
          ProtocolType: WEBSOCKET
          RouteSelectionExpression: $request.body.action
    """
FUNCTION = """
      {name}:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: {folder}/
          Handler: app.handler
          Runtime: python3.11
          Environment:
            Variables:
              NAME: {name}
      {name}Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Api
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations
      {name}Route:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          ApiId: !Ref Api
          RouteKey: {key}
          Target: !Sub integrations/${{{name}Integration}}
    """
CONNECT = "def handler(event, context):\n    return {'statusCode': 200}\n"
SAY = """
    import json
    import time

    import boto3


    def handler(event, context):
        context = event["requestContext"]
        address = f"https://{context['domainName']}/{context['stage']}"
        time.sleep(0.4)
        client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
        message = json.loads(event["body"])
        client.post_to_connection(ConnectionId=message["to"], Data=message["text"].encode())
        return {"statusCode": 200}
    """


ASK = """
    import asyncio
    import json
    import socket

    import aiohttp
    import boto3
    import requests
    import ws2sse_test_given


    async def ask(url):
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.json()


    def handler(event, context):
        context = event["requestContext"]
        address = f"https://{context['domainName']}/{context['stage']}"
        told = [requests.post("https://api.example.com/v1", json={}, timeout=30).json()]
        try:
            socket.create_connection(("192.0.2.1", 443), timeout=1)
        except OSError as error:
            told.append(str(error))
        told.append(boto3.client("dynamodb").list_tables()["TableNames"])
        told.append(asyncio.run(ask("https://api.example.com/v1")))
        told.append(ws2sse_test_given.WORD)
        client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
        client.post_to_connection(ConnectionId=context["connectionId"], Data=json.dumps(told).encode())
        return {"statusCode": 200}
    """

TELL = """
    import json
    import random
    import secrets
    import time
    import uuid
    from datetime import datetime, timezone
    from random import choice

    import boto3


    def handler(event, context):
        context = event["requestContext"]
        address = f"https://{context['domainName']}/{context['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=address)
        began = time.time()
        time.sleep(0.25)
        told = {
            "time": began, "slept": time.time() - began, "now": datetime.now(timezone.utc).isoformat(),
            "uuid1": str(uuid.uuid1()), "uuid4": str(uuid.uuid4()), "token": secrets.token_hex(),
            "random": random.random(), "choice": choice("abcdefghijklmnop"),
        }
        client.post_to_connection(ConnectionId=context["connectionId"], Data=json.dumps(told).encode())
        return {"statusCode": 200}
    """


def two_roots(folder: Path, say: str = SAY) -> Path:
    """An application whose two functions have variables of their own, so that each has a process of its own."""
    template = dedent(TEMPLATE)
    for name, key in (("Connect", "$connect"), ("Say", "say")):
        template += indent(dedent(FUNCTION.format(name=name, folder=name.lower(), key=key)), "  ")
    (folder / "template.yaml").write_text(template, "utf-8")
    for name, code in (("connect", CONNECT), ("say", dedent(say))):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(code, "utf-8")
    return folder


async def test_what_a_worker_process_sends_belongs_to_the_step_that_caused_it(tmp_path: Path) -> None:
    texts = [json.dumps({"action": "say", "to": connection_id_of("bob"), "text": text}) for text in ("one", "two")]
    steps = (Connect("alice"), Connect("bob"), *(Send("alice", text, "say") for text in texts))

    recorded = await record_legacy(two_roots(tmp_path), [Session("slow", (*steps, Close("bob")))], {})

    told = [(event.step, event.client, event.text) for event in recorded.recording.events if event.kind == "msg"]
    assert told == [(2, "bob", "one"), (3, "bob", "two")]


async def test_worker_processes_have_no_outside_either_but_share_what_plays_aws_and_the_libraries(
    tmp_path: Path,
) -> None:
    json_type = {"content-type": "application/json"}
    stub = Stub("rates", host="api.example.com", headers=json_type, body='{"rate": 1.1}')
    session = Session("asking", (Connect("alice"), Send("alice", '{"action": "say"}', "say")))

    libraries = tmp_path / "libraries"
    libraries.mkdir()
    (libraries / "ws2sse_test_given.py").write_text("WORD = 'given'\n")
    (libraries / "requests.py").write_text("raise ImportError('it would take the place of ours')\n")
    app = tmp_path / "app"
    app.mkdir()

    world = World(stubs=(stub,), libraries=libraries)
    recorded = await record_legacy(two_roots(app, ASK), [session], {}, world=world)

    (event,) = (event for event in recorded.recording.events if event.kind == "msg")
    rate, refusal, tables, by_aiohttp, given = json.loads(event.text)
    assert tables == []
    assert rate == by_aiohttp == {"rate": 1.1}
    assert given == "given"
    assert "192.0.2.1" in refusal
    assert recorded.stubs == {"rates": 2, "192.0.2.1:443 (refused)": 1}


@pytest.mark.slow
async def test_two_runs_of_worker_processes_tell_the_same_times_and_draw_the_same(tmp_path: Path) -> None:
    say = Send("alice", '{"action": "say"}', "say")
    session = Session("told", (Connect("alice"), say, say, Advance(600.0 - 1), say))
    world = World(at=1_800_000_000.0)
    app = two_roots(tmp_path, TELL)

    runs = [await record_legacy(app, [session], {}, world=world) for _ in range(2)]

    one, two = ([event.text for event in run.recording.events if event.kind == "msg"] for run in runs)
    assert one == two
    first, second, later = map(json.loads, one)
    assert first["time"] == pytest.approx(1_800_000_000 + 2 * STEP_S, abs=1e-6)
    assert round(first["slept"], 6) == 0.25
    assert round(second["time"] - first["time"], 6) == STEP_S + 0.25
    assert later["time"] - second["time"] == pytest.approx(599 + 2 * STEP_S + 0.25, abs=1e-3)
    assert all(first[name] != second[name] for name in ("uuid1", "uuid4", "token", "random"))

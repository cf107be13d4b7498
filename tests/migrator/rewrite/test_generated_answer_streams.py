"""Routes that stream their answer do so over the wire, and to nobody but their caller."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from migrator.apply import apply_plan
from migrator.rewrite import plan_migration
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from tests.migrator.rewrite.applications import inventory
from tests.migrator.rewrite.python.test_answer_streams import pushing
from tests.running import running_migrated
from tests.shim.sse_client import STREAM, SseClient, open_stream

APP = """
import json
import time

import boto3


def client_for(event):
    rc = event["requestContext"]
    return boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{rc['domainName']}/{rc['stage']}")


def tokens(message):
    yield "one\\rtwo"
    yield from message["words"]
    if message.get("fail"):
        raise ValueError("no more tokens")


def ask(event, context):
    message = json.loads(event["body"])
    if not message["words"]:
        return {"statusCode": 422}
    client = client_for(event)
    for token in tokens(message):
        client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=token)
        time.sleep(message.get("pause", 0))
    return {"statusCode": 200}
"""
WORDS = ["Hello", "wörld"]
TOKENS = [("escaped", '"one\\rtwo"'), ("message", "Hello"), ("message", "wörld")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app = tmp_path_factory.mktemp("legacy")
    (app / "app.py").write_text(APP, encoding="utf-8")
    known = pushing(APP, inventory({"ask": "app.py:ask"}, authorizer=None))
    plan = plan_migration(app, known)
    assert [route.level for route in plan.routes] == ["native"]
    out = tmp_path_factory.mktemp("new") / "service"
    apply_plan(plan, out)
    assert "`POST /ask`" in (out / "MIGRATION.md").read_text()
    assert "-X POST http://127.0.0.1:8000/ask -H 'Accept: text/event-stream'" in (out / "README.md").read_text()
    with running_migrated(out) as address:
        yield address


@contextmanager
def asked(base: str, session: str, **message: object) -> Iterator[SseClient]:
    headers = {**STREAM, "Stream-Session": session}
    with httpx.stream("POST", f"{base}/ask", json=message, headers=headers, timeout=10) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield SseClient(base, response, EventStreamReader())


def told(events: list[StreamEvent]) -> list[tuple[str, str]]:
    return [(event.type, event.data) for event in events]


def test_who_accepts_a_stream_has_it_as_the_answer_and_nobody_else_has_it(base: str) -> None:
    with open_stream(f"{base}/stream") as ana, open_stream(f"{base}/stream") as ben:
        with asked(base, ana.session, words=WORDS) as answer:
            assert told(answer.rest()) == TOKENS
        for other in (ana, ben):  # the first that they get is their own
            direct = httpx.post(f"{base}/ask", json={"words": ["mine"]}, headers={"Stream-Session": other.session})
            assert direct.status_code == 200
            assert told([other.next(), other.next()]) == [TOKENS[0], ("message", "mine")]


def test_who_does_not_has_it_on_the_stream(base: str) -> None:
    with open_stream(f"{base}/stream") as ana:
        assert ana.send(json.dumps({"action": "ask", "words": WORDS})).status_code == 200
        assert told([ana.next() for _ in TOKENS]) == TOKENS
        answer = httpx.post(f"{base}/ask", json={"words": WORDS}, headers={"Stream-Session": ana.session})
        assert (answer.status_code, answer.content) == (200, b"")
        assert told([ana.next() for _ in TOKENS]) == TOKENS


def test_pieces_come_when_they_are_sent(base: str) -> None:
    with open_stream(f"{base}/stream") as ana, asked(base, ana.session, words=WORDS, pause=0.4) as answer:
        begun = time.monotonic()
        assert answer.next().data == TOKENS[0][1]
        assert time.monotonic() - begun < 0.4
        assert told(answer.rest()) == TOKENS[1:]


def test_two_at_once_are_not_mixed_up(base: str) -> None:
    with (
        open_stream(f"{base}/stream") as ana,
        asked(base, ana.session, words=["a", "b"], pause=0.05) as first,
        asked(base, ana.session, words=["c", "d"], pause=0.05) as second,
    ):
        assert told(first.rest()) == [TOKENS[0], ("message", "a"), ("message", "b")]
        assert told(second.rest()) == [TOKENS[0], ("message", "c"), ("message", "d")]


def test_a_failure_after_the_first_message_is_an_error_frame(base: str) -> None:
    with open_stream(f"{base}/stream") as ana, asked(base, ana.session, words=["a"], fail=True) as answer:
        *messages, last = answer.rest()
        assert told(messages) == [TOKENS[0], ("message", "a")]
        frame = json.loads(last.data)
        assert (frame["message"], frame["connectionId"]) == ("Internal server error", ana.connection_id)


@pytest.mark.parametrize(
    ("session", "body", "status"),
    [("own", '{"words": []}', 422), ("own", "{}", 500), ("guessed", "{}", 410), ("", "{}", 401)],
)
def test_before_the_first_message_the_status_tells(base: str, session: str, body: str, status: int) -> None:
    with open_stream(f"{base}/stream") as ana:
        headers = {**STREAM, "Content-Type": "application/json"}
        if session:
            headers["Stream-Session"] = ana.session if session == "own" else session
        answer = httpx.post(f"{base}/ask", content=body, headers=headers)
        assert answer.status_code == status
        assert not answer.headers.get("content-type", "").startswith("text/event-stream")


def test_when_the_client_leaves_the_rest_goes_on_its_stream(base: str) -> None:
    with open_stream(f"{base}/stream") as ana:
        with asked(base, ana.session, words=["a", "b", "c"], pause=0.3) as answer:
            assert answer.next().data == TOKENS[0][1]
        received = [ana.next().data]
        while received[-1] != "c":
            received.append(ana.next().data)
        assert received == ["a", "b", "c"][-len(received) :]

"""A migrated application as two processes over one Redis: the README's "Several processes", over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.hostile.serving import eventually
from tests.redis_server import RedisServer
from tests.running import SECRET, running_migrated, token
from tests.shim.sse_client import SseClient, open_stream, resume_stream

pytestmark = pytest.mark.slow

CREDENTIALS = "redis://default:not-for-logs@127.0.0.1:1/0"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def nodes(migrated_chat: Path, redis: RedisServer) -> Iterator[tuple[str, str]]:
    """Base addresses of two processes of the chat."""
    shared = {"STREAMS_REDIS_URL": redis.url, "STREAM_RESUME_SECONDS": "2"}
    with running_migrated(migrated_chat, **shared) as one, running_migrated(migrated_chat, **shared) as other:
        yield one, other


def say(node: str, client: SseClient, **message: str) -> httpx.Response:
    body = json.dumps({"type": "chat", **message})
    return httpx.post(f"{node}/stream", content=body, headers={"Stream-Session": client.session}, timeout=30)


def until(client: SseClient, true: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    while not true(heard := json.loads(client.next().data)):
        pass
    return heard


def test_who_is_at_one_process_hears_who_speaks_at_the_other(nodes: tuple[str, str]) -> None:
    here, there = nodes
    with (
        open_stream(f"{here}/stream", {"token": token("ana")}) as ana,
        open_stream(f"{there}/stream", {"token": token("ben")}) as ben,
    ):
        assert say(there, ana, text="over there").status_code == 200  # ana's stream is at the other one

        assert until(ben, lambda heard: heard["type"] == "chat_message")["text"] == "over there"
        delivered = until(ana, lambda heard: heard["type"] == "chat_delivered")
        assert delivered["recipients"] == 1


def test_a_stream_goes_on_at_the_other_process_with_what_was_sent_meanwhile(nodes: tuple[str, str]) -> None:
    here, there = nodes
    with open_stream(f"{there}/stream", {"token": token("ben")}) as ben:
        with open_stream(f"{here}/stream", {"token": token("ana")}) as ana:
            say(there, ben, text="before")
            seen = ana.next()
            while json.loads(seen.data).get("text") != "before":
                seen = ana.next()
        say(there, ben, text="meanwhile")
        with resume_stream(f"{there}/stream", ana.session, seen.id) as again:
            assert until(again, lambda heard: heard["type"] == "chat_message")["text"] == "meanwhile"


def test_the_end_is_told_once_with_the_caller_that_another_process_knew(nodes: tuple[str, str]) -> None:
    here, there = nodes
    with open_stream(f"{here}/stream", {"token": token("ben")}) as ben:
        with open_stream(f"{there}/stream", {"token": token("ana")}) as ana:
            assert httpx.delete(f"{here}/stream", headers={"Stream-Session": ana.session}).status_code == 204
            assert httpx.delete(f"{there}/stream", headers={"Stream-Session": ana.session}).status_code == 410
        left = until(ben, lambda heard: heard.get("event") == "left")
        assert left["user"] == "ana"
        say(here, ben, text="end")
        assert json.loads(ben.next().data)["type"] == "chat_accepted"


def test_without_redis_it_says_so_and_nothing_of_the_password(migrated_chat: Path) -> None:
    with running_migrated(migrated_chat, STREAMS_REDIS_URL=CREDENTIALS) as base:
        answered = httpx.get(
            f"{base}/stream", params={"token": token("ana")}, headers={"Accept": "text/event-stream"}, timeout=30
        )
        assert answered.status_code == 503
        assert 1 <= int(answered.headers["Retry-After"]) <= 3
        assert answered.json() == {"message": "the broker of the connections is not available"}
        eventually(lambda: httpx.get(f"{base}/readyz").json() == {"status": "away"}, 30)  # after ten seconds
        assert httpx.get(f"{base}/readyz").status_code == 503
        assert httpx.get(f"{base}/healthz").status_code == 200
        assert "not-for-logs" not in answered.text
        assert SECRET not in answered.text

"""What a migrated application tells Prometheus, alone and over Redis, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.hostile.serving import eventually
from tests.migrator.deploy.promql import PANEL_QUERIES, check, told_in
from tests.redis_server import RedisServer
from tests.running import invoke, migrated_process, running_migrated, token
from tests.shim.sse_client import STREAM, open_stream

TOKEN = "scraper-token-0123456789"
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(base: str, given: str = TOKEN) -> httpx.Response:
    return httpx.get(f"{base}/metrics", headers={"Authorization": f"Bearer {given}".encode()}, timeout=30)


def numbers(base: str) -> Numbers:
    """By name and labels, but for those that all have."""
    return {
        (
            sample.name,
            frozenset(pair for pair in sample.labels.items() if pair[0] not in {"ApiId", "Stage"}),
        ): sample.value
        for family in text_string_to_metric_families(scraped(base).text)
        for sample in family.samples
    }


def number(base: str, name: str, **labels: str) -> float:
    return numbers(base).get((name, frozenset(labels.items())), 0.0)


@pytest.fixture(params=["memory", "redis"])
def base(request: pytest.FixtureRequest, migrated_chat: Path) -> Iterator[str]:
    variables = {"METRICS_TOKEN": TOKEN, "STREAM_RESUME_SECONDS": "1"}
    if request.param == "redis":
        variables["STREAMS_REDIS_URL"] = request.getfixturevalue("redis").url
    with running_migrated(migrated_chat, **variables) as base:
        yield base


def test_it_counts_clients_messages_and_pushes(base: str) -> None:
    address = f"{base}/stream"
    with open_stream(address, {"token": token("ana")}) as ana, open_stream(address, {"token": token("ben")}) as ben:
        assert number(base, "ws2sse_connections", face="sse") == 2
        assert number(base, "ws2sse_connect_seconds_count", face="sse") == 2
        assert number(base, "ws2sse_connections_limit") == 10_000
        before = number(base, "ws2sse_pushes_total", result="sent")
        assert ana.send('{"type": "chat", "text": "hello"}').status_code == 200
        assert ana.send('{"type": "ping"}').status_code == 200
        own = {"Stream-Session": ben.session}
        assert httpx.post(f"{base}/chat", json={"type": "chat", "text": "hello"}, headers=own).status_code == 200
        assert httpx.post(f"{base}/chat", content="[", headers=own).status_code == 422

        assert number(base, "ws2sse_messages_total", Route="chat", outcome="handled") == 2
        assert number(base, "ws2sse_messages_total", Route="ping", outcome="handled") == 1
        assert number(base, "ws2sse_messages_total", Route="chat", outcome="bad_request") == 1
        assert number(base, "MessageCount_total", Route="chat") == 3
        assert number(base, "IntegrationLatency_count", Route="chat") == 2
        assert number(base, "ws2sse_message_bytes_total") > 50
        assert number(base, "ws2sse_messages_running") == 0
        assert number(base, "ws2sse_pushes_total", result="sent") - before >= 5  # two chats to two, and a pong
        assert httpx.delete(address, headers=own).status_code == 204
    eventually(lambda: number(base, "ws2sse_disconnects_total", code="1005") == 1)
    eventually(lambda: number(base, "ws2sse_disconnects_total", code="1006") == 1)
    eventually(lambda: number(base, "ws2sse_connections", face="sse") == 0)


def test_who_is_refused_is_counted_by_why(migrated_chat: Path) -> None:
    with running_migrated(migrated_chat, METRICS_TOKEN=TOKEN, STREAM_MAX_CONNECTIONS="1") as base:
        asked = f"{base}/stream"
        assert httpx.get(asked, headers=STREAM).status_code == 401
        assert httpx.get(asked, params={"token": "forged"}, headers=STREAM).status_code in {401, 403}
        with open_stream(asked, {"token": token("ana")}):
            assert httpx.get(asked, params={"token": token("ben")}, headers=STREAM).status_code == 503
        assert httpx.get(asked, headers={**STREAM, "Stream-Session": "unknown"}).status_code == 204
        assert httpx.get(f"{base}/nowhere").status_code == 404

        refused = {labels: value for (name, labels), value in numbers(base).items() if name == "ws2sse_refused_total"}
        assert sum(refused.values()) == 3
        assert number(base, "ws2sse_refused_total", face="sse", status="503", reason="full") == 1
        assert number(base, "ws2sse_refused_total", face="sse", status="401", reason="authorizer") >= 1


@pytest.mark.slow
def test_over_redis_it_tells_of_its_node_and_of_redis(migrated_chat: Path, redis: RedisServer) -> None:
    shared = {"METRICS_TOKEN": TOKEN, "STREAMS_REDIS_URL": redis.url}
    with (
        running_migrated(migrated_chat, **shared) as here,
        running_migrated(migrated_chat, **shared) as there,
        open_stream(f"{here}/stream", {"token": token("ana")}),
    ):
        eventually(lambda: number(there, "ws2sse_connections_everywhere") == 1)
        assert number(there, "ws2sse_connections", face="sse") == 0
        assert number(here, "ws2sse_redis_up") == 1
        assert number(here, "ws2sse_redis_calls_total") > 0
        redis.stop()
        eventually(lambda: number(here, "ws2sse_redis_up") == 0, 30)
        assert (
            httpx.get(f"{here}/stream", params={"token": token("ben")}, headers=STREAM, timeout=30).status_code == 503
        )
        assert number(here, "ws2sse_refused_total", face="sse", status="503", reason="away") == 1


def test_who_has_no_token_reads_nothing(base: str) -> None:
    for headers in ({}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer"}):
        refused = httpx.get(f"{base}/metrics", headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert scraped(base, TOKEN[:-1]).status_code == 401
    assert scraped(base, "ü" * 20).status_code == 401
    assert TOKEN not in httpx.get(f"{base}/openapi.json").text


def test_without_a_token_there_is_no_such_page(migrated_chat: Path) -> None:
    with running_migrated(migrated_chat) as base:
        assert scraped(base).status_code == 404


def test_a_token_that_could_be_guessed_is_none(migrated_chat: Path) -> None:
    with (
        pytest.raises(AssertionError, match="METRICS_TOKEN has 5 characters; allowed: none, or at least 16"),
        migrated_process(migrated_chat, METRICS_TOKEN="12345"),
    ):
        pass


@pytest.mark.slow
def test_the_dashboard_and_the_alerts_of_its_kit_ask_for_what_it_tells(
    migrated_chat: Path, redis: RedisServer, tmp_path: Path
) -> None:
    texts = []
    for variables in ({}, {"STREAMS_REDIS_URL": redis.url}):
        with running_migrated(migrated_chat, METRICS_TOKEN=TOKEN, **variables) as base:
            with open_stream(f"{base}/stream", {"token": token("ana")}) as ana:
                ana.send('{"type": "ping"}')
                assert httpx.get(f"{base}/stream", headers=STREAM).status_code == 401
                ana.close()
                eventually(lambda base=base: number(base, "ws2sse_disconnects_total", code="1005") == 1)
            texts.append(scraped(base).text)
    told = told_in(texts)
    finished = invoke("deploy", migrated_chat, "--out", tmp_path / "kits", "--kit", "monitoring")
    assert finished.returncode == 0, finished.stderr
    (group,) = yaml.safe_load((tmp_path / "kits" / "monitoring" / "alerts.yaml").read_text())["groups"]

    for _name, query in PANEL_QUERIES:
        check(query, told)
    for rule in group["rules"]:
        check(rule["expr"], told)
        assert not re.search(r"SHIM_|metrics\.token|streams\.connections", " ".join(rule["annotations"].values()))
    assert len(group["rules"]) >= 12

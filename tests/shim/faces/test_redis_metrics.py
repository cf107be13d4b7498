"""Metrics of a node of several."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from shim.faces.metrics import metrics_router
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, eventually, facing
from tests.shim.sse_client import open_stream
from tests.shim.streams.redis_world import own_options


@pytest.fixture
def two_nodes(redis_server: RedisServer) -> Iterator[tuple[Faced, Faced]]:
    options = own_options(redis_server.url, timeout_s=0.3, unready_s=0.1)
    with facing(streams=RedisStreams(options)) as one, facing(streams=RedisStreams(options)) as other:
        for shim in (one, other):
            shim.app.api.include_router(metrics_router(shim.service))
        yield one, other


def scraped(shim: Faced) -> dict[str, float]:
    """By name and its own labels, such as `ws2sse_connections{face=sse}`."""
    text = httpx.get(f"http://127.0.0.1:{shim.port}/metrics").text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name not in {"ApiId", "Stage", "le"}}
            words = ",".join(f"{name}={value}" for name, value in labels.items())
            found[sample.name + (f"{{{words}}}" if words else "")] = sample.value
    return found


def test_each_node_tells_of_its_own_streams_and_of_all(two_nodes: tuple[Faced, Faced]) -> None:
    one, other = two_nodes
    with open_stream(one.address), connect(other.websocket):
        eventually(lambda: scraped(one)["ws2sse_connections_everywhere"] == 2)
        first, second = scraped(one), scraped(other)
        assert (first["ws2sse_connections{face=sse}"], first["ws2sse_connections{face=websocket}"]) == (1, 0)
        assert (second["ws2sse_connections{face=sse}"], second["ws2sse_connections{face=websocket}"]) == (0, 1)
        assert first["ws2sse_connections_limit"] == 10_000
    eventually(lambda: scraped(other)["ws2sse_connections{face=websocket}"] == 0)
    eventually(
        lambda: (
            scraped(one)["ws2sse_redis_ends_total{result=told}"]
            + scraped(other)["ws2sse_redis_ends_total{result=told}"]
            == 1
        )
    )  # the WebSocket; the stream may be resumed


def test_who_asks_costs_redis_nothing(two_nodes: tuple[Faced, Faced]) -> None:
    one, _other = two_nodes
    with open_stream(one.address):
        counts = one.service.streams.counts
        assert counts is not None
        asked = [scraped(one)["ws2sse_redis_calls_total"] for _ in range(50)]
        sweeps = 50  # of the node itself, at most one a second

        assert asked[-1] - asked[0] < sweeps


def test_that_redis_is_away_is_seen_and_for_how_long(two_nodes: tuple[Faced, Faced], redis_server: RedisServer) -> None:
    one, _other = two_nodes
    eventually(lambda: scraped(one)["ws2sse_redis_round_trip_seconds_count"] > 0)
    assert (scraped(one)["ws2sse_redis_up"], scraped(one)["ws2sse_redis_away_seconds_total"]) == (1, 0)
    redis_server.pause()
    try:
        eventually(lambda: scraped(one)["ws2sse_redis_up"] == 0)
        eventually(lambda: scraped(one)["ws2sse_redis_failures_total{kind=away}"] > 0)
    finally:
        redis_server.go_on()
    eventually(lambda: scraped(one)["ws2sse_redis_up"] == 1)

    assert scraped(one)["ws2sse_redis_away_seconds_total"] > 0


def test_all_series_are_there_from_the_start(two_nodes: tuple[Faced, Faced]) -> None:
    """So that the first of anything is an increase."""
    found = scraped(two_nodes[0])
    for name in (
        "failures_total{kind=away}",
        "failures_total{kind=refused}",
        "late_renewals_total",
        "gaps_total",
        "positions_found_total{what=lost}",
        "positions_found_total{what=missed}",
        "deliveries_total{way=straight}",
        "deliveries_total{way=read}",
        "resumed_total{last_node=other}",
        "ends_total{result=lost}",
    ):
        assert found[f"ws2sse_redis_{name}"] == 0

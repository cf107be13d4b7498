"""Metrics: API Gateway's own under their names, by route, and nothing that a client can make grow."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain

from shim.emulation import GatewayService
from shim.faces.metric_counts import MetricCounts, code_class, status_class
from shim.faces.metrics import MetricsOptions, metrics_router
from shim.faces.options import InvalidFaceOptions
from shim.gateway.definition import ApiDefinition, LambdaProxy, Mock, RouteDefinition
from shim.gateway.limits import GatewayLimits, Throttle
from shim.observing import Connected, Disconnected, MessageHandled, Refused
from shim.service import ConnectRefused, Handshake, Problem
from shim.streams import Closed, Streams
from tests.shim.faces.facing import ROUTES, Functions

TOKEN = "scraper-token-0123456789"


class Scraped:
    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in plain(text)}
        self.samples = {
            (sample.name, *sorted(f"{k}={v}" for k, v in sample.labels.items() if k not in {"ApiId", "Stage"})): (
                sample.value
            )
            for family in self.families.values()
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.samples.get((name, *sorted(f"{k}={v}" for k, v in labels.items())))


class Metered:
    def __init__(self, options: MetricsOptions | None = None, limits: GatewayLimits | None = None) -> None:
        self.functions = Functions()
        self.service = GatewayService(
            ApiDefinition(
                name="test",
                routes={
                    **{key: RouteDefinition(LambdaProxy(key), key == "echo", timeout_s=0.05) for key in ROUTES},
                    "pretend": RouteDefinition(Mock()),
                },
                stage="prod",
                limits=limits or GatewayLimits(),
            ),
            self.functions,
            Streams(),
        )
        self.app = FastAPI()
        self.app.include_router(metrics_router(self.service, options))

    @asynccontextmanager
    async def client(
        self, peer: str = "127.0.0.1", host: str = "localhost:8000", **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers) as client:
            yield client

    async def scrape(self) -> Scraped:
        async with self.client() as client:
            response = await client.get("/metrics")
        assert response.status_code == 200, response.text
        return Scraped(response.text)

    async def connect(self, face: str = "sse", **query: str) -> str:
        handshake = Handshake((), tuple(query.items()), "192.0.2.7", face=face)  # type: ignore[arg-type]
        return (await self.service.connect(handshake)).connection_id


async def test_elsewhere_nobody_reads_them_without_a_token() -> None:
    metered = Metered()
    for peer, host in (("192.0.2.7", "localhost"), ("127.0.0.1", "shim.example.org")):
        async with metered.client(peer, host) as client:
            response = await client.get("/metrics")
            assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})
    async with metered.client(**{"X-Forwarded-For": "127.0.0.1"}) as client:
        assert (await client.get("/metrics")).status_code == 403


async def test_even_here_nobody_reads_them_when_that_is_off() -> None:
    async with Metered(MetricsOptions(local=False)).client() as client:
        assert (await client.get("/metrics")).status_code == 403


async def test_with_a_token_everyone_needs_it_and_guessing_is_slowed_down() -> None:
    metered = Metered(MetricsOptions(token=TOKEN))
    async with metered.client() as client:
        response = await client.get("/metrics")
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert (await client.get("/metrics", params={"token": TOKEN})).status_code == 401
    async with metered.client("192.0.2.7", "shim.example.org") as client:
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert (await client.get("/metrics", headers=right)).status_code == 200
        for _ in range(3):
            assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 401
        response = await client.get("/metrics", headers=right)
        assert response.status_code == 429
        assert int(response.headers["retry-after"]) >= 1


def test_a_short_token_is_no_option_and_none_is_shown() -> None:
    with pytest.raises(InvalidFaceOptions):
        MetricsOptions(token="guess")
    assert TOKEN not in repr(MetricsOptions(token=TOKEN))


async def test_two_services_in_a_process_do_not_share_a_registry() -> None:
    one, other = Metered(), Metered()
    await one.connect()
    assert (await one.scrape())("ConnectCount_total", Route="$connect") == 1
    assert (await other.scrape())("ConnectCount_total", Route="$connect") == 0


async def test_clients_cannot_make_series() -> None:
    metered = Metered()
    connection = await metered.connect()
    await metered.service.message(connection, '{"action": "silent"}', "m")
    before = len((await metered.scrape()).samples)
    for number in range(50):
        metered.service.observers[0](MessageHandled(connection, "m", f"made-up-{number}", "handled", 0.1, 2))
        metered.service.observers[0](Disconnected("x", 100_000 + number, "", False))
        metered.service.observers[0](Refused("x", "sse", "192.0.2.7", 600 + number, ""))
    assert len((await metered.scrape()).samples) <= before + 6


async def test_messages_by_route_and_outcome() -> None:
    metered = Metered()
    connection = await metered.connect()
    for body in (
        '{"action": "silent"}',
        '{"action": "silent"}',
        '{"action": "fail"}',
        '{"action": "wait"}',
        '{"action": "nobody"}',
        '{"action": "pretend"}',
    ):
        await metered.service.message(connection, body, "m")
    metered.functions.released.set()
    scraped = await metered.scrape()
    assert scraped("MessageCount_total", Route="silent") == 2
    assert scraped("MessageCount_total", Route="$none") == 1
    assert scraped("ClientError_total", Route="$none") == 1
    assert scraped("IntegrationError_total", Route="fail") == 1
    assert scraped("ExecutionError_total", Route="wait") == 1
    assert scraped("ws2sse_messages_total", Route="wait", outcome="timed_out") == 1
    assert scraped("IntegrationLatency_count", Route="silent") == 2
    assert scraped("IntegrationLatency_bucket", Route="silent", le="+Inf") == 2
    assert (scraped("IntegrationLatency_sum", Route="wait") or 0) >= 50
    assert scraped("IntegrationLatency_bucket", Route="wait", le="25.0") == 0
    assert scraped("IntegrationLatency_count", Route="pretend") is None
    assert scraped("ws2sse_message_bytes_total") == 20 * 2 + 18 * 2 + 20 + 21
    assert scraped("ws2sse_messages_running") == 0


async def test_messages_that_were_throttled_are_errors_of_clients_and_have_no_latency() -> None:
    metered = Metered(limits=GatewayLimits(requests=Throttle(0.001, 1)))
    connection = await metered.connect()
    for _ in range(3):
        await metered.service.message(connection, '{"action": "silent"}', "m")
    scraped = await metered.scrape()
    assert scraped("ClientError_total", Route="$none") == 2
    assert scraped("IntegrationLatency_count", Route="silent") == 1


async def test_connections_by_face_refusals_and_ends() -> None:
    metered = Metered()
    first, _second, third = await metered.connect(), await metered.connect(), await metered.connect("websocket")
    for status in ("403", "500", "100"):
        with pytest.raises(ConnectRefused):
            await metered.connect(status=status)
    metered.service.accepting = False
    with pytest.raises(ConnectRefused):
        await metered.connect()
    metered.service.streams.close(first, 1001, "")
    await metered.service.disconnected(Closed(first, 1001, "", {}))
    scraped = await metered.scrape()
    assert scraped("ws2sse_connections", face="sse") == 1
    assert scraped("ws2sse_connections", face="websocket") == 1
    assert scraped("ws2sse_streams_detached") == 2
    assert scraped("ConnectCount_total", Route="$connect") == 4
    assert scraped("ClientError_total", Route="$connect") == 1
    assert scraped("ExecutionError_total", Route="$connect") == 2
    assert scraped("ws2sse_refused_total", face="sse", status="503", reason="ending") == 1
    assert scraped("ws2sse_disconnects_total", code="1001") == 1
    assert scraped("ws2sse_connect_seconds_count", face="sse") == 2
    assert metered.service.get(third)


async def test_pushes_and_what_is_kept() -> None:
    metered = Metered()
    connection = await metered.connect()
    metered.service.post(connection, b"12345")
    metered.service.post(connection, b"67890")
    with pytest.raises(Problem):
        metered.service.post("nobody", b"x")
    scraped = await metered.scrape()
    assert scraped("ws2sse_pushes_total", result="sent") == 2
    assert scraped("ws2sse_pushes_total", result="gone") == 1
    assert scraped("MessageCount_total", Route="") == 2
    assert scraped("ws2sse_streams_kept_bytes") == scraped("ws2sse_streams_waiting_bytes") == 10


async def test_both_formats_are_served_and_what_can_not_be_read_gets_the_first() -> None:
    metered = Metered()
    async with metered.client() as client:
        response = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert response.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
        assert "IntegrationLatency" in {family.name for family in open_metrics(response.text)}
        prometheus = (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3"
        )
        assert "openmetrics" in (await client.get("/metrics", headers={"Accept": prometheus})).headers["content-type"]
        assert "process_resident_memory_bytes" in response.text
        for accept in ("*/*", "application/openmetrics-text; version=evil", "text/plain; version=;;", "," * 1_000):
            response = await client.get("/metrics", headers={"Accept": accept})
            assert response.headers["content-type"].startswith(("text/plain; version=", "application/openmetrics"))
            assert response.status_code == 200


def test_codes_and_statuses_that_applications_choose_are_put_in_classes() -> None:
    assert [code_class(code) for code in (1000, 1006, 3999, 4711, 0, 5000)] == [
        "1000",
        "1006",
        "3xxx",
        "4xxx",
        "other",
        "other",
    ]
    assert [status_class(status) for status in (401, 404, 302, 599, 700, 0)] == [
        "401",
        "4xx",
        "3xx",
        "5xx",
        "other",
        "other",
    ]


def test_counting_a_message_costs_microseconds() -> None:
    counts = MetricCounts(["send"])
    message = MessageHandled("id", "m", "send", "handled", 0.02, 100)
    started = time.process_time()
    for _ in range(20_000):
        counts(message)
    assert (time.process_time() - started) / 20_000 < 20e-6


def test_connections_that_come_and_go_leave_nothing() -> None:
    counts = MetricCounts([])
    for number in range(1_000):
        counts(Connected(str(number), "sse", "192.0.2.7", 0.01))
        counts(Disconnected(str(number), 1000, "", False))
    assert counts.faces == {}

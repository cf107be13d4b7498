"""Metrics for Prometheus, and who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.registry import Collector

from shim.faces.exposition import exposition
from shim.faces.metric_counts import MetricCounts
from shim.faces.operators import TokenGate, check_token_option, who_asks
from shim.faces.redis_metrics import RedisCollector
from shim.faces.refusal import Refusal
from shim.faces.service_metrics import ServiceCollector
from shim.gateway.definition import ApiDefinition, Mock
from shim.service import Service

PATH: Final = "/metrics"


@dataclass(frozen=True, slots=True)
class MetricsOptions:
    """Who may read the metrics. Raises InvalidFaceOptions."""

    token: str | None = field(default=None, repr=False)
    """What everyone has to bring as `Authorization: Bearer …`, at least 16 characters. Default None: nobody but this
    machine may read."""

    local: bool = True
    """Whether this machine may read without a token while none is set. Default true; to be turned off where a proxy on
    the same machine stands in front and passes its own address on as Host."""

    def __post_init__(self) -> None:
        check_token_option(self.token)


def metrics_router(
    service: Service, options: MetricsOptions | None = None, *, more: Iterable[Collector] = ()
) -> APIRouter:
    """GET on `/metrics`, in the format that the scraper prefers. Begins to observe the service. `more`: of others."""
    chosen = options or MetricsOptions()
    streams, own = service.streams, (service.api.api_id, service.api.stage)
    counts = counts_of(service.api, alone=not streams.shared)
    service.observers.append(counts)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServiceCollector(own, counts, streams, service.pushes, lambda: service.messages_running))
    if streams.counts is not None:
        registry.register(RedisCollector(own, streams.counts))
    for collector in more:
        registry.register(collector)
    ProcessCollector(registry=registry)
    gate = None if chosen.token is None else TokenGate(chosen.token)
    router = APIRouter()

    @router.get(PATH, include_in_schema=False)
    def metrics(request: Request) -> Response:
        """No coroutine: counting what thousands of connections hold would keep the event loop waiting."""
        try:
            who_asks(request, gate, local=chosen.local)
        except Refusal as refusal:
            return refusal.response()
        return exposition(registry, request.headers.get("accept", ""))

    return router


def counts_of(api: ApiDefinition, *, alone: bool = True) -> MetricCounts:
    """`alone`: see `MetricCounts`."""
    mocks = {key for key, route in api.routes.items() if isinstance(route.integration, Mock)}
    return MetricCounts(api.routes, mocks=mocks, alone=alone)

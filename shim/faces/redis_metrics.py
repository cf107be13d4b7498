"""Metrics of one node among several that serve the same connections over Redis."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from shim.faces.metric_families import OWN_LABELS, add_distribution
from shim.streams.redis.counts import RedisCounts

T = TypeVar("T", bound=str)


class RedisCollector(Collector):
    """`own`: values of `ApiId` and `Stage`."""

    def __init__(self, own: Sequence[str], counts: RedisCounts) -> None:
        self._own = list(own)
        self._counts = counts

    def collect(self) -> Iterable[Metric]:
        yield from self._connections()
        yield from self._calls()
        yield from self._streams()

    def _connections(self) -> Iterable[Metric]:
        counts = self._counts
        yield self._gauges("ws2sse_connections", "Connections whose streams this node writes", "face", counts.hosted)
        everywhere = "Open connections of all nodes, as each node last saw it"
        yield self._gauge("ws2sse_connections_everywhere", everywhere, counts.open_everywhere)
        yield self._counters(
            "ws2sse_redis_resumed",
            "Streams that were taken up again here, by where the one before was",
            "last_node",
            {"same": counts.resumed - counts.taken_over, "other": counts.taken_over},
        )
        yield self._counters(
            "ws2sse_redis_ends",
            "Ends of connections: those that this node told the application, and those that some node never finished",
            "result",
            {"told": counts.told, "lost": counts.untold},
        )

    def _calls(self) -> Iterable[Metric]:
        counts, now = self._counts, time.monotonic()
        trips = HistogramMetricFamily(
            "ws2sse_redis_round_trip_seconds", "Round trips to Redis, each with one call or many", labels=OWN_LABELS
        )
        add_distribution(trips, self._own, counts.round_trips)
        yield trips
        yield self._counter("ws2sse_redis_calls", "Calls that Redis answered", counts.calls)
        yield self._counters(
            "ws2sse_redis_failures", "Round trips that failed, and calls that were refused", "kind", counts.failures
        )
        away_s = counts.away_s(now)
        yield self._gauge("ws2sse_redis_up", "1 while Redis answers this node", int(away_s == 0))
        away = "Seconds for which Redis did not answer this node"
        yield self._counter("ws2sse_redis_away_seconds", away, counts.away_before_s + away_s)
        late = "Renewals of this node's lease that came after its end"
        yield self._counter("ws2sse_redis_late_renewals", late, counts.late_renewals)

    def _streams(self) -> Iterable[Metric]:
        counts = self._counts
        yield self._counters(
            "ws2sse_redis_deliveries",
            "Messages for streams of this node that came with the wake-up, and that had to be read",
            "way",
            {"straight": counts.straight, "read": counts.read},
        )
        compared = "Positions of streams that were compared with Redis"
        yield self._counter("ws2sse_redis_positions_compared", compared, counts.compared)
        yield self._counters(
            "ws2sse_redis_positions_found", "Comparisons of positions that found something", "what", counts.found
        )

    def _counter(self, name: str, words: str, value: float) -> Metric:
        family = CounterMetricFamily(name, words, labels=OWN_LABELS)
        family.add_metric(self._own, value)
        return family

    def _gauge(self, name: str, words: str, value: float) -> Metric:
        family = GaugeMetricFamily(name, words, labels=OWN_LABELS)
        family.add_metric(self._own, value)
        return family

    def _counters(self, name: str, words: str, label: str, values: Mapping[T, int]) -> Metric:
        family = CounterMetricFamily(name, words, labels=[*OWN_LABELS, label])
        for which, value in dict(values).items():
            family.add_metric([*self._own, which], value)
        return family

    def _gauges(self, name: str, words: str, label: str, values: Mapping[T, int]) -> Metric:
        family = GaugeMetricFamily(name, words, labels=[*OWN_LABELS, label])
        for which, value in dict(values).items():
            family.add_metric([*self._own, which], value)
        return family

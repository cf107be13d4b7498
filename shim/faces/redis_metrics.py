"""Metrics of one node among several that serve the same connections over Redis."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shim.faces.metric_families import add_distribution, counter, gauge, histogram
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
        hosted = gauge("ws2sse_connections", "Connections whose streams this node writes", "face")
        yield self._each(hosted, counts.hosted)
        everywhere = gauge("ws2sse_connections_everywhere", "Open connections of all nodes, as each node last saw it")
        yield self._one(everywhere, counts.open_everywhere)
        resumed = counter(
            "ws2sse_redis_resumed", "Streams that were taken up again here, by where the one before was", "last_node"
        )
        yield self._each(resumed, {"same": counts.resumed - counts.taken_over, "other": counts.taken_over})
        ends = counter(
            "ws2sse_redis_ends",
            "Ends of connections: those that this node told the application, and those that some node never finished",
            "result",
        )
        yield self._each(ends, {"told": counts.told, "lost": counts.untold})

    def _calls(self) -> Iterable[Metric]:
        counts = self._counts
        trips = histogram("ws2sse_redis_round_trip_seconds", "Round trips to Redis, each with one call or many")
        add_distribution(trips, self._own, counts.round_trips)
        yield trips
        yield self._one(counter("ws2sse_redis_calls", "Calls that Redis answered"), counts.calls)
        failures = counter("ws2sse_redis_failures", "Round trips that failed, and calls that were refused", "kind")
        yield self._each(failures, counts.failures)
        away_s = counts.away_s(time.monotonic())
        yield self._one(gauge("ws2sse_redis_up", "1 while Redis answers this node"), int(away_s == 0))
        away = counter("ws2sse_redis_away_seconds", "Seconds for which Redis did not answer this node")
        yield self._one(away, counts.away_before_s + away_s)
        late = counter("ws2sse_redis_late_renewals", "Renewals of this node's lease that came after its end")
        yield self._one(late, counts.late_renewals)

    def _streams(self) -> Iterable[Metric]:
        counts = self._counts
        deliveries = counter(
            "ws2sse_redis_deliveries",
            "Messages for streams of this node that came with the wake-up, and that had to be read",
            "way",
        )
        yield self._each(deliveries, {"straight": counts.straight, "read": counts.read})
        compared = counter("ws2sse_redis_positions_compared", "Positions of streams that were compared with Redis")
        yield self._one(compared, counts.compared)
        found = counter("ws2sse_redis_positions_found", "Comparisons of positions that found something", "what")
        yield self._each(found, counts.found)

        gaps = counter("ws2sse_redis_gaps", "Gaps of which clients of this node were told")
        yield self._one(gaps, counts.gaps)

    def _one(self, family: CounterMetricFamily | GaugeMetricFamily, value: float) -> Metric:
        family.add_metric(self._own, value)
        return family

    def _each(self, family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[T, int]) -> Metric:
        """`values`: by the label that this family has of its own."""
        for which, value in dict(values).items():
            family.add_metric([*self._own, which], value)
        return family

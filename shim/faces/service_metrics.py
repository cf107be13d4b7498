"""The metrics of a service: those of API Gateway under its names, and what only this service knows.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html

ConnectCount        clients that `$connect` was asked for: those accepted, and those for whom it failed
MessageCount        messages: of clients by route; pushes to clients have no route
ClientError         4XX before the integration: refused clients; messages without a route, throttled or not valid
IntegrationError    messages whose integration answered with an error or raised; `$disconnect` that failed
ExecutionError      messages whose integration timed out or gave no answer; `$connect` or an authorizer that failed
IntegrationLatency  milliseconds that integrations took, but not MOCK, as a histogram

Prometheus adds `_total` to the names of counters. Labels are `ApiId`, `Stage` and `Route`.

A migrated application carries this module, with `metric_counts`, `metric_families`, `redis_metrics` and `exposition`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Final

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from shim.faces.metric_counts import ErrorKind, MetricCounts
from shim.faces.metric_families import add_distribution, counter, gauge, histogram
from shim.gateway.selection import CONNECT_ROUTE
from shim.observing import PushCounts
from shim.streams import Streams

_ERRORS: Final[dict[ErrorKind, str]] = {
    "ClientError": "Clients refused and messages turned down before the integration",
    "IntegrationError": "Errors that integrations answered with",
    "ExecutionError": "Errors that occurred when calling integrations",
}


class ServiceCollector(Collector):
    """Turns what was counted, and what is true now, into metrics, whenever they are asked for.

    `own`: values of `ApiId` and `Stage`. `running`: how many messages of clients are being handled.
    """

    def __init__(
        self,
        own: Sequence[str],
        counts: MetricCounts,
        streams: Streams,
        pushes: PushCounts,
        running: Callable[[], int],
    ) -> None:
        self._own = list(own)
        self._counts = counts
        self._streams = streams
        self._pushes = pushes
        self._running = running

    def collect(self) -> Iterable[Metric]:
        yield from self._as_at_aws()
        if self._streams.counts is None:
            yield from self._kept()
        yield from self._comings_and_goings()
        yield from self._traffic()

    def _as_at_aws(self) -> Iterable[Metric]:
        counts = self._counts
        connects = counter("ConnectCount", "Clients that $connect was asked for", "Route")
        connects.add_metric([*self._own, CONNECT_ROUTE], counts.connects)
        yield connects
        messages = counter("MessageCount", "Messages from clients, by route, and pushed to clients", "Route")
        by_route: dict[str, int] = {}
        for (route, _outcome), count in counts.messages.copy().items():
            by_route[route] = by_route.get(route, 0) + count
        for route, count in by_route.items():
            messages.add_metric([*self._own, route], count)
        messages.add_metric([*self._own, ""], self._pushes.sent)
        yield messages
        errors = counts.errors.copy()
        for name, words in _ERRORS.items():
            family = counter(name, words, "Route")
            for (kind, route), count in errors.items():
                if kind == name:
                    family.add_metric([*self._own, route], count)
            yield family
        latency = histogram("IntegrationLatency", "Milliseconds that integrations took", "Route")
        for route, distribution in counts.latencies_ms.items():
            if any(distribution.counts):
                add_distribution(latency, [*self._own, route], distribution)
        yield latency

    def _kept(self) -> Iterable[Metric]:
        """Of the connections in this process. What others keep too is not read whenever somebody asks."""
        snapshots = self._streams.snapshots()
        faces = self._counts.faces.copy()
        by_face = {"sse": 0, "websocket": 0}
        for snapshot in snapshots:
            face = faces.get(snapshot.connection_id)
            if face is not None:  # else it was accepted just now
                by_face[face] += 1
        open_now = gauge("ws2sse_connections", "Open connections", "face")
        for name, count in by_face.items():
            open_now.add_metric([*self._own, name], count)
        yield open_now
        for name, words, value in (
            ("detached", "Open connections that have no stream now", sum(not one.attached for one in snapshots)),
            ("kept_bytes", "Bytes kept of what was sent", sum(one.kept_bytes for one in snapshots)),
            ("kept_events", "Messages kept of what was sent", sum(one.kept_events for one in snapshots)),
            ("waiting_bytes", "Bytes that no stream has taken", sum(one.waiting_bytes for one in snapshots)),
        ):
            family = gauge(f"ws2sse_streams_{name}", words)
            family.add_metric(self._own, value)
            yield family

    def _comings_and_goings(self) -> Iterable[Metric]:
        counts = self._counts
        most = gauge("ws2sse_connections_limit", "Connections that may be open")
        most.add_metric(self._own, self._streams.limits.connections)
        yield most
        connects = histogram(
            "ws2sse_connect_seconds", "Seconds that accepting a client took, authorizer and $connect", "face"
        )
        for accepted_face, distribution in counts.accepted.items():
            add_distribution(connects, [*self._own, accepted_face], distribution)
        yield connects
        refused = counter("ws2sse_refused", "Clients that were refused", "face", "status", "reason")
        for (refused_face, status, reason), count in counts.refused.copy().items():
            refused.add_metric([*self._own, refused_face, status, reason], count)
        yield refused
        ended = counter("ws2sse_disconnects", "Connections that ended, by close code", "code")
        for code, count in counts.disconnects.copy().items():
            ended.add_metric([*self._own, code], count)
        yield ended

    def _traffic(self) -> Iterable[Metric]:
        counts = self._counts
        outcomes = counter("ws2sse_messages", "Messages of clients, by what became of them", "Route", "outcome")
        for (route, outcome), count in counts.messages.copy().items():
            outcomes.add_metric([*self._own, route, outcome], count)
        yield outcomes
        received = counter("ws2sse_message_bytes", "Bytes of clients' messages")
        received.add_metric(self._own, counts.message_bytes)
        yield received
        running = gauge("ws2sse_messages_running", "Messages of clients that are being handled")
        running.add_metric(self._own, self._running())
        yield running
        pushes = counter("ws2sse_pushes", "Pushes to clients, by what became of them", "result")
        for result, count in asdict(self._pushes).items():
            pushes.add_metric([*self._own, result], count)
        yield pushes

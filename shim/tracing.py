"""OpenTelemetry traces, where they are configured: a span for each connect, message and disconnect.

Attributes have the names of https://opentelemetry.io/docs/specs/semconv/ where there are some, else `ws2sse.…`. No
body, header, query string or session is ever one of them. Spans of a connection link to that of its connect.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shim.gateway.definition import ApiDefinition
from shim.observing import Connected, Disconnected, Face, Happening, MessageHandled, Outcome, Refused
from shim.redaction import one_line
from shim.service import Service

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import SpanContext, SpanKind

ENDPOINT_VARIABLES: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
LONGEST: Final = 256
"""Characters of an attribute that a client or a handler wrote."""

_OUR_FAULT: Final[frozenset[Outcome]] = frozenset({"integration_error", "timed_out", "execution_error"})
_PROTOCOLS: Final[dict[Face, str]] = {"sse": "http", "websocket": "websocket"}


class TracingUnavailable(Exception):
    """Raised when traces are configured and what sends them is not installed. `missing` names the module."""

    def __init__(self, missing: str) -> None:
        self.missing = missing
        super().__init__(missing)

    def __str__(self) -> str:
        return f"Traces are configured, and {self.missing} is not installed. Install ws2sse[otel]."


@dataclass(frozen=True, slots=True)
class TracingOptions:
    """Where traces go. Sampling, batches, headers and resource attributes are those of the `OTEL_…` variables."""

    endpoint: str | None = None
    """Base address of an OTLP receiver that speaks HTTP, such as `http://127.0.0.1:4318`. Default None: what
    `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` say; without them nothing is traced."""

    service_name: str = "ws2sse"
    """`service.name`, unless `OTEL_SERVICE_NAME` gives another."""


def start_tracing(
    service: Service, options: TracingOptions | None = None, *, exporter: SpanExporter | None = None
) -> Tracing | None:
    """Begins to observe the service; None where no receiver is configured. To be closed at the end.

    `exporter`: takes the spans in place of a receiver, at once. Raises TracingUnavailable.
    """
    chosen = options or TracingOptions()
    if exporter is None and not chosen.endpoint and not any(os.environ.get(name) for name in ENDPOINT_VARIABLES):
        return None
    tracing = Tracing(_provider(chosen, exporter), service)
    service.observers.append(tracing)
    return tracing


class Tracing:
    """An observer. Spans are made when they are over, since happenings say how long they took."""

    def __init__(self, provider: TracerProvider, service: Service) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - optional

        self._trace = trace
        self._provider = provider
        self._service = service
        self._tracer = provider.get_tracer("ws2sse.shim")
        self._server, self._consumer = trace.SpanKind.SERVER, trace.SpanKind.CONSUMER
        self._connects: dict[str, SpanContext] = {}
        """Of connections that are open."""

    def __call__(self, happening: Happening) -> None:
        told = {"ws2sse.connection.id": happening.connection_id, **_api(self._service.api)}
        match happening:
            case Connected(connection_id, face, source_ip, latency_s):
                told.update(_client(face, source_ip))
                self._connects[connection_id] = self._span("connect", self._server, told, latency_s)
            case Refused(_, face, source_ip, status, message):
                told.update(_client(face, source_ip))
                told.update({"http.response.status_code": status, "error.type": str(status)})
                failed = one_line(message, LONGEST) if status >= 500 else None
                self._span("connect", self._server, told, 0.0, failed=failed)
            case MessageHandled():
                self._message(happening, told)
            case Disconnected(connection_id, code, reason, failed=failed_disconnect):
                told.update({"ws2sse.close.code": code, "ws2sse.close.reason": one_line(reason, LONGEST)})
                if failed_disconnect:
                    told["error.type"] = "integration_error"
                failed = "$disconnect failed" if failed_disconnect else None
                self._span("disconnect", self._consumer, told, 0.0, failed=failed)
                self._connects.pop(connection_id, None)

    def close(self) -> None:
        """Sends what is left, and stops observing. Blocks for as long as the receiver takes, 10 seconds at most."""
        if self in self._service.observers:
            self._service.observers.remove(self)
        self._provider.shutdown()

    def _message(self, message: MessageHandled, told: dict[str, Any]) -> None:
        route = "$none" if message.route_key is None else message.route_key
        told.update(
            {
                "messaging.system": "aws_api_gateway",
                "messaging.operation.type": "process",
                "messaging.destination.name": one_line(route, LONGEST),
                "messaging.message.id": message.message_id,
                "messaging.message.conversation_id": message.connection_id,
                "messaging.message.body.size": message.body_bytes,
                "ws2sse.message.outcome": message.outcome,
            }
        )
        if message.outcome != "handled":
            told["error.type"] = message.outcome
        failed = message.outcome if message.outcome in _OUR_FAULT else None
        self._span(f"process {one_line(route, LONGEST)}", self._consumer, told, message.latency_s, failed=failed)

    def _span(
        self, name: str, kind: SpanKind, told: Mapping[str, Any], latency_s: float, *, failed: str | None = None
    ) -> SpanContext:
        connect = self._connects.get(told["ws2sse.connection.id"])
        links = [] if connect is None else [self._trace.Link(connect)]
        end = time.time_ns()
        start = end - round(latency_s * 1e9)
        span = self._tracer.start_span(name, kind=kind, attributes=told, links=links, start_time=start)
        if failed is not None:
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, failed))
        span.end(end)
        return span.get_span_context()


def _api(api: ApiDefinition) -> dict[str, Any]:
    return {"ws2sse.api.id": api.api_id, "ws2sse.stage": api.stage}


def _client(face: Face, source_ip: str) -> dict[str, Any]:
    return {"client.address": source_ip, "network.protocol.name": _PROTOCOLS[face], "ws2sse.face": face}


def _provider(options: TracingOptions, exporter: SpanExporter | None) -> TracerProvider:
    """One of our own, so that the application's, in the same process, is left alone. Raises TracingUnavailable."""
    try:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415 - optional
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor  # noqa: PLC0415

        name = os.environ.get("OTEL_SERVICE_NAME") or options.service_name
        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}), shutdown_on_exit=False)
        if exporter is not None:
            provider.add_span_processor(SimpleSpanProcessor(exporter))
            return provider
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise TracingUnavailable(error.name or "opentelemetry") from error
    endpoint = None if options.endpoint is None else f"{options.endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider

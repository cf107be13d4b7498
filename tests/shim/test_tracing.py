"""Traces: a span for each thing that happens, to a receiver that is configured, and nothing of what was said."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shim.observing import Connected, Disconnected, Happening, MessageHandled, Refused
from shim.service import ConnectRefused, Handshake
from shim.streams import Closed
from shim.tracing import ENDPOINT_VARIABLES, TracingOptions, TracingUnavailable, start_tracing
from tests.shim.faces.facing import faced

SECRET = "S3CR3T"


@pytest.fixture(autouse=True)
def no_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENDPOINT_VARIABLES, "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)


def spans_of(*happenings: Happening) -> list[ReadableSpan]:
    exporter = InMemorySpanExporter()
    service = faced().service
    tracing = start_tracing(service, exporter=exporter)
    assert tracing is not None
    for happening in happenings:
        for observer in service.observers:
            observer(happening)
    tracing.close()
    assert service.observers == []
    return list(exporter.get_finished_spans())


def test_without_a_receiver_nothing_is_traced() -> None:
    service = faced().service
    assert start_tracing(service) is None
    assert service.observers == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    service = faced().service
    with pytest.raises(TracingUnavailable, match=r"is not installed\. Install ws2sse\[otel\]\.") as raised:
        start_tracing(service, TracingOptions(endpoint="http://127.0.0.1:9"))
    assert raised.value.missing.startswith("opentelemetry")
    assert service.observers == []


async def test_a_session_as_spans_without_what_was_said() -> None:
    exporter = InMemorySpanExporter()
    made = faced()
    tracing = start_tracing(made.service, exporter=exporter)
    assert tracing is not None
    handshake = Handshake(
        (("Authorization", SECRET), ("Cookie", SECRET)), (("token", SECRET),), "192.0.2.7", SECRET, "sse"
    )
    accepted = await made.service.connect(handshake)
    for body in ('{"action": "echo", "text": "S3CR3T"}', '{"action": "fail"}', '{"action": "nobody", "x": "S3CR3T"}'):
        await made.service.message(accepted.connection_id, body, "m-1")
    with pytest.raises(ConnectRefused):
        await made.service.connect(Handshake((), (("status", "403"), ("token", SECRET)), "192.0.2.8"))
    made.service.streams.close(accepted.connection_id, 1000, "bye")
    await made.service.disconnected(Closed(accepted.connection_id, 1000, "bye", {}))
    tracing.close()
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == [
        "connect",
        "process echo",
        "process fail",
        "process $none",
        "connect",
        "disconnect",
    ]
    assert all(SECRET not in span.to_json() and accepted.session not in span.to_json() for span in spans)
    connect = spans[0].get_span_context()
    assert connect is not None
    assert [bool(span.links) for span in spans] == [False, True, True, True, False, True]
    assert {link.context.span_id for span in spans for link in span.links} == {connect.span_id}
    assert tracing._connects == {}


def test_the_span_of_a_message() -> None:
    (span,) = spans_of(MessageHandled("id-1", "m-1", "send", "handled", 0.25, 12))
    assert span.attributes == {
        "ws2sse.connection.id": "id-1",
        "ws2sse.api.id": "local00000",
        "ws2sse.stage": "prod",
        "messaging.system": "aws_api_gateway",
        "messaging.operation.type": "process",
        "messaging.destination.name": "send",
        "messaging.message.id": "m-1",
        "messaging.message.conversation_id": "id-1",
        "messaging.message.body.size": 12,
        "ws2sse.message.outcome": "handled",
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time == 250_000_000


def test_only_what_is_not_the_clients_fault_is_an_error() -> None:
    spans = spans_of(
        MessageHandled("id", "m", "send", "forbidden", 0, 1),
        MessageHandled("id", "m", "send", "throttled", 0, 1),
        Refused("id", "sse", "192.0.2.7", 403, "Forbidden"),
        Disconnected("id", 1006, "", False),
        MessageHandled("id", "m", "send", "timed_out", 29, 1),
        MessageHandled("id", "m", "send", "integration_error", 1, 1),
        Refused("id", "websocket", "192.0.2.7", 502, "Internal server error"),
        Disconnected("id", 1006, "", True),
    )
    assert [span.status.status_code is StatusCode.ERROR for span in spans] == [False] * 4 + [True] * 4
    assert [dict(span.attributes or {}).get("error.type") for span in spans] == [
        "forbidden",
        "throttled",
        "403",
        None,
        "timed_out",
        "integration_error",
        "502",
        "integration_error",
    ]


def test_words_of_clients_are_bounded_and_lose_their_secrets() -> None:
    (span,) = spans_of(Disconnected("id", 4000, "token=S3CR3T\r\n" + "x" * 10_000, False))
    reason = str(dict(span.attributes or {})["ws2sse.close.reason"])
    assert reason.startswith("token=[redacted]\\r\\nx")
    assert len(reason) == 256


@contextmanager
def receiver() -> Iterator[tuple[str, list[tuple[str, ExportTraceServiceRequest]]]]:
    """Takes OTLP over HTTP; yields its address and what it was sent."""
    received: list[tuple[str, ExportTraceServiceRequest]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join(5)


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_receiver_gets_the_spans(by_variable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as (address, received):
        options = TracingOptions(endpoint=f"{address}/")
        if by_variable:
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
            monkeypatch.setenv("OTEL_SERVICE_NAME", "chat")
            options = TracingOptions()
        service = faced().service
        tracing = start_tracing(service, options)
        assert tracing is not None
        tracing(Connected("id-1", "sse", "192.0.2.7", 0.01))
        tracing(MessageHandled("id-1", "m-1", "send", "handled", 0.25, 12))
        tracing.close()
    assert {path for path, _ in received} == {"/v1/traces"}
    resources = [spans for _, request in received for spans in request.resource_spans]
    names = [span.name for one in resources for scope in one.scope_spans for span in scope.spans]
    assert names == ["connect", "process send"]
    told = {item.key: item.value.string_value for item in resources[0].resource.attributes}
    assert told["service.name"] == ("chat" if by_variable else "ws2sse")

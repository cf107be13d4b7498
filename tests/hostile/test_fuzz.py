"""Requests that were made by chance, over a socket and over ASGI: none is an error of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.app import ShimApp
from shim.emulation import GatewayService
from shim.faces.management import ManagementOptions
from shim.faces.options import FaceOptions
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.streams import StreamLimits, Streams
from tests.hostile.corpus import CASES
from tests.hostile.serving import CALLER, STAGE, Application, Served, serving
from tests.hostile.wire import wire

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SEEDS = [case.data for case in CASES if len(case.data) < 2_000]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A request of the corpus, or two, with bytes changed, left out, put in, or doubled."""
    data = bytearray(b"".join(draw(st.lists(st.sampled_from(SEEDS), min_size=1, max_size=2))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            data[at : at + 1] = draw(st.binary(max_size=1))
        elif kind == 1:
            data[at:at] = draw(st.sampled_from([b"\r\n", b"\n", b"\x00", b" ", b":", b"\xff", b"0", b"%"]))
        elif kind == 2:
            del data[at : at + draw(st.integers(1, 20))]
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 60))]
    return bytes(data)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Served]:
    """All of it meets one server."""
    with serving("hot") as served:
        yield served
        served.still_serves()


@settings(FUZZ, max_examples=250)
@given(mutated(), st.integers(1, 64))
def test_over_a_socket(fuzzed: Served, data: bytes, cut: int) -> None:
    with wire(fuzzed.port) as client:
        client.send(data[:cut])
        client.send(data[cut:])
    assert fuzzed.ask("GET", "/healthz") == (200, b'{"status":"ok"}')


PATHS = st.sampled_from(
    [
        f"/{STAGE}",
        f"/{STAGE}/ticket",
        f"/{STAGE}/@connections",
        f"/{STAGE}/@connections/AAAAAAAAAAAAAAA=",
        "/healthz",
        "/",
    ]
) | st.text(max_size=40).map("/".__add__)
HEADER_NAMES = st.sampled_from(
    [
        *(b"accept", b"stream-session", b"last-event-id", b"content-type", b"content-length", b"idempotency-key"),
        *(b"prefer", b"cookie", b"origin", b"host", b"authorization", b"x-amz-date", b"x-amz-content-sha256"),
        *(b"sec-fetch-site", b"x-forwarded-for", b"stream-protocol", b"amz-sdk-invocation-id", b"content-encoding"),
        *(b"x-amz-security-token", b"access-control-request-method"),
    ]
)
HEADER_VALUES = st.binary(max_size=60) | st.sampled_from(
    [
        *(b"text/event-stream", b"application/x-ndjson", b"wait=5", b"https://app.example.org", b"same-origin"),
        b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/execute-api/aws4_request, "
        b"SignedHeaders=host;x-amz-date, Signature=" + b"0" * 64,
    ]
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"])


@settings(FUZZ, max_examples=200)
@given(
    METHODS,
    PATHS,
    st.binary(max_size=60),
    st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=6),
    st.lists(st.binary(max_size=80), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_over_asgi(
    method: str,
    path: str,
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    pieces: list[bytes],
    leaves: bool,
    raw: bool,
) -> None:
    """`leaves`: the client goes before its body is whole. `raw`: whether the server tells the path on the wire."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    if raw:
        scope["raw_path"] = path.encode("utf-8", "surrogatepass")
    sent = asyncio.run(_ask(scope, pieces, leaves))
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert len(starts) == 1 or (leaves and not starts)
    for start in starts:
        assert 200 <= start["status"] < 500
        for name, value in start["headers"]:
            assert name == name.lower()
            assert not {13, 10, 0} & set(name + value)


async def _ask(scope: dict[str, Any], pieces: list[bytes], leaves: bool) -> list[dict[str, Any]]:
    api = ApiDefinition(
        "fuzz", {key: RouteDefinition(LambdaProxy(key)) for key in ("$connect", "$default")}, stage=STAGE
    )
    service = GatewayService(api, Application(), Streams(StreamLimits(resume_window_s=0)))
    faces = FaceOptions(cookies=True, allowed_origins=("https://app.example.org",), wait_s=0.05)
    app = ShimApp(service, faces=faces, management=ManagementOptions(credentials=(CALLER,)))
    incoming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    if not leaves:
        incoming.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []
    streaming = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop(0)
        if not leaves:
            await streaming.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))
        if message["type"] == "http.response.body":
            streaming.set()

    async with asyncio.timeout(30):
        await app(scope, receive, send)
    return sent

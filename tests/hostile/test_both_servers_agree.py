"""The hot server and stock uvicorn answer the same: statuses, the headers that say something, and bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.hostile.corpus import CASES, CHUNKED, END, HOST, Case, answered, get
from tests.hostile.serving import STAGE, Served, signed
from tests.hostile.wire import Answer, request, wire
from tests.shim.sse_client import open_stream

OF_THE_SERVER = {"date", "server", "x-amzn-requestid", "content-length", "connection", "transfer-encoding"}
"""Headers that may differ: each server frames in its own way, or they are new each time."""
NEW_EACH_TIME = re.compile(
    r'("(?:connectionId|requestId|messageId|session|ticket|connectedAt|lastActiveAt)":\s?)"[^"]*"'
    r'|("messageIds":)\[[^]]*\]|(id: )[0-9a-f]{8}(?=-)|(retry: )\d+'
    r"|(connections/)[A-Za-z0-9_-]{15}|()\d{8}T\d{6}Z|()[0-9a-f]{64}"
)


def essence(answer: Answer | None) -> tuple[int, dict[str, str], str] | None:
    if answer is None:
        return None
    headers = {name: value for name, value in answer.headers.items() if name not in OF_THE_SERVER}
    body = NEW_EACH_TIME.sub(lambda found: f"{found[found.lastindex or 0]}…", answer.body.decode("utf-8", "replace"))
    return answer.status, headers, body


def both(hot: Served, portable: Served, data: bytes | Callable[[Served], bytes], answers: int = 1) -> None:
    said = []
    for shim in (hot, portable):
        with wire(shim.port) as client:
            client.send(data if isinstance(data, bytes) else data(shim))
            said.append([essence(client.answer()) for _ in range(answers)])
    assert said[0] == said[1]
    assert None not in said[0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_on_hostile_requests(case: Case, hot: Served, portable: Served) -> None:
    both(hot, portable, case.data, len(case.statuses))


ORDINARY = (
    answered("health", request("/healthz"), 200),
    answered("readiness", request("/readyz"), 200),
    answered("health, by HEAD", request("/healthz", method="HEAD"), 405),
    answered("a stream", request(Accept="text/event-stream"), 200),
    answered("a stream among others", request(Accept="text/html, text/event-stream;q=0.5"), 200),
    answered("a stream with a query", request("/prod?a=1&a=2&b=%20", Accept="text/event-stream"), 200),
    answered("a stream with a protocol", request(Accept="text/event-stream", Stream_Protocol="v2, v1"), 200),
    answered("a stream with a body", request(Accept="text/event-stream", body=b"hello"), 200),
    answered(
        "a stream by an absolute address",
        get(b"GET http://other/prod HTTP/1.1", b"Accept: text/event-stream\r\n" + HOST),
        200,
    ),
    answered("a stream that closes", request(Accept="text/event-stream", Connection="close"), 200),
    answered(
        "a stream of a page",
        request(Accept="text/event-stream", Origin="https://a.example.org", Sec_Fetch_Site="cross-site"),
        200,
    ),
    answered("a stream with an id", request(Accept="text/event-stream", Last_Event_ID="x-1"), 200),
    answered("a stream after a look", request("/healthz") + request(Accept="text/event-stream"), 200, 200),
    answered("a ticket", request("/prod/ticket?room=1", method="POST", body=b""), 201),
    answered(
        "a preflight",
        request(method="OPTIONS", Origin="https://a.example.org", Access_Control_Request_Method="POST"),
        403,
    ),
)


@pytest.mark.parametrize("case", ORDINARY, ids=str)
def test_on_ordinary_requests(case: Case, hot: Served, portable: Served) -> None:
    both(hot, portable, case.data, len(case.statuses))


def test_on_a_stream_of_http_1_0(hot: Served, portable: Served) -> None:
    said = []
    for shim in (hot, portable):
        with wire(shim.port) as client:
            client.send(b"GET /prod HTTP/1.0\r\nAccept: text/event-stream\r\n\r\n")
            answer = client.answer()
            assert answer is not None
            said.append((answer.status, answer.headers["content-type"]))
    assert said[0] == said[1]


MESSAGES: dict[str, tuple[bytes, dict[str, str]]] = {
    "a message": (b'{"action": "x"}', {}),
    "text": ("grüße \u2028".encode(), {"Content-Type": "text/plain"}),
    "nothing": (b"", {}),
    "no UTF-8": (b"\xff\xfe", {}),
    "NUL": (b"\x00", {}),
    "bytes": (b"\xff", {"Content-Type": "application/octet-stream"}),
    "a batch": (b"1\n2\n", {"Content-Type": "application/x-ndjson"}),
    "a bad batch": (b"1\n{\n", {"Content-Type": "application/x-ndjson"}),
    "an empty batch": (b"\n", {"Content-Type": "application/x-ndjson"}),
    "too many lines": (b"1\n" * 101, {"Content-Type": "application/x-ndjson"}),
    "a batch of strings": (b'"a"\n', {"Content-Type": "application/x-ndjson; lines=strings"}),
    "another batch": (b'"a"\n', {"Content-Type": "application/x-ndjson; lines=other"}),
    "too large": (b"x" * 131_073, {}),
    "as large as may be": (b"x" * 131_072, {}),
    "compressed": (b"\x1f\x8b", {"Content-Encoding": "gzip"}),
    "waiting": (b"{}", {"Prefer": "wait=5"}),
    "waiting for ever": (b"{}", {"Prefer": "wait=99999999999999999999"}),
    "waiting for nothing": (b"{}", {"Prefer": "wait=-1"}),
    "a key": (b"{}", {"Idempotency-Key": "one"}),
    "an empty key": (b"{}", {"Idempotency-Key": ""}),
    "a long key": (b"{}", {"Idempotency-Key": "k" * 256}),
    "an expectation": (b"{}", {"Expect": "100-continue"}),
}


@pytest.mark.parametrize(("body", "headers"), MESSAGES.values(), ids=MESSAGES)
def test_on_messages(body: bytes, headers: dict[str, str], hot: Served, portable: Served) -> None:
    said = []
    for shim in (hot, portable):
        with open_stream(shim.address) as stream, wire(shim.port) as client:
            named = {name.replace("-", "_"): value for name, value in headers.items()}
            client.send(request(method="POST", body=body, Stream_Session=stream.session, **named))
            said.append(essence(client.answer()))
    assert said[0] == said[1]


def call(
    method: str = "POST", suffix: str = "", body: bytes = b"{}", path: str = "", **headers: str
) -> Callable[[Served, str], bytes]:
    """A signed call of @connections for a connection, with headers that are sent beside the signed ones."""

    def made(shim: Served, connection_id: str) -> bytes:
        target = f"/{STAGE}/@connections{path or '/' + connection_id.replace('=', '%3D')}{suffix}"
        auth = signed(method, f"http://api.example.org{target}", body)
        auth.pop("Host", None)
        named = {name.replace("-", "_"): value for name, value in {**auth, **headers}.items()}
        return request(target, method, body if method == "POST" else None, **named)

    return made


CALLS: dict[str, Callable[[Served, str], bytes]] = {
    "a push": call(),
    "a push of nothing": call(body=b""),
    "a push of bytes": call(body=bytes(range(256))),
    "a push with another header": call(X_Other="1"),
    "a push with its invocation": call(amz_sdk_invocation_id="one"),
    "a push as large as may be": call(body=b"x" * 131_072),
    "a push that is too large": call(body=b"x" * 131_073),
    "a push that closes": call(Connection="close"),
    "a push with a query": call(suffix="?a=b"),
    "a look": call("GET", body=b""),
    "a close": call("DELETE", body=b""),
    "a push to nobody": call(path="/AAAAAAAAAAAAAAA%3D"),
    "a look at nobody": call("GET", body=b"", path="/AAAAAAAAAAAAAAA%3D"),
    "a close of nobody": call("DELETE", body=b"", path="/AAAAAAAAAAAAAAA%3D"),
    "a push to what is no id": call(path="/short"),
    "a push to an id with a slash": call(path="/AAAAAAA%2FAAAAAAA%3D"),
    "a push to line ends": call(path="/AAAA%0d%0aX:AA"),
    "a broadcast": call(path="/"),
    "another method": call("PUT", body=b""),
    "a push that was changed": lambda shim, who: call()(shim, who)[:-1] + b"]",
    "a push with a second body": lambda shim, who: call()(shim, who) + b"x",
    "a push that was sent twice": lambda shim, who: call()(shim, who) * 2,
    "a push with a chunked body": lambda shim, who: (
        call(body=b"")(shim, who).replace(b"Content-Length: 0\r\n", CHUNKED) + END
    ),
}


@pytest.mark.parametrize("make", CALLS.values(), ids=CALLS)
def test_on_calls_of_connections(make: Callable[[Served, str], bytes], hot: Served, portable: Served) -> None:
    """And what arrives on the stream is the same."""
    said = []
    for shim in (hot, portable):
        with open_stream(shim.address) as stream:
            with wire(shim.port) as client:
                client.send(make(shim, stream.connection_id))
                said.append([essence(client.answer())])
            stream.send("last")
            events = []
            while not events or (events[-1].data != "last" and events[-1].type != "close"):
                events.append(stream.next())
            said[-1] += [(event.type, event.data) for event in events]  # type: ignore[misc]
    assert said[0] == said[1]
    assert json.dumps(said[0][0]) != "null"

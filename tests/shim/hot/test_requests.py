"""What is read without the full parser, is read as the full parser reads it; all else is left to it."""

from __future__ import annotations

import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shim.hot.requests import Head, Push, read_push

PREFIX = b"/prod/@connections"
MOST = 131_072

HEADERS = {
    b"Host": b"127.0.0.1:8000",
    b"Accept-Encoding": b"identity",
    b"User-Agent": b"Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1",
    b"X-Amz-Date": b"20261122T184213Z",
    b"Authorization": b"AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/execute-api/aws4_request, Signature=6ff1",
    b"amz-sdk-invocation-id": b"b77f6bcb-6426-4323-a877-e91604902cab",
    b"Content-Length": b"5",
}


def request(
    first: bytes = b"POST /prod/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1", body: bytes = b"hello", **more: bytes
) -> bytes:
    headers = HEADERS | {name.replace("_", "-").encode(): value for name, value in more.items()}
    lines = [first, *(name + b": " + value for name, value in headers.items())]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def read(data: bytes) -> Push | Head | None:
    return read_push(data, PREFIX, MOST)


USUAL = request()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(request(b"GET /prod/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1"), id="another method"),
        pytest.param(request(b"POST /prod/@connections/x HTTP/1.0"), id="HTTP/1.0"),
        pytest.param(request(b"POST http://host/prod/@connections/x HTTP/1.1"), id="absolute form"),
        pytest.param(request(b"POST /prod/@connections/x?a=b HTTP/1.1"), id="query"),
        pytest.param(request(b"POST /other/@connections/x HTTP/1.1"), id="another path"),
        pytest.param(request(Transfer_Encoding=b"chunked"), id="transfer encoding"),
        pytest.param(request(Expect=b"100-continue"), id="expect"),
        pytest.param(request(Connection=b"close"), id="connection: close"),
        pytest.param(request(Upgrade=b"h2c"), id="upgrade"),
        pytest.param(request(Content_Length=b"+5"), id="signed length"),
        pytest.param(request(Content_Length=b"5, 5"), id="list of lengths"),
        pytest.param(request(Content_Length=b""), id="empty length"),
        pytest.param(request(Content_Length=b"131073"), id="too large"),
        pytest.param(request(content_length=b"5"), id="length twice, spelled differently"),
        pytest.param(USUAL.replace(b"Host: ", b"Host : "), id="space before the colon"),
        pytest.param(USUAL.replace(b"identity", b"iden\rtity"), id="bare CR"),
        pytest.param(USUAL.replace(b"identity", b"iden\ntity"), id="bare LF"),
        pytest.param(USUAL.replace(b"identity", b"iden\r\n tity"), id="folded"),
        pytest.param(USUAL.replace(b"identity", b"iden\0tity"), id="NUL"),
        pytest.param(USUAL.replace(b"Host: 127.0.0.1:8000\r\n", b""), id="no host"),
        pytest.param(USUAL + USUAL, id="pipelined"),
        pytest.param(USUAL[:-7], id="head not complete"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_the_unusual_is_left_to_the_full_parser(data: bytes) -> None:
    assert read(data) is None


def test_what_boto3_sends_is_read() -> None:
    push = read(USUAL)

    assert isinstance(push, Push)
    assert push.path == b"/prod/@connections/L0SM9cOFvHcCIhw%3D"
    assert push.body == b"hello"
    assert push.headers[b"x-amz-date"] == b"20261122T184213Z"


def test_a_body_in_a_second_packet_is_waited_for() -> None:
    assert read(USUAL[:-5]) == Head(len(USUAL))
    assert read(USUAL[:-1]) == Head(len(USUAL))


class _Full:
    """What the full parser makes of it."""

    def __init__(self, data: bytes) -> None:
        self.url = self.body = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.messages = 0
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(data)
        self.method = parser.get_method()
        self.version = parser.get_http_version()
        self.keeps_alive = parser.should_keep_alive()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.messages += 1


fragments = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b": ", b"\0", b"\xff", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\n",
     b"content-length: 7\r\n", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"0\r\n\r\n", b"POST /x HTTP/1.1\r\n\r\n",
     b"HTTP/1.1", b"%", b"?", b"#", b"/..", b"Host: b\r\n", b"+", b","]
)  # fmt: skip


@settings(max_examples=1_500)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(USUAL)), st.integers(0, 12), st.one_of(fragments, st.binary(max_size=4))),
        max_size=3,
    )
)
@example(edits=[])
def test_whatever_is_read_here_the_full_parser_reads_alike(edits: list[tuple[int, int, bytes]]) -> None:
    data = USUAL
    for at, dropped, put in edits:
        data = data[:at] + put + data[at + dropped :]
    push = read(data)
    if not isinstance(push, Push):
        return
    full = _Full(data)

    assert (full.method, full.version, full.messages, full.keeps_alive) == (b"POST", "1.1", 1, True)
    assert full.url == push.path
    assert full.headers == list(push.headers.items())
    assert full.body == push.body


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    read(data)
    read(b"POST /prod/@connections" + data)

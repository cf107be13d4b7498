"""Requests as attackers and broken clients write them, and what they are answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tests.hostile.wire import request

Then = Literal["closed", "open"]


@dataclass(frozen=True)
class Case:
    """`statuses`: of the answers, in order. `then`: what becomes of the TCP connection."""

    name: str
    data: bytes
    statuses: tuple[int, ...]
    then: Then

    def __str__(self) -> str:
        return self.name


def refused(name: str, data: bytes) -> Case:
    """By the parser: nothing of it is believed, and nothing is read behind it."""
    return Case(name, data, (400,), "closed")


def answered(name: str, data: bytes, *statuses: int) -> Case:
    return Case(name, data, statuses, "open")


HOST: Final = b"Host: api.example.org\r\n"
SMUGGLED: Final = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
KEY: Final = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /prod HTTP/1.1\r\n" + HOST + b"Stream-Session: nobody\r\n" + headers + b"\r\n" + body


def get(line: bytes, headers: bytes = HOST) -> bytes:
    return line + b"\r\n" + headers + b"\r\n"


def upgrade(more: str = "", method: str = "GET", target: str = "/prod") -> bytes:
    lines = f"{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{more}\r\n"
    return lines.encode("latin-1")


CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
END: Final = b"0\r\n\r\n"

WHERE_A_BODY_ENDS: Final = (
    refused("both lengths", post(b"Content-Length: 5\r\n" + CHUNKED, END + SMUGGLED)),
    refused("both lengths, the other way round", post(CHUNKED + b"Content-Length: 5\r\n", END + SMUGGLED)),
    refused("two lengths", post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello" + SMUGGLED)),
    refused("one length twice", post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello")),
    refused("a list of lengths", post(b"Content-Length: 5, 5\r\n", b"hello")),
    refused("a length with a plus", post(b"Content-Length: +5\r\n", b"hello")),
    refused("a negative length", post(b"Content-Length: -5\r\n", b"hello")),
    refused("a hexadecimal length", post(b"Content-Length: 0x5\r\n", b"hello")),
    refused("a length with an underscore", post(b"Content-Length: 1_0\r\n", b"hello")),
    refused("a length beyond all bounds", post(b"Content-Length: 99999999999999999999999\r\n", b"hello")),
    refused("an unknown transfer encoding", post(b"Transfer-Encoding: xchunked\r\n", END)),
    refused("chunked, but not last", post(b"Transfer-Encoding: chunked, identity\r\n", END + SMUGGLED)),
    refused("a space before the colon", post(b"Transfer-Encoding : chunked\r\n", END + SMUGGLED)),
    refused("a vertical tab before chunked", post(b"Transfer-Encoding: \x0bchunked\r\n", END + SMUGGLED)),
    refused("a folded transfer encoding", post(b"Transfer-Encoding:\r\n chunked\r\n", END + SMUGGLED)),
    refused("a line feed ends a chunk's extension", post(CHUNKED, b"5;a\nhello\r\n" + END)),
    refused("a chunk's size with 0x", post(CHUNKED, b"0x5\r\nhello\r\n" + END)),
    refused("a negative chunk", post(CHUNKED, b"-1\r\nhello\r\n" + END)),
    refused("a chunk beyond all bounds", post(CHUNKED, b"fffffffffffffffff\r\nhello\r\n" + END)),
    refused("a chunk longer than it says", post(CHUNKED, b"3\r\nhello\r\n" + END)),
    answered("a chunk with an extension", post(CHUNKED, b"5;a=b\r\nhello\r\n" + END), 410),
    refused("a length in a trailer", post(CHUNKED, b"0\r\nContent-Length: 7\r\n\r\n")),
    answered("a trailer", post(CHUNKED, b"0\r\nStream-Session: other\r\n\r\n"), 410),
    answered("another encoding before chunked", post(b"Transfer-Encoding: gzip, chunked\r\n", END), 410),
    answered("a request in a body", post(b"Content-Length: %d\r\n" % len(SMUGGLED), SMUGGLED), 410),
)

HEADS: Final = (
    refused("line feeds alone", b"GET /healthz HTTP/1.1\nHost: a\n\n"),
    refused("one line feed alone", b"GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
    refused("a carriage return alone", b"GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"),
    refused("a folded header", get(b"GET /healthz HTTP/1.1", HOST + b"X: y\r\n z\r\n")),
    refused("NUL in a value", get(b"GET /healthz HTTP/1.1", HOST + b"X: a\x00b\r\n")),
    refused("NUL in a name", get(b"GET /healthz HTTP/1.1", HOST + b"X\x00: a\r\n")),
    refused("NUL in a path", get(b"GET /heal\x00thz HTTP/1.1")),
    refused("no name", get(b"GET /healthz HTTP/1.1", HOST + b": a\r\n")),
    refused("bytes beyond ASCII in a path", get(b"GET /\xff\xfe HTTP/1.1")),
    refused("no slash", get(b"GET healthz HTTP/1.1")),
    refused("a tunnel", get(b"CONNECT other:80 HTTP/1.1")),
    refused("a method in lower case", get(b"get /healthz HTTP/1.1")),
    refused("an unknown method", get(b"BREW /prod HTTP/1.1")),
    refused("an unknown version", get(b"GET /healthz HTTP/1.9")),
    refused("HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    refused("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200),
    refused("every byte there is", bytes(range(256))),
    answered("two spaces", get(b"GET  /healthz HTTP/1.1"), 200),
    answered("bytes beyond ASCII in a value", get(b"GET /healthz HTTP/1.1", HOST + b"X: \xff\r\n"), 200),
    answered("NUL, encoded", get(b"GET /heal%00thz HTTP/1.1"), 403),
    answered("line ends, encoded", get(b"GET /healthz%0d%0aX:%20y HTTP/1.1"), 403),
    answered("two slashes", get(b"GET //healthz HTTP/1.1"), 403),
    answered("dots", get(b"GET /prod/../healthz HTTP/1.1"), 403),
    answered("encoded dots", get(b"GET /prod/%2e%2e/healthz HTTP/1.1"), 403),
    answered("an encoded slash", get(b"GET /prod%2f@connections HTTP/1.1"), 403),
    answered("bad encoding", get(b"GET /prod/%zz HTTP/1.1"), 403),
    answered("all of the server", get(b"OPTIONS * HTTP/1.1"), 403),
    answered("three at once", get(b"GET /healthz HTTP/1.1") * 3, 200, 200, 200),
    answered("one after the empty lines of another", b"\r\n\r\n" + get(b"GET /healthz HTTP/1.1"), 200),
    answered(
        "an unknown upgrade", get(b"GET /healthz HTTP/1.1", HOST + b"Connection: Upgrade\r\nUpgrade: tea\r\n"), 200
    ),
    answered("an unknown expectation", post(b"Expect: cats\r\nContent-Length: 2\r\n", b"{}"), 410),
    Case("a client of 1.0", b"GET /healthz HTTP/1.0\r\n\r\n", (200,), "closed"),
    Case("who wants no more", request("/healthz", Connection="close"), (200,), "closed"),
)

PROTOCOL: Final = (
    answered("no session", request(method="POST", body=b"{}"), 401),
    answered("an empty session", request(method="POST", body=b"{}", Stream_Session=""), 401),
    answered("nobody's session", request(method="POST", body=b"{}", Stream_Session="x" * 43), 410),
    answered("a close without a session", request(method="DELETE"), 401),
    answered("a close of nobody's session", request(method="DELETE", Stream_Session="x"), 410),
    answered("a stream of nobody's session", request(Accept="text/event-stream", Stream_Session="x"), 204),
    answered("a GET that wants no stream", request(), 426),
    answered("a GET that wants JSON", request(Accept="application/json"), 426),
    answered("a long address", request("/prod?" + "a" * 4_096, Accept="text/event-stream"), 414),
    answered("a ticket that was never one", request("/prod?ticket=st1.x", Accept="text/event-stream"), 403),
    answered("a method that is not allowed", request(method="PUT", body=b""), 405),
    answered("another one", request(method="PATCH", body=b""), 405),
    answered("no body, please", request(method="HEAD"), 405),
    answered("another stage", request("/dev", Accept="text/event-stream"), 403),
    answered("the root", request("/"), 403),
    answered("more than a stage", request("/prod/x", method="POST", body=b"{}"), 403),
    answered("a slash behind the stage", request("/prod/", Accept="text/event-stream"), 403),
    answered("FastAPI's own pages", request("/openapi.json"), 403),
    answered("the same", request("/docs"), 403),
    answered("a ticket by GET", request("/prod/ticket"), 405),
    answered("a preflight of a stranger", request(method="OPTIONS", Origin="https://evil.example.org"), 403),
)

PUSH: Final = "/prod/@connections/AAAAAAAAAAAAAAA="
MANAGEMENT: Final = (
    answered("an unsigned push", request(PUSH, method="POST", body=b"{}"), 403),
    answered("two of them", request(PUSH, method="POST", body=b"{}") * 2, 403, 403),
    answered("an unsigned look", request(PUSH), 403),
    answered("an unsigned close", request(PUSH, method="DELETE"), 403),
    answered("an unsigned broadcast", request("/prod/@connections", method="POST", body=b"{}"), 403),
    answered("another method", request(PUSH, method="PUT", body=b"{}"), 403),
    answered("another stage's push", request("/dev/@connections/AAAAAAAAAAAAAAA=", method="POST", body=b"{}"), 403),
    answered("a signature of nothing", request(PUSH, method="POST", body=b"{}", Authorization="AWS4-HMAC-SHA256"), 403),
    answered(
        "a signature of nobody",
        request(
            PUSH,
            method="POST",
            body=b"{}",
            X_Amz_Date="20260101T000000Z",
            Authorization="AWS4-HMAC-SHA256 Credential=NOBODY/20260101/eu-central-1/execute-api/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
        ),
        403,
    ),
    answered("two signatures", request(PUSH, "POST", b"", Authorization="AWS4-HMAC-SHA256 a, AWS4-HMAC-SHA256 b"), 403),
    answered("a bearer", request(PUSH, method="POST", body=b"{}", Authorization="Bearer x"), 403),
    answered("an id that is none", request("/prod/@connections/%0d%0aX:y", method="POST", body=b"{}"), 403),
    answered("a push with a query", request(PUSH + "?a=b", method="POST", body=b"{}"), 403),
    answered(
        "a push with a chunked body", b"POST " + PUSH.encode() + b" HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n" + END, 403
    ),
)

UPGRADES: Final = (
    Case("a handshake without a key", upgrade(), (400,), "closed"),
    Case("a handshake of an old version", upgrade(f"{KEY}Sec-WebSocket-Version: 8\r\n"), (400,), "closed"),
    Case(
        "a handshake with a bad key", upgrade("Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n"), (400,), "closed"
    ),
    Case(
        "a handshake by POST",
        upgrade(f"{KEY}Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n", method="POST"),
        (405,),
        "closed",
    ),
    Case("a handshake elsewhere", upgrade(f"{KEY}Sec-WebSocket-Version: 13\r\n", target="/other"), (403,), "closed"),
    Case(
        "a handshake with a page", upgrade(f"{KEY}Sec-WebSocket-Version: 13\r\n", target="/healthz"), (403,), "closed"
    ),
    Case(
        "a handshake with a long address",
        upgrade(f"{KEY}Sec-WebSocket-Version: 13\r\n", target="/prod?" + "a" * 4_096),
        (414,),
        "closed",
    ),
)

CASES: Final = (*WHERE_A_BODY_ENDS, *HEADS, *PROTOCOL, *MANAGEMENT, *UPGRADES)

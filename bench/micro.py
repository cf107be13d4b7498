"""The functions of the hot path, each beside the plain way to do the same: `python -m bench.micro [NAME…]`.

A case is a function that returns two callables, ours and the plain one, after it has made sure that they agree. They
are timed in turn, in short blocks, so that a machine that drifts does so for both; the ratio of each pair of blocks
counts. To add one, write a function with `@case("what it is")`.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

import httptools
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sse_starlette import ServerSentEvent

from bench.records import payload
from bench.servers.shim import ACCESS_KEY, SECRET_KEY, STAGE
from bench.signing import Signer
from bench.statistics import Spread, spread
from shim.gateway.sigv4 import Credential, Verifier
from shim.hot.requests import Push, read_push
from shim.streams import Streams
from shim.streams.wire import encode_body, encode_message
from tests.shim.streams.node_alone import NodeAlone

Call = Callable[[], object]
Case = Callable[[], tuple[Call, Call]]

BLOCKS = 21
BLOCK_S = 0.02

CASES: dict[str, Case] = {}

HOST = "127.0.0.1:8000"
CONNECTION_ID = "BFaT_fALIAMCKug="
PATH = f"/{STAGE}/@connections/BFaT_fALIAMCKug%3D"
BODY = payload(1, 200)


def case(title: str) -> Callable[[Case], Case]:
    def register(made: Case) -> Case:
        CASES[title] = made
        return made

    return register


def _signed() -> tuple[bytes, datetime]:
    now = datetime.now(UTC).replace(microsecond=0)
    return Signer(HOST, ACCESS_KEY, SECRET_KEY).post(PATH, BODY, now), now


def _headers(request: bytes) -> list[tuple[bytes, bytes]]:
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]


@case("verify a signature, beside signing again with botocore")
def verify() -> tuple[Call, Call]:

    request, now = _signed()
    headers = _headers(request)
    verifier = Verifier([Credential(ACCESS_KEY, SECRET_KEY)])
    raw_path, at = PATH.encode(), now.timestamp()
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signature = dict(headers)[b"authorization"].rpartition(b"=")[2].decode()
    auth = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", "us-east-1")

    def ours() -> str:
        return verifier.verify(b"POST", raw_path, b"", headers, BODY, at)

    def plain() -> str:
        again = AWSRequest("POST", f"http://{HOST}{PATH}", headers={"Host": HOST, "X-Amz-Date": stamp}, data=BODY)
        again.context["timestamp"] = stamp
        return auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)

    assert ours() == ACCESS_KEY
    assert plain() == signature
    return ours, plain


@case("read a push, beside httptools")
def read() -> tuple[Call, Call]:
    request, _ = _signed()
    prefix = f"/{STAGE}/@connections".encode()

    class Reader:
        def __init__(self) -> None:
            self.headers: list[tuple[bytes, bytes]] = []
            self.path = self.body = b""

        def on_url(self, url: bytes) -> None:
            self.path += url

        def on_header(self, name: bytes, value: bytes) -> None:
            self.headers.append((name.lower(), value))

        def on_body(self, body: bytes) -> None:
            self.body += body

    def ours() -> object:
        return read_push(request, prefix, 131_072)

    def plain() -> Reader:
        reader = Reader()
        httptools.HttpRequestParser(reader).feed_data(request)
        return reader

    found, expected = ours(), plain()
    assert isinstance(found, Push)
    assert (found.path, found.body, list(found.headers.items())) == (expected.path, expected.body, expected.headers)
    return ours, plain


@case("encode a message, beside sse-starlette")
def encode() -> tuple[Call, Call]:
    text = BODY.decode()

    def ours() -> bytes:
        return encode_message("5f3a9c21", 7, encode_body(BODY))

    def plain() -> bytes:
        return ServerSentEvent(text, id="5f3a9c21-7", sep="\n").encode()

    assert ours() == plain()
    return ours, plain


@case("hand a message to a connection, beside putting it into a queue")
def append() -> tuple[Call, Call]:
    streams = Streams()
    streams.open(CONNECTION_ID)
    streams.activate(CONNECTION_ID)
    taking = streams.attach(CONNECTION_ID, None, lambda: None)
    queues = {CONNECTION_ID: asyncio.Queue[str]()}

    def ours() -> object:
        streams.send(CONNECTION_ID, BODY)
        return taking.take()

    def plain() -> str:
        queues[CONNECTION_ID].put_nowait(BODY.decode())
        return queues[CONNECTION_ID].get_nowait()

    assert ours()
    assert plain()
    return ours, plain


@case("hear of a broadcast to 10 of a node's 10,000 streams, beside asking for each")
def broadcast() -> tuple[Call, Call]:
    node = NodeAlone()
    streams = {name: node.stream(name) for name in (f"{CONNECTION_ID}{number}" for number in range(10_000))}
    whom = [*streams][::1_000]

    def ours() -> list[str]:
        node.woken.clear()
        node.broadcast(*whom)
        for name in node.woken:
            node.taken(streams[name])
        return sorted(node.woken)

    def plain() -> list[str]:
        one = node.next(*whom)
        one.unfold()
        return sorted(name for name in streams if one.is_for(name))

    assert ours() == plain() == sorted(whom)
    return ours, plain


@case("SHA-256 of a body, beside itself")
def nothing() -> tuple[Call, Call]:
    """How far from 1 two equal things are on this machine now."""
    return (lambda: hashlib.sha256(BODY).hexdigest()), (lambda: hashlib.sha256(BODY).hexdigest())


def compare(ours: Call, plain: Call) -> tuple[float, float, Spread]:
    """Microseconds a call, ours and the plain one, and how many times faster ours is."""
    rounds = max(1, int(BLOCK_S * 1e6 / max(_block(plain, 100), _block(ours, 100))))
    times = [(_block(ours, rounds), _block(plain, rounds)) for _ in range(BLOCKS)]
    ratios = spread([theirs / our for our, theirs in times])
    assert ratios is not None
    return median(our for our, _ in times), median(theirs for _, theirs in times), ratios


def _block(call: Call, rounds: int) -> float:
    """Microseconds a call."""
    began = time.perf_counter()
    for _ in range(rounds):
        call()
    return (time.perf_counter() - began) / rounds * 1e6


def main() -> int:
    """Prints a table; arguments are parts of titles."""
    print("| what | ours, µs | plain, µs | times faster |\n| -- | --: | --: | --: |")
    for title, make in CASES.items():
        if not sys.argv[1:] or any(part in title for part in sys.argv[1:]):
            ours, plain, ratio = compare(*make())
            print(
                f"| {title} | {ours:.2f} | {plain:.2f} | {ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f}) |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Unchanged code pushes, whichever library it sends with, and gets what @connections answers."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiohttp
import boto3
import httpx
import pytest
import requests
import urllib3
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from shim.backends.pushes import PushCatcher, is_push
from shim.outgoing import uncaught
from shim.service import Problem

ENDPOINT = "https://abc.execute-api.eu-west-1.amazonaws.com/prod"
PUSH = f"{ENDPOINT}/@connections/BFaT_fALIAMCKug%3D"


class Recorder:
    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes]] = []
        self.deleted: list[str] = []
        self.problem: Problem | None = None

    def post(self, connection_id: str, data: bytes) -> None:
        if self.problem:
            raise self.problem
        self.posted.append((connection_id, data))

    def get(self, connection_id: str) -> dict[str, Any]:
        return {"connectedAt": "2024-11-11T13:45:35.513Z", "identity": {"sourceIp": "192.0.2.1", "userAgent": "x"}}

    def delete(self, connection_id: str) -> None:
        self.deleted.append(connection_id)


@pytest.fixture
def connections() -> Iterator[Recorder]:
    recorder = Recorder()
    catcher = PushCatcher(recorder)
    catcher.install()
    yield recorder
    catcher.uninstall()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A server that is not ours: says what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = b"elsewhere got " + body
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def client(session: boto3.session.Session | None = None) -> Any:
    session = session or boto3.session.Session(
        aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1"
    )
    return session.client("apigatewaymanagementapi", endpoint_url=ENDPOINT)


Sent = tuple[int, str | None, bytes]
"""Status, error type, body."""


def by_requests(url: str, data: bytes) -> Sent:
    with requests.Session() as session:
        response = session.post(url, data=data, timeout=30)
    return response.status_code, response.headers.get("x-amzn-ErrorType"), response.content


def by_urllib3(url: str, data: bytes) -> Sent:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", url, body=data, retries=False)
    return response.status, response.headers.get("x-amzn-ErrorType"), response.data


def by_botocore_session(url: str, data: bytes) -> Sent:
    session = URLLib3Session()
    response = session.send(AWSRequest("POST", url, data=data).prepare())
    session.close()
    return response.status_code, response.headers.get("x-amzn-ErrorType"), response.content


def by_http_client(url: str, data: bytes) -> Sent:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, timeout=30)
    connection.request("POST", f"/{path}", data)
    response = connection.getresponse()
    sent = response.status, response.getheader("x-amzn-ErrorType"), response.read()
    connection.close()
    return sent


def by_urllib_request(url: str, data: bytes) -> Sent:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as response:
            return response.status, response.headers.get("x-amzn-ErrorType"), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-amzn-ErrorType"), error.read()


def by_httpx(url: str, data: bytes) -> Sent:
    response = httpx.post(url, content=data)
    return response.status_code, response.headers.get("x-amzn-ErrorType"), response.content


async def _by_aiohttp(url: str, data: object) -> Sent:
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as response:
        return response.status, response.headers.get("x-amzn-ErrorType"), await response.read()


def by_aiohttp(url: str, data: bytes) -> Sent:
    return asyncio.run(_by_aiohttp(url, data))


def by_aiohttp_in_pieces(url: str, data: bytes) -> Sent:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in data:
            yield bytes([byte])

    return asyncio.run(_by_aiohttp(url, pieces()))


LIBRARIES = [
    by_requests,
    by_urllib3,
    by_botocore_session,
    by_http_client,
    by_urllib_request,
    by_httpx,
    by_aiohttp,
]
Library = Callable[[str, bytes], Sent]
every_library = pytest.mark.parametrize("send", LIBRARIES)


class TestWhatIsLeftAlone:
    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/connections/1",
            "https://example.com/prod/@connections",
            "https://example.com/prod/@connections/",
            "https://example.com/prod/@connections/a/b",
            "https://example.com/?to=/@connections/a",
            "https://example.com/#/@connections/a",
        ],
    )
    def test_other_addresses(self, connections: Recorder, url: str) -> None:
        assert not is_push(url)

    @every_library
    def test_requests_to_others(self, connections: Recorder, elsewhere: str, send: Library) -> None:
        assert send(f"{elsewhere}/hook", b"hi") == (200, None, b"elsewhere got hi")
        assert connections.posted == []

    @every_library
    def test_the_shims_own_calls_to_an_upstream(self, connections: Recorder, elsewhere: str, send: Library) -> None:
        with uncaught():
            assert send(f"{elsewhere}/prod/@connections/a", b"hi") == (200, None, b"elsewhere got hi")
        assert connections.posted == []

    @every_library
    def test_everything_when_nothing_is_installed(self, elsewhere: str, send: Library) -> None:
        assert send(f"{elsewhere}/prod/@connections/a", b"hi") == (200, None, b"elsewhere got hi")

    def test_libraries_are_as_they_were_afterwards(self) -> None:
        before = urllib3.HTTPConnectionPool.urlopen, requests.Session.get_adapter, http.client.HTTPConnection.putrequest
        one, two = PushCatcher(Recorder()), PushCatcher(Recorder())
        for catcher in (one, two):
            catcher.install()
        for catcher in (one, two):
            catcher.uninstall()

        assert (
            urllib3.HTTPConnectionPool.urlopen,
            requests.Session.get_adapter,
            http.client.HTTPConnection.putrequest,
        ) == before


class TestUnknownIds:
    @every_library
    def test_are_gone(self, connections: Recorder, elsewhere: str, send: Library) -> None:
        connections.problem = Problem(410, "GoneException")

        assert send(f"{elsewhere}/prod/@connections/a", b"hi") == (410, "GoneException", b"")

    @every_library
    def test_go_out_when_that_is_wished(self, elsewhere: str, send: Library) -> None:
        recorder = Recorder()
        recorder.problem = Problem(410, "GoneException")
        catcher = PushCatcher(recorder, forward_unknown=True)
        catcher.install()
        try:
            assert send(f"{elsewhere}/prod/@connections/a", b"hi") == (200, None, b"elsewhere got hi")
        finally:
            catcher.uninstall()


@every_library
class TestHandMadeRequests:
    def test_a_push_arrives_with_the_id_as_it_was_and_the_bytes_as_they_were(
        self, connections: Recorder, send: Library
    ) -> None:
        assert send(PUSH, b"\xff\x00{}") == (200, None, b"")
        assert connections.posted == [("BFaT_fALIAMCKug=", b"\xff\x00{}")]

    def test_an_encoded_at_sign_is_one(self, connections: Recorder, send: Library) -> None:
        send(f"{ENDPOINT}/%40connections/abc", b"")
        assert connections.posted == [("abc", b"")]

    def test_errors_have_their_status_and_type(self, connections: Recorder, send: Library) -> None:
        connections.problem = Problem(413, "PayloadTooLargeException", "at most 131072")

        assert send(PUSH, b"x") == (413, "PayloadTooLargeException", b'{"message": "at most 131072"}')


def test_aiohttp_sends_in_pieces(connections: Recorder) -> None:
    assert by_aiohttp_in_pieces(PUSH, b"\xff\x00{}")[0] == 200
    assert connections.posted == [("BFaT_fALIAMCKug=", b"\xff\x00{}")]


class TestBoto3:
    @pytest.mark.parametrize("data", [b"bytes", "text", b"\xff\x00"])
    def test_a_post_arrives_with_the_id_as_it_was_and_the_bytes_as_they_were(
        self, connections: Recorder, data: Any
    ) -> None:
        client().post_to_connection(ConnectionId="BFaT_fALIAMCKug=", Data=data)

        assert connections.posted == [("BFaT_fALIAMCKug=", data.encode() if isinstance(data, str) else data)]

    def test_a_client_that_is_older_than_the_shim_pushes_too(self) -> None:
        old, recorder = client(), Recorder()
        catcher = PushCatcher(recorder)
        catcher.install()
        try:
            old.post_to_connection(ConnectionId="x", Data=b"1")
        finally:
            catcher.uninstall()
        assert recorder.posted == [("x", b"1")]

    def test_a_gone_connection_raises_what_handlers_catch(self, connections: Recorder) -> None:
        connections.problem = Problem(410, "GoneException")
        management = client()

        with pytest.raises(management.exceptions.GoneException) as caught:
            management.post_to_connection(ConnectionId="x", Data=b"")
        assert caught.value.response["Error"]["Code"] == "GoneException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410

    def test_too_large_is_modelled_too(self, connections: Recorder) -> None:
        connections.problem = Problem(413, "PayloadTooLargeException", "at most 131072")
        management = client()

        with pytest.raises(management.exceptions.PayloadTooLargeException, match="at most 131072"):
            management.post_to_connection(ConnectionId="x", Data=b"")

    def test_get_and_delete_work(self, connections: Recorder) -> None:
        assert client().get_connection(ConnectionId="x")["Identity"]["SourceIp"] == "192.0.2.1"
        client().delete_connection(ConnectionId="y")
        assert connections.deleted == ["y"]


async def test_an_async_client_of_httpx_pushes(connections: Recorder) -> None:
    async with httpx.AsyncClient() as http_client:
        assert (await http_client.post(PUSH, content=b"1")).status_code == 200
    assert connections.posted == [("BFaT_fALIAMCKug=", b"1")]


def test_get_of_a_hand_made_request_has_the_members_that_the_api_has(connections: Recorder) -> None:
    assert requests.get(PUSH, timeout=30).json()["identity"]["sourceIp"] == "192.0.2.1"


def test_a_body_in_pieces_is_put_together(connections: Recorder) -> None:
    connection = http.client.HTTPSConnection("abc.example.com")
    connection.request("POST", "/prod/@connections/a", iter([b"12", b"", b"345"]), encode_chunked=True)
    connection.getresponse().read()
    connection.close()
    requests.post(PUSH, data=iter([b"12", b"345"]), timeout=30)

    assert [body for _, body in connections.posted] == [b"12345", b"12345"]


def test_a_connection_that_is_kept_serves_pushes_and_others_in_turn(connections: Recorder, elsewhere: str) -> None:
    connection = http.client.HTTPConnection(elsewhere.removeprefix("http://"), timeout=30)
    said = []
    for path in ("/hook", "/prod/@connections/a", "/hook", "/prod/@connections/b"):
        connection.request("POST", path, b"hi")
        said.append(connection.getresponse().read())
    connection.close()

    assert said == [b"elsewhere got hi", b"", b"elsewhere got hi", b""]
    assert connections.posted == [("a", b"hi"), ("b", b"hi")]


IN_FRONT_OF_MOTO = """
import json, sys
import boto3, requests
from moto import mock_aws
from shim.backends.pushes import PushCatcher
from shim.service import Problem

class Nobody:
    def post(self, connection_id, data): raise Problem(410, "GoneException")
    def get(self, connection_id): raise Problem(410, "GoneException")
    def delete(self, connection_id): raise Problem(410, "GoneException")

catcher, aws = PushCatcher(Nobody()), mock_aws()
steps = {"shim": catcher.install, "moto": aws.start}
for step in sys.argv[1].split(","):
    steps[step]()
endpoint = "https://abc.execute-api.us-east-1.amazonaws.com/prod"
management = boto3.client("apigatewaymanagementapi", region_name="us-east-1", endpoint_url=endpoint)
try:
    management.post_to_connection(ConnectionId="x", Data=b"1")
except management.exceptions.GoneException:
    print("boto3: gone")
print("requests:", requests.post(endpoint + "/@connections/x", data=b"1").status_code)
print("moto:", boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="q")["QueueUrl"])
"""


@pytest.mark.parametrize("order", ["shim,moto", "moto,shim"])
def test_pushes_do_not_reach_moto_whichever_came_first_and_all_else_does(order: str) -> None:
    ran = subprocess.run([sys.executable, "-c", IN_FRONT_OF_MOTO, order], capture_output=True, text=True, check=True)

    assert ran.stdout.splitlines() == [
        "boto3: gone",
        "requests: 410",
        "moto: https://sqs.us-east-1.amazonaws.com/123456789012/q",
    ]


def test_of_several_catchers_the_newest_catches(connections: Recorder) -> None:
    newer = Recorder()
    catcher = PushCatcher(newer)
    catcher.install()
    by_requests(PUSH, b"1")
    catcher.uninstall()
    by_requests(PUSH, b"2")

    assert [newer.posted, connections.posted] == [[("BFaT_fALIAMCKug=", b"1")], [("BFaT_fALIAMCKug=", b"2")]]


def test_what_is_no_method_of_the_api_is_refused_as_there(connections: Recorder) -> None:
    response = requests.put(PUSH, data=b"1", timeout=30)

    assert (response.status_code, response.headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")
    assert json.loads(response.content) == {"message": "Missing Authentication Token"}

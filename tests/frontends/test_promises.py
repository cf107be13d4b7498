"""Behind nginx and HAProxy, as the how-to configures them, clients and back ends notice nothing."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from http.client import HTTPConnection
from statistics import median

import boto3
import httpx
import pytest
import websockets.sync.client
from botocore.config import Config
from websockets.exceptions import InvalidStatus

from shim.faces.options import FaceOptions
from shim.streams import StreamLimits
from tests.frontends.conftest import Behind
from tests.frontends.front_ends import FrontEnd
from tests.hostile.serving import CALLER, KINDS, STAGE, Kind, eventually, serving, signed
from tests.shim.sse_client import STREAM, open_stream, resume_stream

PROMPT_S = 0.2


def management(front: FrontEnd):
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"http://127.0.0.1:{front.port}/{STAGE}",
        region_name="eu-central-1",
        aws_access_key_id=CALLER.access_key_id,
        aws_secret_access_key=CALLER.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_event_is_passed_on_at_once(kind: Kind, behind: Behind) -> None:
    with serving(kind) as shim:
        front = behind(shim.port)
        begun = time.monotonic()
        with open_stream(front.address) as client:
            first_s = time.monotonic() - begun
            took = []
            for number in range(20):  # each only when the one before it has arrived: one that is held back stops all
                begun = time.monotonic()
                shim.service.post(client.connection_id, b"%d" % number)
                assert client.next().data == str(number)
                took.append(time.monotonic() - begun)

    assert median(took) < PROMPT_S
    assert first_s < 2  # it has a handshake, `$connect` and on a busy machine other tests in it


def test_large_events_are_passed_on_whole(behind: Behind) -> None:
    with serving() as shim, open_stream(behind(shim.port).address) as client:
        for size in (1, 4_000, 8_192, 65_536, 131_072):
            shim.service.post(client.connection_id, b"x" * size)
            assert client.next().data == "x" * size


IDLE_TIMEOUT_S = 1.0
SHORT = {"60s": "1s"}
"""Every timeout of the configuration that counts silence."""


def test_heartbeats_keep_an_idle_stream_alive_beyond_the_idle_timeout(behind: Behind) -> None:
    with serving(streams=StreamLimits(heartbeat_s=0.4)) as shim:
        front = behind(shim.port, SHORT)
        with httpx.stream("GET", front.address, headers=STREAM, timeout=5) as response:
            chunks = response.iter_bytes()
            seen, begun = next(chunks), time.monotonic()
            while seen.count(b"\n:") < 3 or time.monotonic() - begun < 1.3 * IDLE_TIMEOUT_S:
                seen += next(chunks)
            shim.service.post(shim.application.connects[0]["requestContext"]["connectionId"], b"still here")
            while b"still here" not in seen:
                seen += next(chunks)


def test_without_heartbeats_the_idle_timeout_would_end_it(behind: Behind) -> None:
    with (
        serving(streams=StreamLimits(heartbeat_s=30)) as shim,
        open_stream(behind(shim.port, SHORT).address) as client,
        suppress(httpx.RemoteProtocolError),
    ):
        assert client.rest() == []


def test_a_websocket_is_upgraded_and_closed_with_its_code(behind: Behind) -> None:
    with serving() as shim:
        front = behind(shim.port)
        with websockets.sync.client.connect(front.websocket, subprotocols=["chat"]) as client:  # type: ignore[list-item]
            assert client.subprotocol == "chat"
            client.send("x" * 30_000)
            assert client.recv(30) == "x" * 30_000
            client.close(4001, "bye")
        eventually(lambda: shim.application.ends == [(4001, "bye")])


def test_pings_keep_an_idle_websocket_alive_beyond_the_idle_timeout(behind: Behind) -> None:
    with serving(ws_ping_interval=0.3) as shim:
        front = behind(shim.port, SHORT)
        with websockets.sync.client.connect(front.websocket) as client:
            with pytest.raises(TimeoutError):
                client.recv(1.6)
            client.send("still here")
            assert client.recv(30) == "still here"


def test_a_refused_handshake_has_its_status(behind: Behind) -> None:
    with serving(faces=FaceOptions(websocket_origins=("https://app.example.org",))) as shim:
        front = behind(shim.port)
        with pytest.raises(InvalidStatus) as refused:
            websockets.sync.client.connect(front.websocket, origin="https://evil.example.org")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403


def test_an_unchanged_sdk_pushes_looks_and_closes_through_it(behind: Behind) -> None:
    with serving() as shim:
        front = behind(shim.port)
        with open_stream(front.address) as client:
            sdk = management(front)
            assert client.connection_id.endswith("=")
            for number in range(3):
                sdk.post_to_connection(ConnectionId=client.connection_id, Data=b"%d" % number)
                assert client.next().data == str(number)
            assert sdk.get_connection(ConnectionId=client.connection_id)["Identity"]["SourceIp"] == "127.0.0.1"
            sdk.delete_connection(ConnectionId=client.connection_id)
            assert client.next().type == "close"
            with pytest.raises(sdk.exceptions.GoneException):
                sdk.post_to_connection(ConnectionId=client.connection_id, Data=b"late")


@pytest.mark.parametrize("written", ["=", "%3D", "%3d"])
def test_a_path_reaches_the_shim_as_it_was_signed(written: str, behind: Behind) -> None:
    """`curl --aws-sigv4` signs what it sends, and SDKs encode the `=` of an id."""
    with serving() as shim:
        front = behind(shim.port)
        with open_stream(front.address) as client:
            address = f"{front.address}/@connections/{client.connection_id[:-1]}{written}"
            link = HTTPConnection("127.0.0.1", front.port, timeout=5)
            link.putrequest("POST", address.partition(str(front.port))[2])
            for header, value in {**signed("POST", address, b"{}"), "Content-Length": "2"}.items():
                link.putheader(header, value)
            link.endheaders(b"{}")
            answer = link.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            assert client.next().data == "{}"
            link.close()


def test_posts_and_batches_pass_it(behind: Behind) -> None:
    with serving() as shim, open_stream(behind(shim.port).address) as client:
        assert client.send('{"n": 0}').status_code == 202
        assert client.next().data == '{"n": 0}'
        lines = "".join(f'{{"n": {number}, "text": "{"x" * 2_000}"}}\n' for number in range(100))
        batch = client.send(lines, **{"Content-Type": "application/x-ndjson"})
        assert (batch.status_code, len(batch.json()["messageIds"])) == (202, 100)
        assert [json.loads(client.next().data)["n"] for _ in range(100)] == list(range(100))
        waited = client.send("{}", Prefer="wait=5")
        assert (waited.status_code, waited.text, waited.headers["preference-applied"]) == (200, "{}", "wait")


def test_a_closed_connection_is_204(behind: Behind) -> None:
    with serving() as shim, open_stream(behind(shim.port).address) as client:
        assert client.close().status_code == 204
        again = httpx.get(client.address, headers={**STREAM, "Stream-Session": client.session})
        assert (again.status_code, again.content) == (204, b"")


def test_a_stream_that_is_lost_is_taken_up_where_it_stopped(behind: Behind) -> None:
    with serving() as shim:
        front = behind(shim.port)
        with open_stream(front.address) as client:
            shim.service.post(client.connection_id, b"one")
            seen = client.next()
        shim.service.post(client.connection_id, b"two")
        with resume_stream(front.address, client.session, seen.id or "") as again:
            assert next(event.data for event in iter(again.next, None) if event.data) == "two"


def test_when_a_client_leaves_the_shim_notices(behind: Behind) -> None:
    with serving(streams=StreamLimits(resume_window_s=0)) as shim:
        with open_stream(behind(shim.port).address):
            pass
        eventually(lambda: [code for code, _reason in shim.application.ends] == [1006])


def test_the_source_address_is_that_of_the_client_and_nobody_can_invent_one(behind: Behind) -> None:
    with serving(faces=FaceOptions(trusted_proxies=("127.0.0.1",))) as shim:
        front = behind(shim.port)
        link = HTTPConnection("127.0.0.1", front.port, timeout=5, source_address=("127.0.0.2", 0))
        link.request(
            "GET", f"/{STAGE}", headers={**STREAM, "X-Forwarded-For": "203.0.113.66", "Forwarded": "for=1.2.3.4"}
        )
        assert link.getresponse().status == 200
        link.close()
        (connect,) = shim.application.connects
        assert connect["requestContext"]["identity"]["sourceIp"] == "127.0.0.2"
        assert connect["headers"]["X-Forwarded-Port"] == str(front.port)


def test_haproxy_serves_many_streams_over_http_2(behind: Behind, name: str) -> None:
    """Browsers have six connections for an origin on HTTP/1.1, and 100 streams on one of HTTP/2."""
    if name == "nginx" or shutil.which("curl") is None:
        pytest.skip("nginx speaks HTTP/2 only where it is told to, as with TLS; curl is what speaks it here")
    with serving(streams=StreamLimits(rotation_s=0.5)) as shim:
        front = behind(shim.port)
        command = [
            "curl",
            "-sS",
            "--http2-prior-knowledge",
            "--parallel",
            "--parallel-immediate",
            "--parallel-max",
            "20",
        ]
        command += ["-H", "Accept: text/event-stream", "-w", "%{http_version} %{http_code}\n"]
        run = subprocess.run([*command, *[front.address] * 20], capture_output=True, text=True, check=True, timeout=20)
        assert run.stdout.splitlines().count("2 200") == 20
        assert run.stdout.count("event: open") == 20


def test_a_slow_request_does_not_reach_the_shim(behind: Behind, name: str) -> None:
    if name == "nginx":
        pytest.skip("nginx passes a request on when its header is whole; its limit is client_header_timeout, 60 s")
    with serving() as shim:
        front = behind(shim.port, {"timeout http-request 10s": "timeout http-request 300ms"})
        with socket.create_connection(("127.0.0.1", front.port), 5) as slow:
            slow.sendall(b"GET /prod HTTP/1.1\r\nHost: a\r\n")
            assert slow.recv(100).startswith(b"HTTP/1.1 408 ")
        assert shim.application.connects == []

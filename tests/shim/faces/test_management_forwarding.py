"""Connections that an upstream API Gateway has: a second shim stands for it, and verifies what the first one signs."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from botocore.session import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shim.emulation import GatewayService
from shim.faces.forwarding import FORWARDED_HEADER, Forwarder, ForwardingOptions
from shim.faces.management import Management, ManagementOptions
from shim.gateway.definition import ApiDefinition
from shim.gateway.sigv4 import Credential
from shim.streams import Streams
from tests.shim.faces.managed import CALLER, REGION, UNKNOWN, Managed, managed, signed
from tests.shim.serving import listening
from tests.shim.sse_client import open_stream

OWN = Credential("ASIDSHIM", "secret-of-the-shim", "token-of-the-shim")


@pytest.fixture(autouse=True)
def own_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What botocore finds for the shim."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OWN.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", OWN.secret_access_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", str(OWN.session_token))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def forwarding_to(endpoint: str, timeout_s: float = 10.0) -> ManagementOptions:
    return ManagementOptions((CALLER,), forwarding=ForwardingOptions(endpoint, REGION, timeout_s=timeout_s))


@contextmanager
def bridged() -> Iterator[tuple[Managed, Managed]]:
    """A shim, and the upstream that it forwards to."""
    with (
        managed(ManagementOptions((OWN,), region=REGION)) as upstream,
        managed(forwarding_to(upstream.endpoint)) as shim,
    ):
        yield shim, upstream


@contextmanager
def answering(answer: Response, timeout_s: float = 10.0) -> Iterator[tuple[Managed, list[Request]]]:
    """A shim before an upstream that always answers the same."""
    asked: list[Request] = []

    async def respond(request: Request) -> Response:
        await request.body()
        asked.append(request)
        return answer

    app = Starlette(routes=[Route("/{rest:path}", respond, methods=["GET", "POST", "DELETE"])])
    with listening(app) as port, managed(forwarding_to(f"http://127.0.0.1:{port}/prod", timeout_s)) as shim:
        yield shim, asked


class NoBackend:
    """For an API without routes."""

    async def invoke(self, function_id: str, event: object) -> object:
        raise AssertionError(function_id, event)


class TestLeftAlone:
    def test_nothing_is_forwarded_unless_it_is_asked_for(self) -> None:
        with managed() as shim:
            assert shim.call("POST", shim.address(UNKNOWN)).status_code == 410

    def test_own_connections_are_never_forwarded(self) -> None:
        with answering(Response(status_code=200)) as (shim, asked):
            for method in ("POST", "GET", "DELETE"):
                shim.call(method, shim.address(shim.open() if method != "GET" else UNKNOWN))
            assert [request.method for request in asked] == ["GET"]

    def test_malformed_ids_are_never_forwarded(self) -> None:
        with answering(Response(status_code=200)) as (shim, asked):
            assert shim.call("POST", shim.address("%2e%2e")).status_code == 400
            assert not asked

    def test_calls_without_a_right_signature_are_never_forwarded(self) -> None:
        with answering(Response(status_code=200)) as (shim, asked):
            assert httpx.post(shim.address(UNKNOWN)).status_code == 403
            assert not asked

    def test_a_call_that_was_forwarded_is_not_forwarded_again(self) -> None:
        with answering(Response(status_code=200)) as (shim, asked):
            assert shim.call("POST", shim.address(UNKNOWN), **{FORWARDED_HEADER: "1"}).status_code == 410
            assert not asked

    def test_two_shims_that_forward_to_each_other_end_it(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            nobody = f"http://127.0.0.1:{free.getsockname()[1]}/prod"
        with managed(forwarding_to(nobody)) as one:
            own = ForwardingOptions(one.endpoint, REGION)
            with managed(ManagementOptions((CALLER, OWN), forwarding=own)) as two:
                assert two.call("POST", two.address(UNKNOWN)).status_code == 403  # one does not know the shim's own key


class TestForwarded:
    @pytest.mark.parametrize("connection_id", ["AAAA-_-_-_-_-_A=", "________________", "-AAAAAAAAAAAAA=="])
    def test_a_push_reaches_the_upstream_s_client_signed_by_the_shim(self, connection_id: str) -> None:
        with bridged() as (shim, upstream):
            upstream.open(connection_id)
            body = bytes(range(256)) * 4

            assert shim.call("POST", shim.address(connection_id), body).status_code == 200
            assert upstream.service.pushes.sent == 1
            assert shim.service.pushes.sent == 0

    def test_all_three_calls_are_answered_as_the_upstream_answers_them(self) -> None:
        with bridged() as (shim, upstream), open_stream(upstream.endpoint) as client:
            url = shim.address(client.connection_id)
            shim.call("POST", url, b"hello")
            told = shim.call("GET", url)
            closed = shim.call("DELETE", url)
            gone = shim.call("GET", url)

            assert client.next().data == "hello"
            assert told.json()["identity"]["sourceIp"] == "127.0.0.1"
            assert told.headers["content-type"] == "application/json"
            assert (closed.status_code, closed.content) == (204, b"")
            assert (gone.status_code, gone.headers["x-amzn-errortype"], gone.content) == (410, "GoneException", b"")

    def test_a_repeated_push_is_forwarded_once(self) -> None:
        with answering(Response(status_code=200)) as (shim, asked):
            for _ in range(3):
                assert shim.call("POST", shim.address(UNKNOWN), b"x", amz_sdk_invocation_id="i-1").status_code == 200
            assert len(asked) == 1
            assert asked[0].headers["amz-sdk-invocation-id"] == "i-1"

    async def test_a_retry_while_the_first_is_on_its_way_waits_for_the_same_answer(self) -> None:
        arrived, release = threading.Event(), threading.Event()
        asked = []

        async def respond(request: Request) -> Response:
            asked.append(await request.body())
            arrived.set()
            await asyncio.to_thread(release.wait, 10)
            return Response(status_code=410, headers={"x-amzn-ErrorType": "GoneException"})

        app = Starlette(routes=[Route("/{rest:path}", respond, methods=["POST"])])
        with listening(app) as port:
            options = forwarding_to(f"http://127.0.0.1:{port}/prod")
            management = Management(
                GatewayService(ApiDefinition("test", {}, stage="prod"), NoBackend(), Streams()), options
            )
            url = f"http://shim/prod/@connections/{UNKNOWN}"
            headers = signed("POST", url, b"x", amz_sdk_invocation_id="i-2")
            async with httpx.AsyncClient(transport=httpx.ASGITransport(management)) as client:
                first = asyncio.create_task(client.post(url, content=b"x", headers=headers))
                assert await asyncio.to_thread(arrived.wait, 10)
                second = asyncio.create_task(client.post(url, content=b"x", headers=headers))
                for _ in range(200):  # the second has no I/O to wait for until it meets the first
                    await asyncio.sleep(0)
                release.set()

                assert [(await first).status_code, (await second).status_code] == [410, 410]
            assert asked == [b"x"]
            await management.close()

    def test_an_error_of_the_upstream_is_passed_back_with_type_and_words(self) -> None:
        answer = Response(
            '{"message":"slow down"}', 429, {"x-amzn-ErrorType": "LimitExceededException"}, "application/json"
        )
        with answering(answer) as (shim, _asked):
            response = shim.call("POST", shim.address(UNKNOWN))

        assert (response.status_code, response.headers["x-amzn-errortype"]) == (429, "LimitExceededException")
        assert response.json() == {"message": "slow down"}


class TestUpstreamFails:
    def test_a_refused_signature_does_not_show_the_shim_s_token(self, caplog: pytest.LogCaptureFixture) -> None:
        answer = Response(
            '{"message": "... token-of-the-shim"}', 403, {"x-amzn-ErrorType": "InvalidSignatureException"}
        )
        with answering(answer) as (shim, asked):
            response = shim.call("POST", shim.address(UNKNOWN))

        assert asked[0].headers["x-amz-security-token"] == "token-of-the-shim"
        assert (response.status_code, response.headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
        assert "does not accept the credentials of the shim" in response.json()["message"]
        assert "token-of-the-shim" not in response.text + caplog.text
        assert "refused the credentials of the shim" in caplog.text

    def test_an_upstream_that_is_not_there_is_a_bad_gateway(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with managed(forwarding_to(f"http://127.0.0.1:{port}/prod")) as shim:
            response = shim.call("POST", shim.address(UNKNOWN))

        assert (response.status_code, response.headers["x-amzn-errortype"]) == (502, "BadGatewayException")

    def test_an_upstream_that_does_not_answer_is_a_gateway_timeout(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as silent,
            managed(forwarding_to(f"http://127.0.0.1:{silent.getsockname()[1]}/prod", timeout_s=0.3)) as shim,
        ):
            response = shim.call("POST", shim.address(UNKNOWN))

        assert (response.status_code, response.headers["x-amzn-errortype"]) == (504, "GatewayTimeoutException")

    @pytest.mark.parametrize(
        "answer", [Response(status_code=302, headers={"Location": "http://127.0.0.1/"}), Response(b"x" * 70_000)]
    )
    def test_an_answer_that_is_none_of_api_gateway_is_a_bad_gateway(self, answer: Response) -> None:
        with answering(answer) as (shim, asked):
            assert shim.call("GET", shim.address(UNKNOWN)).status_code == 502
            assert len(asked) == 1

    def test_without_credentials_of_its_own_the_shim_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        with answering(Response(status_code=200)) as (shim, asked):
            response = shim.call("POST", shim.address(UNKNOWN))

            assert response.status_code == 502
            assert "no AWS credentials" in response.json()["message"]
            assert not asked


async def test_the_upstream_s_own_addresses_are_known() -> None:
    forwarder = Forwarder(ForwardingOptions("https://abc.execute-api.eu-west-1.amazonaws.com/prod/", REGION), Session())

    assert forwarder.serves("https://abc.execute-api.eu-west-1.amazonaws.com/prod/@connections/x")
    assert not forwarder.serves("https://abc.execute-api.eu-west-1.amazonaws.com/production/@connections/x")
    assert not forwarder.serves("https://abc.execute-api.eu-west-1.amazonaws.com.example.com/prod/@connections/x")
    await forwarder.close()

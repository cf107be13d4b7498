"""@connections over HTTP, as API Gateway answers it, byte for byte where a client could tell."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.faces.management import WELL_FORMED, Management, ManagementOptions
from shim.gateway.definition import DomainMapping
from shim.gateway.ids import new_id
from shim.gateway.sigv4 import Credential
from shim.streams import StreamLimits
from tests.shim.faces.managed import CALLER, UNKNOWN, Managed, managed, signed
from tests.shim.sse_client import open_stream


@pytest.fixture(scope="module")
def shim() -> Iterator[Managed]:
    with managed() as served:
        yield served


def problem(response: httpx.Response) -> tuple[int, str | None, str | None]:
    """Status, error type and message."""
    message = response.json()["message"] if response.content else None
    return response.status_code, response.headers.get("x-amzn-errortype"), message


class TestRefused:
    def test_without_signature_nothing_happens(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            refused = shim.service.pushes.refused
            for method in ("POST", "GET", "DELETE"):
                response = httpx.request(method, shim.address(client.connection_id))
                assert problem(response) == (
                    403,
                    "MissingAuthenticationTokenException",
                    "Missing Authentication Token",
                )
            shim.call("POST", shim.address(client.connection_id), b"still open")

            assert client.next().data == "still open"
            assert shim.service.pushes.refused == refused + 3

    def test_a_signature_of_somebody_else_is_refused(self, shim: Managed) -> None:
        stranger = Credential("AKIDOTHER", "secret")
        response = shim.call("POST", shim.address(UNKNOWN), credential=stranger)

        assert problem(response) == (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )

    def test_a_signature_of_another_body_shows_the_canonical_string(self, shim: Managed) -> None:
        url = shim.address(UNKNOWN)
        response = httpx.post(url, content=b"another", headers=signed("POST", url, b"one"))
        status, error_type, message = problem(response)

        assert (status, error_type) == (403, "InvalidSignatureException")
        assert f"'POST\n/prod/%40connections/{UNKNOWN.replace('=', '%253D')}\n" in str(message)

    @pytest.mark.parametrize(
        "path",
        [
            "/dev/@connections/AAAAAAAAAAAAAAA%3D",
            "/@connections/AAAAAAAAAAAAAAA%3D",
            "/prod/v1/@connections/AAAAAAAAAAAAAAA%3D",
            "/prod/@connections/",
            "/prod/@connections/AAAAAAAAAAAAAAA%3D/",
            "/prod/@connections/AAAA/AAAAAAAAAAA%3D",
            "/prod/@connections/AAAA%2FAAAAAAAAAAA%3D",
            "/prod/@connectionsAAAA",
        ],
    )
    def test_another_stage_or_path_is_forbidden(self, shim: Managed, path: str) -> None:
        response = shim.call("POST", f"http://127.0.0.1:{shim.port}{path}")

        assert response.status_code in {403, 404}
        if "/@connections/" in path:
            assert problem(response) == (403, "ForbiddenException", "Forbidden")
            assert response.content == b'{"message":"Forbidden"}'

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "HEAD", "TRACE"])
    def test_another_method_is_forbidden(self, shim: Managed, method: str) -> None:
        response = shim.call(method, shim.address(UNKNOWN))

        assert response.status_code == 403
        assert response.headers["x-amzn-errortype"] == "ForbiddenException"

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_all_connections_can_only_be_posted_to(self, shim: Managed, method: str) -> None:
        assert problem(shim.call(method, f"{shim.endpoint}/@connections")) == (403, "ForbiddenException", "Forbidden")

    @pytest.mark.parametrize("connection_id", ["x", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAA=A", "A" * 132, "%C3%A4%0012345"])
    @pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
    def test_a_malformed_id_is_a_bad_request_and_not_gone(self, shim: Managed, method: str, connection_id: str) -> None:
        status, error_type, message = problem(shim.call(method, shim.address(connection_id)))

        assert (status, error_type) == (400, "BadRequestException")
        assert str(message).startswith("Invalid connectionId: ")
        assert len(str(message)) < 200

    @pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
    def test_an_unknown_connection_is_gone_without_a_body(self, shim: Managed, method: str) -> None:
        response = shim.call(method, shim.address(UNKNOWN))

        assert problem(response) == (410, "GoneException", None)
        assert response.headers["content-length"] == "0"

    def test_a_connection_that_waits_for_its_connect_route_is_gone(self, shim: Managed) -> None:
        pending = shim.service.streams.open().connection_id

        assert problem(shim.call("POST", shim.address(pending)))[1] == "GoneException"

    @pytest.mark.parametrize("size", [131_073, 200_000, 2_000_000])
    def test_a_message_of_more_than_128_kb_is_too_large(self, shim: Managed, size: int) -> None:
        response = shim.call("POST", shim.address(shim.open()), b"x" * size)

        assert problem(response) == (
            413,
            "PayloadTooLargeException",
            "the message has more than 131072 bytes",
        )

    def test_an_endless_body_is_cut_off(self, shim: Managed) -> None:
        with socket.create_connection(("127.0.0.1", shim.port), timeout=10) as client:
            client.sendall(
                f"POST /prod/@connections/{UNKNOWN} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            )
            answer = b""
            try:
                while True:
                    client.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            except OSError:
                pass
            try:
                answer = client.recv(65_536)
            except ConnectionResetError:
                answer = b""
            assert answer == b"" or answer.startswith(b"HTTP/1.1 413")

    def test_a_slow_body_is_not_waited_for(self) -> None:
        with (
            managed(ManagementOptions((CALLER,), body_s=0.2)) as shim,
            socket.create_connection(("127.0.0.1", shim.port), timeout=10) as client,
        ):
            client.sendall(
                f"POST /prod/@connections/{UNKNOWN} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab".encode()
            )
            answer = client.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"RequestTimeoutException" in answer

    def test_a_client_that_leaves_in_the_middle_of_a_body_harms_nobody(
        self, shim: Managed, caplog: pytest.LogCaptureFixture
    ) -> None:
        with socket.create_connection(("127.0.0.1", shim.port), timeout=10) as client:
            client.sendall(
                f"POST /prod/@connections/{UNKNOWN} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab".encode()
            )
        assert shim.call("POST", shim.address(UNKNOWN)).status_code == 410
        assert not caplog.records

    def test_a_client_that_does_not_read_is_the_pusher_s_limit(self) -> None:
        limits = StreamLimits(replay_bytes=300_000)
        with managed(limits=limits) as shim, open_stream(shim.endpoint) as client:
            url = shim.address(client.connection_id)
            answers = (shim.call("POST", url, b"x" * 131_072) for _ in range(500))
            response = next(answer for answer in answers if answer.status_code != 200)

        assert problem(response)[:2] == (429, "LimitExceededException")
        assert problem(response)[2]


class TestAccepted:
    def test_a_post_is_delivered_byte_for_byte_and_answered_with_nothing(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            response = shim.call("POST", shim.address(client.connection_id), b'{"caf\xc3\xa9": [1, 2]}\n')

            assert client.next().data == '{"café": [1, 2]}\n'
        assert response.status_code == 200
        assert response.content == b""
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", response.headers["x-amzn-requestid"])

    def test_get_tells_when_and_whence_in_camel_case_and_iso_times(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            response = shim.call("GET", shim.address(client.connection_id))
        told = response.json()

        assert response.headers["content-type"] == "application/json"
        assert list(told) == ["connectedAt", "identity", "lastActiveAt"]
        assert list(told["identity"]) == ["sourceIp", "userAgent"]
        assert told["identity"]["sourceIp"] == "127.0.0.1"
        for time in (told["connectedAt"], told["lastActiveAt"]):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)

    def test_delete_closes_once(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            response = shim.call("DELETE", shim.address(client.connection_id))
            last = client.rest()[-1]

        assert (response.status_code, response.content) == (204, b"")
        assert json.loads(last.data)["code"] == 1000
        assert problem(shim.call("DELETE", shim.address(client.connection_id)))[1] == "GoneException"

    @pytest.mark.parametrize("size", [0, 1, 131_072])
    def test_messages_of_up_to_128_kb_are_delivered(self, shim: Managed, size: int) -> None:
        with open_stream(shim.endpoint) as client:
            assert shim.call("POST", shim.address(client.connection_id), b"x" * size).status_code == 200
            assert client.next().data == "x" * size

    @pytest.mark.parametrize("connection_id", ["AAAA-_-_-_-_-_A=", "________________", "-AAAAAAAAAAAAA==", "--------"])
    def test_ids_with_dashes_underscores_and_equals_signs(self, shim: Managed, connection_id: str) -> None:
        shim.open(connection_id)
        for written in (connection_id, connection_id.replace("=", "%3D")):
            for at in ("@", "%40"):
                url = f"{shim.endpoint}/{at}connections/{written}"
                assert shim.call("POST", url, b"x").status_code == 200

    def test_ids_that_the_shim_gives_out_are_well_formed(self) -> None:
        for _ in range(500):
            assert WELL_FORMED.fullmatch(new_id())

    def test_a_broadcast_goes_to_every_connection_and_says_to_how_many(self) -> None:
        with managed() as shim, open_stream(shim.endpoint) as one, open_stream(shim.endpoint) as two:
            response = shim.call("POST", f"{shim.endpoint}/@connections", b"all")

            assert response.content == b'{"sent":2}'
            assert (one.next().data, two.next().data) == ("all", "all")
            assert shim.service.pushes.sent == 2


class TestCustomDomains:
    @pytest.fixture
    def mapped(self) -> Iterator[Managed]:
        domains = (DomainMapping("localhost"), DomainMapping("chat.example.com", "v1/chat"))
        with managed(domains=domains) as served:
            yield served

    def test_the_stage_is_dropped(self, mapped: Managed) -> None:
        url = f"http://localhost:{mapped.port}/@connections/{mapped.open()}"

        assert mapped.call("POST", url).status_code == 200

    def test_the_stage_is_forbidden(self, mapped: Managed) -> None:
        url = f"http://localhost:{mapped.port}/prod/@connections/{mapped.open()}"

        assert problem(mapped.call("POST", url)) == (403, "ForbiddenException", "Forbidden")

    def test_a_base_path_stands_in_its_place(self, mapped: Managed) -> None:
        connection_id = mapped.open()
        host = {"host": "chat.example.com"}
        right = f"http://127.0.0.1:{mapped.port}/v1/chat/@connections/{connection_id}"
        wrong = f"http://127.0.0.1:{mapped.port}/v1/@connections/{connection_id}"

        assert mapped.call("POST", right, **host).status_code == 200
        assert mapped.call("POST", wrong, **host).status_code == 403

    def test_the_api_s_own_host_keeps_the_stage(self, mapped: Managed) -> None:
        assert mapped.call("POST", mapped.address(mapped.open())).status_code == 200


class TestRetries:
    def test_a_repeated_call_is_answered_alike_and_delivered_once(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            url = shim.address(client.connection_id)
            for _ in range(3):
                assert shim.call("POST", url, b"once", amz_sdk_invocation_id="i-1").status_code == 200
            shim.call("POST", url, b"twice", amz_sdk_invocation_id="i-2")

            assert [client.next().data, client.next().data] == ["once", "twice"]

    def test_the_same_call_for_another_connection_is_another(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as one, open_stream(shim.endpoint) as two:
            for client in (one, two):
                shim.call("POST", shim.address(client.connection_id), b"x", amz_sdk_invocation_id="i-3")

            assert (one.next().data, two.next().data) == ("x", "x")

    def test_a_call_that_failed_is_not_taken_for_done(self, shim: Managed) -> None:
        connection_id = new_id()
        url = shim.address(connection_id)
        assert shim.call("POST", url, amz_sdk_invocation_id="i-4").status_code == 410
        shim.open(connection_id)

        assert shim.call("POST", url, amz_sdk_invocation_id="i-4").status_code == 200
        assert shim.service.streams.info(connection_id)

    def test_a_repeated_broadcast_is_sent_once(self) -> None:
        with managed() as shim, open_stream(shim.endpoint) as client:
            answers = [
                shim.call("POST", f"{shim.endpoint}/@connections", b"all", amz_sdk_invocation_id="i-5").json()
                for _ in range(2)
            ]
            shim.call("POST", f"{shim.endpoint}/@connections", b"last")

            assert answers == [{"sent": 1}, {"sent": 0}]
            assert [client.next().data, client.next().data] == ["all", "last"]

    def test_a_broadcast_that_failed_as_nobody_foresaw_may_be_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with managed() as shim, open_stream(shim.endpoint) as client, monkeypatch.context() as patched:

            async def failing(_body: bytes, **_words: str) -> int:
                raise RuntimeError("nobody foresaw it")

            patched.setattr(shim.service.streams.awaiting, "broadcast", failing)
            url = f"{shim.endpoint}/@connections"
            assert shim.call("POST", url, b"all", amz_sdk_invocation_id="i-7").status_code == 500
            patched.undo()

            assert shim.call("POST", url, b"all", amz_sdk_invocation_id="i-7").json() == {"sent": 1}
            assert client.next().data == "all"

    def test_an_unverified_call_can_not_make_another_look_repeated(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as client:
            url = shim.address(client.connection_id)
            httpx.post(url, content=b"x", headers={"amz-sdk-invocation-id": "i-6"})
            shim.call("POST", url, b"mine", amz_sdk_invocation_id="i-6")

            assert client.next().data == "mine"


class TestOptions:
    def test_without_verification_everybody_may_call_and_the_log_says_so(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with managed(ManagementOptions(verify=False)) as shim:
            assert httpx.post(shim.address(shim.open())).status_code == 200

        assert "NOT VERIFIED" in caplog.records[0].message
        assert caplog.records[0].levelno == logging.WARNING

    def test_without_credentials_nobody_may_call_and_is_told_why(self, caplog: pytest.LogCaptureFixture) -> None:
        with managed(ManagementOptions()) as shim:
            response = shim.call("POST", shim.address(UNKNOWN))

        assert problem(response)[:2] == (403, "ForbiddenException")
        assert "No credentials are configured" in str(problem(response)[2])
        assert "every call of it will be refused" in caplog.text

    def test_credentials_of_a_file_are_accepted_too(self, tmp_path: Path) -> None:
        path = tmp_path / "credentials"
        path.touch(mode=0o600)
        path.write_text("[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n")
        with managed(ManagementOptions((CALLER,), credentials_file=path)) as shim:
            for credential in (CALLER, Credential("AKIDFILE", "s")):
                assert shim.call("POST", shim.address(shim.open()), credential=credential).status_code == 200

    def test_a_region_may_be_asked_for(self) -> None:
        with managed(ManagementOptions((CALLER,), region="us-east-1")) as shim:
            assert problem(shim.call("POST", shim.address(UNKNOWN)))[1] == "InvalidSignatureException"


async def answer(management: Management, scope: dict[str, object], body: bytes = b"") -> dict[str, object]:
    """The start of the response to a request that comes from any server."""
    answers: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    await management({"type": "http", "query_string": b"", **scope}, receive, send)  # type: ignore[arg-type]
    return answers[0]


async def test_a_server_that_does_not_tell_the_path_as_it_was_on_the_wire_is_served_too() -> None:
    with managed() as shim:
        url = shim.address(shim.open())
        headers = signed("POST", url) | {"host": f"127.0.0.1:{shim.port}"}
        scope = {
            "method": "POST",
            "path": url.partition(str(shim.port))[2].replace("%3D", "="),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }

        assert (await answer(shim.management, scope))["status"] == 200


@pytest.fixture(scope="module", params=[True, False])
def management(request: pytest.FixtureRequest) -> Iterator[Management]:
    with managed(ManagementOptions((CALLER,), verify=request.param)) as served:
        yield served.management


NAMES = st.sampled_from([b"host", b"authorization", b"x-amz-date", b"amz-sdk-invocation-id", b"content-length"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["POST", "GET", "DELETE", "PUT", ""]),
    st.sampled_from([b"", b"/prod", b"/dev", b"/%70rod"]),
    st.sampled_from([b"/@connections", b"/%40connections", b"/@connections/", b"/%40connections/AAAAAAAAAAAAAAA="]),
    st.binary(max_size=20),
    st.lists(st.tuples(NAMES, st.binary(max_size=20)), max_size=4),
    st.binary(max_size=8),
)
def test_no_request_gives_anything_but_an_answer_that_sdks_understand(
    management: Management,
    method: str,
    stage: bytes,
    path: bytes,
    rest: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
) -> None:
    raw_path = stage + path + rest
    scope = {"method": method, "path": raw_path.decode("latin-1"), "raw_path": raw_path, "headers": headers}
    start = asyncio.run(answer(management, scope, body))
    told = dict(start["headers"])  # type: ignore[call-overload]

    assert start["status"] in {200, 400, 403, 410}
    assert (start["status"] == 200) == (b"x-amzn-errortype" not in told)
    assert b"x-amzn-requestid" in told


def test_options_show_no_secret() -> None:
    shown = repr(ManagementOptions((replace(CALLER, session_token="t0ken"),)))

    assert CALLER.secret_access_key not in shown
    assert "t0ken" not in shown


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [("ws.example.org", "v1", 200), ("WS.example.org.", "v1", 200), ("ws.example.org", "prod", 403)],
)
def test_a_wildcard_domain_leads_to_the_same_connections(host: str, path: str, status: int) -> None:
    with managed(domains=(DomainMapping("*.example.org", "v1"),)) as shim:
        connection = shim.open().replace("=", "%3D")
        answer = shim.call(
            "POST", f"http://127.0.0.1:{shim.port}/{path}/@connections/{connection}", b"hello", Host=host
        )

        assert answer.status_code == status

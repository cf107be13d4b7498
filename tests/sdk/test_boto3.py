"""boto3, unchanged, over HTTP: calls, modelled exceptions, retries; and requests that are signed by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from shim.faces.management import ManagementOptions
from shim.gateway.sigv4 import Credential
from shim.streams import StreamLimits
from tests.sdk.cutting import cutting
from tests.shim.faces.managed import CALLER, REGION, UNKNOWN, Managed, managed
from tests.shim.sse_client import open_stream

ONCE = Config(retries={"total_max_attempts": 1})


def client(endpoint: str | None = None, config: Config | None = None, **keys: str) -> Any:
    session = boto3.session.Session(region_name=REGION, **keys)
    return session.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)


class TestExceptions:
    def test_gone(self, shim: Managed) -> None:
        management = client(shim.endpoint)
        for call in (
            lambda: management.post_to_connection(ConnectionId=UNKNOWN, Data=b"x"),
            lambda: management.get_connection(ConnectionId=UNKNOWN),
            lambda: management.delete_connection(ConnectionId=UNKNOWN),
        ):
            with pytest.raises(management.exceptions.GoneException) as caught:
                call()
            assert caught.value.response["Error"]["Code"] == "GoneException"
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410

    def test_payload_too_large(self, shim: Managed) -> None:
        management = client(shim.endpoint)

        for size in (131_073, 1_000_000):
            with pytest.raises(management.exceptions.PayloadTooLargeException, match="131072"):
                management.post_to_connection(ConnectionId=shim.open(), Data=b"x" * size)

    def test_limit_exceeded(self) -> None:
        with managed(limits=StreamLimits(replay_bytes=300_000)) as shim, open_stream(shim.endpoint) as reader:
            management = client(shim.endpoint, ONCE)

            url = shim.address(reader.connection_id)
            while shim.call("POST", url, b"x" * 131_072).status_code == 200:
                pass
            with pytest.raises(management.exceptions.LimitExceededException):
                management.post_to_connection(ConnectionId=reader.connection_id, Data=b"x" * 131_072)

    def test_forbidden_for_another_stage(self, shim: Managed) -> None:
        management = client(shim.endpoint.replace("/prod", "/dev"))

        with pytest.raises(management.exceptions.ForbiddenException, match="Forbidden"):
            management.post_to_connection(ConnectionId=UNKNOWN, Data=b"x")

    def test_forbidden_for_all_when_no_credentials_are_configured(self) -> None:
        with managed(ManagementOptions()) as shim:
            management = client(shim.endpoint)
            with pytest.raises(management.exceptions.ForbiddenException, match="No credentials are configured"):
                management.post_to_connection(ConnectionId=UNKNOWN, Data=b"x")

    @pytest.mark.parametrize(
        ("keys", "code"),
        [
            (("AKIDOTHER", "secret"), "UnrecognizedClientException"),
            ((CALLER.access_key_id, "wrong"), "InvalidSignatureException"),
        ],
    )
    def test_wrong_keys_are_a_client_error_that_says_which(
        self, shim: Managed, keys: tuple[str, str], code: str
    ) -> None:
        management = client(shim.endpoint, aws_access_key_id=keys[0], aws_secret_access_key=keys[1])

        with pytest.raises(ClientError) as caught:
            management.post_to_connection(ConnectionId=UNKNOWN, Data=b"x")
        assert caught.value.response["Error"]["Code"] == code

    def test_a_malformed_id_is_a_client_error_as_at_aws(self, shim: Managed) -> None:
        with pytest.raises(ClientError) as caught:
            client(shim.endpoint).get_connection(ConnectionId="x")
        assert caught.value.response["Error"] == {"Code": "BadRequestException", "Message": "Invalid connectionId: x"}


class TestCalls:
    @pytest.mark.parametrize("data", ["text, café", b"bytes", '{"a": "\u2028"}'])
    def test_text_arrives(self, shim: Managed, data: Any) -> None:
        with open_stream(shim.endpoint) as reader:
            answer = client(shim.endpoint).post_to_connection(ConnectionId=reader.connection_id, Data=data)

            assert reader.next().data == (data if isinstance(data, str) else data.decode())
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert len(answer["ResponseMetadata"]["RequestId"]) == 36

    def test_binary_arrives_as_binary(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as reader:
            client(shim.endpoint).post_to_connection(ConnectionId=reader.connection_id, Data=b"\xff\x00\xfe")
            event = reader.next()

            assert (event.type, event.data) == ("binary", "/wD+")

    @pytest.mark.parametrize("connection_id", ["AAAA-_-_-_-_-_B=", "_______________A", "-AAAAAAAAAAAAB=="])
    def test_ids_of_every_form(self, shim: Managed, connection_id: str) -> None:
        shim.open(connection_id)
        sent = shim.service.pushes.sent

        client(shim.endpoint).post_to_connection(ConnectionId=connection_id, Data=b"x")

        assert shim.service.pushes.sent == sent + 1

    def test_get_gives_times_and_identity(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as reader:
            told = client(shim.endpoint).get_connection(ConnectionId=reader.connection_id)

        assert told["Identity"]["SourceIp"] == "127.0.0.1"
        assert told["Identity"]["UserAgent"].startswith("python-httpx/")
        for time in (told["ConnectedAt"], told["LastActiveAt"]):
            assert abs((datetime.now(UTC) - time).total_seconds()) < 60

    def test_delete_closes(self, shim: Managed) -> None:
        with open_stream(shim.endpoint) as reader:
            answer = client(shim.endpoint).delete_connection(ConnectionId=reader.connection_id)

            assert reader.rest()[-1].type == "close"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204

    def test_the_endpoint_may_stand_in_the_environment(self, shim: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", shim.endpoint)
        with open_stream(shim.endpoint) as reader:
            client().post_to_connection(ConnectionId=reader.connection_id, Data=b"x")

            assert reader.next().data == "x"

    def test_temporary_credentials(self) -> None:
        role = Credential("ASIDROLE", "secret", "token==")
        with managed(ManagementOptions((role,))) as shim:
            management = client(
                shim.endpoint,
                aws_access_key_id=role.access_key_id,
                aws_secret_access_key=role.secret_access_key,
                aws_session_token="token==",
            )
            management.post_to_connection(ConnectionId=shim.open(), Data=b"x")


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_retry_after_a_lost_answer_delivers_once(shim: Managed, mode: str) -> None:
    with open_stream(shim.endpoint) as reader, cutting(shim.port) as port:
        management = client(f"http://127.0.0.1:{port}/prod", Config(retries={"mode": mode}))
        answer = management.post_to_connection(ConnectionId=reader.connection_id, Data=b"once")
        management.post_to_connection(ConnectionId=reader.connection_id, Data=b"last")

        assert answer["ResponseMetadata"]["RetryAttempts"] == 1
        assert [reader.next().data, reader.next().data] == ["once", "last"]


@pytest.mark.parametrize("at", ["@", "%40"])
@pytest.mark.parametrize("equals", ["=", "%3D"])
def test_requests_that_are_signed_by_hand(shim: Managed, at: str, equals: str) -> None:
    with open_stream(shim.endpoint) as reader:
        url = f"{shim.endpoint}/{at}connections/{reader.connection_id.replace('=', equals)}"
        signing = AWSRequest("POST", url, data=b"by hand", headers={"Content-Type": "application/json"})
        SigV4Auth(Credentials(CALLER.access_key_id, CALLER.secret_access_key), "execute-api", REGION).add_auth(signing)
        response = requests.post(url, data=b"by hand", headers=dict(signing.headers), timeout=10)

        assert response.status_code == 200, response.text
        assert reader.next().data == "by hand"

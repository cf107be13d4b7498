"""Unchanged boto3 code pushes, and its modelled exceptions are raised."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from shim.backends.pushes import PushCatcher
from shim.service import Problem


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


def client() -> Any:
    session = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="eu-west-1")
    return session.client("apigatewaymanagementapi", endpoint_url="https://api.example.com/prod")


@pytest.mark.parametrize("data", [b"bytes", "text", b"\xff\x00"])
def test_a_post_arrives_with_the_id_as_it_was_and_the_bytes_as_they_were(connections: Recorder, data: Any) -> None:
    client().post_to_connection(ConnectionId="BFaT_fALIAMCKug=", Data=data)

    assert connections.posted == [("BFaT_fALIAMCKug=", data.encode() if isinstance(data, str) else data)]


def test_a_gone_connection_raises_what_handlers_catch(connections: Recorder) -> None:
    connections.problem = Problem(410, "GoneException")
    management = client()

    with pytest.raises(management.exceptions.GoneException) as caught:
        management.post_to_connection(ConnectionId="x", Data=b"")
    assert caught.value.response["Error"]["Code"] == "GoneException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_too_large_is_modelled_too(connections: Recorder) -> None:
    connections.problem = Problem(413, "PayloadTooLargeException", "at most 131072")
    management = client()

    with pytest.raises(management.exceptions.PayloadTooLargeException, match="at most 131072"):
        management.post_to_connection(ConnectionId="x", Data=b"")


def test_get_and_delete_work(connections: Recorder) -> None:
    assert client().get_connection(ConnectionId="x")["Identity"]["SourceIp"] == "192.0.2.1"
    client().delete_connection(ConnectionId="y")
    assert connections.deleted == ["y"]

"""The short answer to a push is the one that the management face gives, or none."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shim.emulation import GatewayService
from shim.faces.management import Management, ManagementOptions
from shim.gateway.definition import ApiDefinition, DomainMapping
from shim.gateway.ids import new_id
from shim.gateway.limits import GatewayLimits, Throttle
from shim.gateway.sigv4 import Credential
from shim.hot.pushes import PushDesk
from shim.hot.requests import Push
from shim.streams import StreamLimits, Streams

HOST = "127.0.0.1:8000"


class Nobody:
    async def invoke(self, function_id: str, event: Any) -> Any:
        raise AssertionError(function_id)


def desk(
    *,
    verify: bool = True,
    limits: GatewayLimits | None = None,
    streams: Streams | None = None,
    domains: tuple[DomainMapping, ...] = (),
) -> tuple[PushDesk, GatewayService]:
    api = ApiDefinition(name="test", routes={}, stage="prod", limits=limits or GatewayLimits(), domains=domains)
    service = GatewayService(api, Nobody(), streams or Streams())
    options = ManagementOptions(credentials=(Credential("AK", "secret"),), verify=verify)
    return PushDesk(Management(service, options)), service


def opened(service: GatewayService) -> str:
    connection = service.streams.open(new_id()).connection_id
    service.streams.activate(connection)
    return connection


def push(
    connection: str | None, body: bytes = b"hello", *, secret: str = "secret", host: str = HOST, **headers: str
) -> Push:
    path = "/prod/@connections" + ("" if connection is None else "/" + connection.replace("=", "%3D"))
    request = AWSRequest("POST", f"http://{host}{path}", data=body)
    SigV4Auth(Credentials("AK", secret), "execute-api", "us-east-1").add_auth(request)
    signed = {name.lower(): str(value) for name, value in request.headers.items()}
    every = {
        "host": host,
        **signed,
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "content-length": str(len(body)),
    }
    return Push(path.encode(), {name.encode(): value.encode() for name, value in every.items()}, body)


class TestTheFullAnswerIsLeftTo:
    def test_a_push_with_a_wrong_signature(self) -> None:
        sender, service = desk()

        assert sender.answer(push(opened(service), secret="wrong")) is None
        assert service.pushes.sent == 0

    def test_a_push_to_nobody_which_is_counted_there(self) -> None:
        sender, service = desk()

        assert sender.answer(push(new_id(), amz_sdk_invocation_id="x")) is None
        assert service.pushes.gone == 0

    @pytest.mark.parametrize("rest", ["/", "/x", "//x", "x", "/a/b", "/AAAAAAAAAAAAAAA=/", "/AAAAAAAAAAAAAAA%3d"])
    def test_any_other_path(self, rest: str) -> None:
        sender, _ = desk(verify=False)

        assert sender.answer(Push(f"/prod/@connections{rest}".encode(), {b"host": b"x"}, b"")) is None

    def test_the_stage_on_a_custom_domain(self) -> None:
        sender, service = desk(domains=(DomainMapping("ws.example.org"),))

        assert sender.answer(push(opened(service), host="WS.example.org:443")) is None


class TestAnswers:
    def test_a_signed_push_is_delivered(self) -> None:
        sender, service = desk()
        connection = opened(service)
        answer = sender.answer(push(connection))

        assert answer is not None
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nx-amzn-RequestId: ")
        assert answer.endswith(b"\r\ncontent-length: 0\r\n\r\n")
        assert [event.payload for event in service.streams.kept(connection)] == ["hello"]
        assert service.pushes.sent == 1

    def test_each_has_a_request_id_of_its_own(self) -> None:
        sender, service = desk(verify=False)
        connection = opened(service)

        assert sender.answer(push(connection)) != sender.answer(push(connection))

    def test_the_retry_of_an_sdk_is_delivered_once(self) -> None:
        sender, service = desk()
        connection = opened(service)
        for _ in range(2):
            answer = sender.answer(push(connection, amz_sdk_invocation_id="b77f6bcb"))
            assert answer is not None
            assert answer.startswith(b"HTTP/1.1 200 OK")

        assert len(service.streams.kept(connection)) == 1

    def test_a_refused_push_may_be_tried_again(self) -> None:
        streams = Streams(StreamLimits(replay_events=1))
        sender, service = desk(streams=streams)
        connection = opened(service)
        attachment = streams.attach(connection, None, lambda: None)
        sender.answer(push(connection, b"1"))
        full = sender.answer(push(connection, b"2", amz_sdk_invocation_id="again"))

        assert full is not None
        assert full.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
        assert b"x-amzn-ErrorType: LimitExceededException\r\n" in full
        attachment.take()
        answer = sender.answer(push(connection, b"2", amz_sdk_invocation_id="again"))
        assert answer is not None
        assert answer.startswith(b"HTTP/1.1 200 OK")

    @pytest.mark.parametrize("to_all", [False, True])
    def test_a_push_that_failed_as_nobody_foresaw_may_be_tried_again(self, to_all: bool) -> None:
        class Failing(Streams):
            failing = True

            def send(self, connection_id: str, data: str | bytes, *, binary: bool = False) -> int:
                if self.failing:
                    raise RuntimeError("nobody foresaw it")
                return super().send(connection_id, data, binary=binary)

            def broadcast(self, data: str | bytes, connection_ids: Iterable[str] | None = None) -> int:
                if self.failing:
                    raise RuntimeError("nobody foresaw it")
                return super().broadcast(data, connection_ids)

        streams = Failing()
        sender, service = desk(streams=streams)
        connection = opened(service)
        again = push(None if to_all else connection, b"2", amz_sdk_invocation_id="again")
        with pytest.raises(RuntimeError):
            sender.answer(again)
        streams.failing = False
        sender.answer(again)

        assert [event.payload for event in streams.kept(connection)] == ["2"]

    def test_a_throttled_push_is_told(self) -> None:
        sender, service = desk(limits=GatewayLimits(pushes=Throttle(1, 1)))
        connection = opened(service)
        sender.answer(push(connection))
        answer = sender.answer(push(connection))

        assert answer is not None
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert answer.endswith(b'{"message": "Too Many Requests"}')

    def test_a_broadcast_goes_to_all_and_says_to_how_many(self) -> None:
        sender, service = desk()
        connections = [opened(service) for _ in range(3)]
        for count in (b'{"sent":3}', b'{"sent":0}'):
            answer = sender.answer(push(None, amz_sdk_invocation_id="all"))
            assert answer is not None
            assert answer.endswith(count)

        assert [len(service.streams.kept(connection)) for connection in connections] == [1, 1, 1]
        assert service.pushes.sent == 3

    def test_a_signature_that_is_too_old_is_refused(self) -> None:
        sender, service = desk()
        late = PushDesk(
            Management(service, ManagementOptions(credentials=(Credential("AK", "secret"),))),
            clock=lambda: time.time() + 400,
        )
        signed = push(opened(service))

        assert late.answer(signed) is None
        assert sender.answer(signed) is not None

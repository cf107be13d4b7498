"""An answer of @connections in the forms in which HTTP libraries expect one."""

from __future__ import annotations

import http
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from shim.backends.pushes import PushAnswer
from shim.backends.request_bytes import whole_body

if TYPE_CHECKING:
    import httpx
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse


def urllib3_response(answer: PushAnswer, method: str, url: str, preload: bool) -> HTTPResponse:
    from urllib3 import HTTPResponse  # noqa: PLC0415 - who calls this has it

    return HTTPResponse(
        io.BytesIO(answer.body),
        answer.headers,
        answer.status,
        version=11,
        reason=_reason(answer),
        preload_content=preload,
        request_method=method,
        request_url=url,
    )


def httpx_response(answer: PushAnswer) -> httpx.Response:
    import httpx  # noqa: PLC0415 - who calls this has it

    return httpx.Response(answer.status, headers=answer.headers, content=answer.body)


def aws_response(answer: PushAnswer, url: str) -> AWSResponse:
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - who calls this has it

    return AWSResponse(url, answer.status, _aws_headers(answer), _Raw(answer.body))


def aio_response(answer: PushAnswer, url: str) -> AWSResponse:
    from aiobotocore.awsrequest import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
        AioAWSResponse,
    )

    response: AWSResponse = AioAWSResponse(url, answer.status, _aws_headers(answer), _AioRaw(answer.body))
    return response


class LocalSocket:
    """Takes the bytes of one request from an `http.client.HTTPConnection`, and has those of the response."""

    def __init__(
        self,
        connection: Any,  # noqa: ANN401 - the part of it that is used
        method: str,
        url: str,
        answer: Callable[[str, str, bytes], PushAnswer | None],
    ) -> None:
        self._connection, self._method, self._url = connection, method, url
        self._answer = answer
        self._sent = bytearray()
        self._response: Any = None

    def sendall(self, data: bytes) -> None:
        self._sent += data

    def makefile(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - of a file
        if self._response is None:
            answer = self._answer(self._method, self._url, whole_body(bytes(self._sent)) or b"")
            given = self._from_outside(*arguments, **options) if answer is None else io.BytesIO(wire_bytes(answer))
            self._response = given
        return self._response

    def settimeout(self, _: float | None) -> None:
        """It never waits."""

    def close(self) -> None:
        """Nothing is held."""

    def _from_outside(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        self._connection.connect()  # in place of this socket
        self._connection.sock.sendall(self._sent)
        return self._connection.sock.makefile(*arguments, **options)


def wire_bytes(answer: PushAnswer) -> bytes:
    """As it comes over the wire; nothing comes after it."""
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer)}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.body


def _reason(answer: PushAnswer) -> str:
    return http.HTTPStatus(answer.status).phrase


def _aws_headers(answer: PushAnswer) -> Any:  # noqa: ANN401 - botocore's mapping
    from botocore.compat import HTTPHeaders  # noqa: PLC0415

    headers = HTTPHeaders()
    for name, value in answer.headers.items():
        headers[name] = value
    return headers


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self, amount: int = 65_536, **_: object) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk


class _AioRaw:
    """The part of aiohttp's response that aiobotocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body

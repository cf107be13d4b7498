"""Catches what boto3 sends to @connections before it leaves the process.

botocore asks the handlers of `before-send.<service>.<operation>` for a response before it opens a socket; what they
return is what the caller gets, retries and modelled exceptions included:
https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS

from shim.service import Connections, Problem

EVENT = "before-send.apigatewaymanagementapi"


class PushCatcher:
    """While installed, every boto3 client of @connections in this process talks to `connections`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def install(self) -> None:
        """For clients that are created from now on: botocore copies its built-in handlers to each new session."""
        BUILTIN_HANDLERS.append((EVENT, self._respond))

    def uninstall(self) -> None:
        BUILTIN_HANDLERS.remove((EVENT, self._respond))

    def _respond(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        url = str(request.url)
        connection_id = unquote(urlsplit(url).path.rpartition("/@connections/")[2])
        try:
            if request.method == "POST":
                self._connections.post(connection_id, _body(request))
                return _response(url, 200)
            if request.method == "GET":
                return _response(url, 200, body=json.dumps(self._connections.get(connection_id)).encode())
            self._connections.delete(connection_id)
            return _response(url, 204)
        except Problem as problem:
            body = json.dumps({"message": problem.message}).encode() if problem.message else b""
            return _response(url, problem.status, error_type=problem.error_type, body=body)


def _body(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes) else bytes(body.read())


class _Raw(io.BytesIO):
    """The part of urllib3's response that botocore reads."""

    def stream(self, amount: int = 65_536, **_: object) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk


def _response(url: str, status: int, *, error_type: str | None = None, body: bytes = b"") -> AWSResponse:
    headers = HTTPHeaders()
    headers["content-length"] = str(len(body))
    if error_type is not None:
        headers["x-amzn-errortype"] = error_type
    return AWSResponse(url, status, headers, _Raw(body))

"""The Invoke API of Lambda on a real socket: functions of the test run behind it in threads.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
import re
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([a-z0-9-]+)/lambda/aws4_request, SignedHeaders=")


class ApiError(Exception):
    """Raised by a function of a test: Lambda itself answers with this error, and runs nothing."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        self.status, self.error_type, self.message = status, error_type, message
        super().__init__(status, error_type, message)


@dataclass(frozen=True)
class EndpointContext:
    function_name: str
    aws_request_id: str
    region: str


@contextmanager
def lambda_endpoint(functions: Mapping[str, Callable[[dict[str, Any], Any], Any]]) -> Iterator[str]:
    """Yields the URL for `endpoint_url`. A function is found by its name or its ARN, whatever the account."""

    class Handler(_Handler):
        served = functions

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024

    def handle_error(self, *_: object) -> None:
        """A caller that does not wait for its answer is part of some tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    served: Mapping[str, Callable[[dict[str, Any], Any], Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            self._answer(200, *self._invoke(body))
        except ApiError as error:
            told = json.dumps({"Type": "User", "Message": error.message}).encode()
            self._answer(error.status, told, {"x-amzn-ErrorType": error.error_type})

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""

    def _invoke(self, body: bytes) -> tuple[bytes, dict[str, str]]:
        path = _PATH.fullmatch(urlsplit(self.path).path)
        if path is None:
            raise ApiError(404, "UnknownOperationException", "")
        signed = _SIGNED.match(self.headers.get("authorization", ""))
        if signed is None:
            raise ApiError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        named = unquote(path[1])
        name = named.split(":function:")[-1].split(":")[0]
        function = self.served.get(named) or self.served.get(name)
        if function is None:
            arn = f"arn:aws:lambda:{signed[1]}:123456789012:function:{name}"
            raise ApiError(404, "ResourceNotFoundException", f"Function not found: {arn}")
        context = EndpointContext(name, str(uuid.uuid4()), signed[1])
        headers = {"x-amzn-RequestId": context.aws_request_id, "X-Amz-Executed-Version": "$LATEST"}
        try:
            return json.dumps(function(json.loads(body), context)).encode(), headers
        except ApiError:
            raise
        except Exception as error:
            told = {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "requestId": context.aws_request_id,
                "stackTrace": traceback.format_tb(error.__traceback__),
            }
            return json.dumps(told).encode(), {**headers, "X-Amz-Function-Error": "Unhandled"}

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

"""HTTP requests exactly as a case writes them: paths go to the wire as they are."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass

from tests.conformance.targets.target import Endpoint


@dataclass(frozen=True, slots=True)
class Response:
    """Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def error_type(self) -> str | None:
        """As SDKs read it: before a colon, after a hash sign."""
        said = self.headers.get("x-amzn-errortype")
        return said and said.partition(":")[0].rpartition("#")[2]


def call(
    endpoint: Endpoint, method: str, path: str, headers: Mapping[str, str], body: bytes, wait_s: float
) -> Response:
    """Raises OSError or HTTPException when there is no answer."""
    parts = endpoint.parts
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=wait_s + 5)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if method != "GET" and "Content-Length" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body if method != "GET" else None)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)
    finally:
        connection.close()

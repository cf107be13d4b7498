"""The steps of a case that are HTTP requests: `call`, `request` and `sdk` of `steps.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.calls import Response, call
from tests.conformance.matching import Different, check, check_value
from tests.conformance.signing import signed_headers
from tests.conformance.targets.target import Endpoint

Said = Mapping[str, Any]


def call_connections(endpoint: Endpoint, said: Said, connection_id: str, wait_s: float) -> None:
    """A signed call of @connections. Raises Different."""
    stage = endpoint.parts.path
    if "stage" in said:
        stage = stage.rpartition("/")[0] + f"/{said['stage']}"
    path = stage + said.get("path", f"/@connections/{quote(connection_id, safe='')}")
    body, method, host = _body(said), said["method"], endpoint.parts.netloc
    headers = signed_headers(
        endpoint.keys, method, host, path, body, said.get("wrongly", {}), dict(said.get("headers", {}))
    )
    _send(endpoint, said, method, path, headers, body, wait_s)


def send_request(endpoint: Endpoint, said: Said, wait_s: float) -> None:
    """Any other, to a path that begins with the stage. Raises Different."""
    path = endpoint.parts.path.rpartition("/")[0] + said["path"]
    headers = {"Host": endpoint.parts.netloc, **said.get("headers", {})}
    _send(endpoint, said, said.get("method", "GET"), path, headers, _body(said), wait_s)


def call_sdk(endpoint: Endpoint, said: Said, connection_id: str, wait_s: float) -> None:
    """A method of boto3's client. Raises Different."""
    client = _client(endpoint, said, wait_s)
    arguments: dict[str, Any] = {"ConnectionId": connection_id}
    if said["do"] == "post_to_connection":
        arguments["Data"] = said.get("data", "") * said.get("times", 1)
    raised: str | None = None
    try:
        answer = getattr(client, said["do"])(**arguments)
    except ClientError as error:
        answer = error.response
        modelled = isinstance(error, getattr(client.exceptions, said.get("raises", ""), ()))
        raised = said["raises"] if modelled else f"ClientError {error.response['Error']['Code']}"
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    if "refused" in said:
        if raised is None or status != said["refused"]:
            raise Different(f"expected a ClientError with {said['refused']}, got {raised or 'an answer'} ({status})")
        return
    if raised != said.get("raises"):
        raise Different(f"expected the SDK to raise {said.get('raises') or 'nothing'}, got {raised or 'an answer'}")
    if "status" in said and status != said["status"]:
        raise Different(f"expected the status {said['status']}, got {status}")
    if "returns" in said:
        check_value(said["returns"], json.loads(json.dumps(answer, default=lambda value: value.isoformat())))


def check_response(answer: Response, said: Said) -> None:
    """Raises Different."""
    wanted = said.get("status")
    if answer.status != wanted if wanted else answer.status // 100 != 2:
        raise Different(f"expected the status {wanted or '2xx'}, got {answer.status} {answer.body[:200]!r}")
    if "error_type" in said and answer.error_type != said["error_type"]:
        raise Different(f"expected the error type {said['error_type']}, got {answer.error_type}")
    for name, expected in (said.get("header") or {}).items():
        check_value({"json": expected}, answer.headers.get(name.lower()))
    if said.get("body") is not None:
        check(said["body"], answer.body)


def _send(
    endpoint: Endpoint, said: Said, method: str, path: str, headers: Mapping[str, str], body: bytes, wait_s: float
) -> None:
    try:
        answer = call(endpoint, method, path, headers, body, wait_s)
    except OSError as error:
        raise Different(f"no answer: {error}") from error
    check_response(answer, said)


def _body(said: Said) -> bytes:
    body = bytes.fromhex(said["data_hex"]) if "data_hex" in said else said.get("data", "").encode()
    return bytes(body * said.get("times", 1))


def _client(endpoint: Endpoint, said: Said, wait_s: float) -> Any:
    keys = endpoint.keys
    session = boto3.session.Session(
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=said.get("secret", keys.secret_access_key),
        aws_session_token=keys.session_token,
        region_name=keys.region,
    )
    return session.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint.address + said.get("endpoint_path", ""),
        config=Config(retries={"total_max_attempts": 1}, read_timeout=wait_s + 5),
    )

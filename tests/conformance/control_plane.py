"""AWS's control plane as far as a deployment needs it: botocore checks and writes each request, and none leaves."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse

ACCOUNT = "123456789012"
_ID_MEMBERS = {
    "apis": "apiId",
    "authorizers": "authorizerId",
    "integrations": "integrationId",
    "routes": "routeId",
    "deployments": "deploymentId",
}


@dataclass
class ControlPlane:
    """`calls`: method, path and body of each request, in order. `fails`: paths that are answered with 404."""

    region: str
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    fails: re.Pattern[str] | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._made(service)
        return self._clients[service]

    def _made(self, service: str) -> Any:
        made = boto3.session.Session("testing", "testing", region_name=self.region).client(service)
        made.meta.events.register("before-send", self._answer)
        return made

    def bodies(self, method: str, path: str) -> list[dict[str, Any]]:
        """Of the requests for paths that match the whole of `path`."""
        return [body for verb, at, body in self.calls if verb == method and re.fullmatch(path, at)]

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        path = urlsplit(request.url).path
        text = request.body or b""
        body = json.loads(text) if text.startswith(b"{") else {}
        self.calls.append((request.method, path, body))
        if self.fails is not None and self.fails.search(path):
            return _response(request.url, 404, {"message": "gone"}, "NotFoundException")
        return _response(request.url, 200, self._said(request.method, path, body))

    def _said(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if "/functions" in path:
            arn = f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{body.get('FunctionName')}"
            return {"FunctionArn": arn, "State": "Active", "Configuration": {"State": "Active"}}
        kind = path.rpartition("/")[2]
        if method == "POST" and kind in _ID_MEMBERS:
            return {_ID_MEMBERS[kind]: f"{kind}{len(self.calls)}"}
        return {}


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.read()]


def _response(url: str, status: int, said: dict[str, Any], error_type: str | None = None) -> AWSResponse:
    headers = {"content-type": "application/json", **({"x-amzn-errortype": error_type} if error_type else {})}
    return AWSResponse(url, status, headers, _Raw(json.dumps(said).encode()))

"""A service without routes whose connections are there to be pushed to, on a real socket, with @connections verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shim.app import ShimApp
from shim.backends.python import PythonBackend
from shim.emulation import GatewayService
from shim.faces.management import Management, ManagementOptions
from shim.gateway.definition import ApiDefinition, DomainMapping
from shim.gateway.sigv4 import Credential
from shim.streams import StreamLimits, Streams
from tests.shim.serving import listening

CALLER = Credential("AKIDCALLER", "secret-of-the-caller")
REGION = "eu-west-1"
UNKNOWN = "AAAAAAAAAAAAAAA="
"""A connection id of the right form that nobody has."""


@dataclass(frozen=True)
class Managed:
    service: GatewayService
    management: Management
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/prod"

    def address(self, connection_id: str) -> str:
        return f"{self.endpoint}/@connections/{connection_id.replace('=', '%3D')}"

    def open(self, connection_id: str | None = None) -> str:
        """A connection that nobody reads yet: what is sent to it waits."""
        opened = self.service.streams.open(connection_id)
        self.service.streams.activate(opened.connection_id)
        return opened.connection_id

    def call(
        self, method: str, url: str, body: bytes = b"", credential: Credential = CALLER, **headers: str
    ) -> httpx.Response:
        return httpx.request(method, url, content=body, headers=signed(method, url, body, credential, **headers))


def signed(method: str, url: str, body: bytes = b"", credential: Credential = CALLER, **headers: str) -> dict[str, str]:
    """The headers of a request that botocore has signed; underscores in names stand for dashes."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, url, data=body, headers=names)
    keys = Credentials(credential.access_key_id, credential.secret_access_key, credential.session_token)
    SigV4Auth(keys, "execute-api", REGION).add_auth(request)
    return dict(request.headers.items())


@contextmanager
def managed(
    options: ManagementOptions | None = None,
    *,
    limits: StreamLimits | None = None,
    domains: tuple[DomainMapping, ...] = (),
) -> Iterator[Managed]:
    api = ApiDefinition("test", {}, stage="prod", region=REGION, domains=domains)
    backend = PythonBackend({})
    service = GatewayService(api, backend, Streams(limits))
    app = ShimApp(service, management=options or ManagementOptions((CALLER,)))
    try:
        with listening(app) as port:
            yield Managed(service, app.management, port)
    finally:
        backend.close()

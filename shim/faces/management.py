"""@connections: what back ends push through, read and close connections with, unchanged SDKs included.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from shim.connections import unavailable
from shim.faces.bodies import read_body
from shim.faces.credentials import read_credentials
from shim.faces.forwarding import FORWARDED_HEADER, Forwarder, ForwardingOptions
from shim.faces.invocations import BROADCAST, Invocations
from shim.gateway.domains import Mappings
from shim.gateway.sigv4 import Credential, SignatureRefused, Verifier
from shim.service import Problem, Service
from shim.streams import BrokerUnavailable
from shim.streams.spreading import AWAY_S, retry_after

logger = logging.getLogger(__name__)

WELL_FORMED: Final = re.compile(
    r"(?=.{8,128}\Z)(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{4}|[A-Za-z0-9_-]{3}=|[A-Za-z0-9_-]{2}==)"
)
"""Connection ids: Base64 for addresses, whole. Anything else is 400, before it is looked for."""

INVOCATION_HEADER: Final = "amz-sdk-invocation-id"

_PATHS = ("/@connections", "/@connections/{connection_id:path}")


@dataclass(frozen=True, slots=True)
class ManagementOptions:
    """Who may call @connections, and for how long it waits for them."""

    credentials: tuple[Credential, ...] = ()
    """What callers may sign with. Without any, nobody may call."""

    credentials_file: Path | None = None
    """More of them, in the format of `~/.aws/credentials`. Default None."""

    verify: bool = True
    """False lets everyone who reaches the port send to, look at and close every connection; said in the log."""

    region: str | None = None
    """The region of signatures. Default None: any, as back ends sign for the region that they run in."""

    skew_s: float = 300.0
    """Seconds that the clock of a caller may be wrong by, either way. Default 5 minutes."""

    body_s: float = 10.0
    """Seconds in which the body of a call must have arrived; later it is 408. Default 10."""

    invocations: int = 65_536
    """Latest pushes that are remembered, so that a retry of one is not sent again; 0 remembers none. About 7 MB."""

    forwarding: ForwardingOptions | None = None
    """Where calls go whose connection is not here. Default None: they are 410."""


class Management:
    """The calls of @connections for one service. `clock`: seconds since the epoch.

    `verifier` (None: nobody is verified) and `invocations` are to be shared with whoever serves pushes in another way.
    Raises CredentialsUnreadable, DomainMappingInvalid, or ValueError for an access key id that comes twice.
    """

    def __init__(self, service: Service, options: ManagementOptions, *, clock: Callable[[], float] = time.time) -> None:
        self.service = service
        self.options = options
        self.verifier = _verifier(options)
        self.invocations = Invocations(options.invocations)
        self._clock = clock
        self._forwarder = None if options.forwarding is None else Forwarder(options.forwarding)
        self._forwarding: dict[tuple[str, str], asyncio.Task[Response]] = {}
        self.mappings = Mappings(service.api)

    def router(self) -> APIRouter:
        """Every path with `@connections` in it, for every method; those of other stages are refused."""

        @asynccontextmanager
        async def lifespan(_: object) -> AsyncIterator[None]:
            yield
            await self.close()

        router = APIRouter(lifespan=lifespan)
        for path in (*_PATHS, *(f"/{{prefix:path}}{path}" for path in _PATHS)):
            router.routes.append(Route(path, self, include_in_schema=False))
        return router

    async def close(self) -> None:
        """For the end of the application; `router` sees to it."""
        if self._forwarder is not None:
            await self._forwarder.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application, since a route for it takes every method and leaves the path as it was on the wire."""
        try:
            response = await self._respond(Request(scope, receive))
        except SignatureRefused as refused:
            self.service.pushes.refused += 1
            response = _error(Problem(refused.status, refused.error_type, refused.message))
        except Problem as problem:
            response = _error(problem)
        except ClientDisconnect:
            return
        response.headers["x-amzn-RequestId"] = str(uuid4())
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        """Raises SignatureRefused, Problem or ClientDisconnect."""
        scope = request.scope
        raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        connection_id = self._connection_id(request, raw_path)
        if request.method not in ({"POST"} if connection_id is None else {"POST", "GET", "DELETE"}):
            raise _forbidden()
        body = await self._body(request)
        if self.verifier is not None:
            self.verifier.verify(
                request.method.encode(), raw_path, scope["query_string"], scope["headers"], body, self._clock()
            )
        if connection_id is None:
            return await self._broadcast(request, body)
        if not WELL_FORMED.fullmatch(connection_id):
            raise Problem(400, "BadRequestException", f"Invalid connectionId: {connection_id[:128]}")
        try:
            return await self._one(request, connection_id, body)
        except Problem as problem:
            if problem.status != 410 or self._forwarder is None or FORWARDED_HEADER in request.headers:
                raise
        return await self._forward(self._forwarder, request, connection_id, body)

    def _connection_id(self, request: Request, raw_path: bytes) -> str | None:
        """None for the path of all connections. Raises Problem for any other path."""
        resolved = self.mappings.resolve(request.headers.get("host", ""), raw_path.decode("latin-1"))
        path = "" if resolved is None else unquote_to_bytes(resolved.path.encode("latin-1")).decode("latin-1")
        prefix, _, rest = path.partition("/@connections")
        if prefix != f"/{self.service.api.stage}":
            raise _forbidden()
        if not rest:
            return None
        slash, connection_id = rest[0], rest[1:]
        if slash != "/" or not connection_id or "/" in connection_id:
            raise _forbidden()
        return connection_id

    async def _one(self, request: Request, connection_id: str, body: bytes) -> Response:
        if request.method == "GET":
            return _json(200, await self.service.awaiting.get(connection_id))
        if request.method == "DELETE":
            await self.service.awaiting.delete(connection_id)
            return Response(status_code=204)
        invocation = _invocation(request)
        if invocation and not self.invocations.first(invocation, connection_id):
            return Response(status_code=200)
        sent = False
        try:
            await self.service.awaiting.post(connection_id, body, invocation.decode("latin-1"))
            sent = True
        finally:
            if not sent:
                self.invocations.failed(invocation)
        return Response(status_code=200)

    async def _broadcast(self, request: Request, body: bytes) -> Response:
        """To every open connection; a repeated call sends to none."""
        invocation = _invocation(request)
        if invocation and not self.invocations.first(invocation, BROADCAST):
            return _json(200, {"sent": 0})
        sent: int | None = None
        try:
            sent = await self.service.streams.awaiting.broadcast(body, invocation=invocation.decode("latin-1"))
        except BrokerUnavailable as error:
            raise unavailable(error) from error
        finally:
            if sent is None:
                self.invocations.failed(invocation)
        self.service.pushes.sent += sent
        return _json(200, {"sent": sent})

    async def _forward(self, forwarder: Forwarder, request: Request, connection_id: str, body: bytes) -> Response:
        """A retry of a push that is still on its way waits for the same answer."""
        invocation = _invocation(request).decode("latin-1")
        work = self._forwarded(forwarder, request.method, connection_id, body, invocation)
        if request.method != "POST" or not invocation:
            return await work
        key = (invocation, connection_id)
        on_its_way = self._forwarding.get(key)
        if on_its_way is None:
            on_its_way = self._forwarding[key] = asyncio.create_task(work)
            on_its_way.add_done_callback(lambda _: self._forwarding.pop(key))
        else:
            work.close()
        return await asyncio.shield(on_its_way)

    async def _forwarded(
        self, forwarder: Forwarder, method: str, connection_id: str, body: bytes, invocation: str
    ) -> Response:
        answer = await forwarder.forward(method, connection_id, body, invocation)
        if method == "POST" and answer.status == 200 and invocation:
            self.invocations.first(invocation.encode("latin-1"), connection_id)
        headers = {} if answer.error_type is None else {"x-amzn-ErrorType": answer.error_type}
        return Response(answer.body or None, answer.status, headers, answer.content_type)

    async def _body(self, request: Request) -> bytes:
        """Raises Problem when it is too large or comes too slowly."""
        limit = self.service.streams.limits.payload_bytes
        try:
            body = await read_body(request, limit, self.options.body_s)
        except TimeoutError:
            raise Problem(408, "RequestTimeoutException", f"no whole body in {self.options.body_s:g} s") from None
        if body is None:
            self.service.pushes.too_large += 1
            raise Problem(413, "PayloadTooLargeException", f"the message has more than {limit} bytes")
        return body


def management_router(service: Service, options: ManagementOptions) -> APIRouter:
    """POST, GET and DELETE on `/{stage}/@connections/{connection_id}`, and POST on `/{stage}/@connections`."""
    return Management(service, options).router()


def _verifier(options: ManagementOptions) -> Verifier | None:
    if not options.verify:
        logger.warning(
            "CALLS OF @connections ARE NOT VERIFIED: whoever reaches this port can send to, look at and close every "
            "connection"
        )
        return None
    more = () if options.credentials_file is None else read_credentials(options.credentials_file)
    if not options.credentials and not more:
        logger.warning("there are no credentials for @connections: every call of it will be refused")
    return Verifier([*options.credentials, *more], region=options.region, skew_s=options.skew_s)


def _invocation(request: Request) -> bytes:
    """Empty when the call has none."""
    return request.headers.get(INVOCATION_HEADER, "").encode("latin-1")


def _forbidden() -> Problem:
    """Another stage, path or method."""
    return Problem(403, "ForbiddenException", "Forbidden")


def _json(status: int, members: object) -> Response:
    return Response(json.dumps(members, separators=(",", ":")), status, media_type="application/json")


def _error(problem: Problem) -> Response:
    response = (
        _json(problem.status, {"message": problem.message}) if problem.message else Response(None, problem.status)
    )
    response.headers["x-amzn-ErrorType"] = problem.error_type
    if problem.status == 503:
        response.headers.update(retry_after(AWAY_S))
    if problem.status in {408, 413}:
        response.headers["Connection"] = "close"  # some of the body may be unread
    return response

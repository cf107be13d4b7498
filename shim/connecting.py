"""How a client of API Gateway becomes a connection: admission, authorizer, `$connect`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from shim.admission import Admission, NotAdmitted, ending, not_opened
from shim.authorizing import Authorizing
from shim.call_failures import log_failure
from shim.connections import StreamConnections
from shim.contexts import Contexts
from shim.gateway.definition import RouteDefinition
from shim.gateway.events import EventContext
from shim.gateway.frames import FORBIDDEN, INTERNAL_SERVER_ERROR, SERVICE_UNAVAILABLE
from shim.gateway.selection import CONNECT_ROUTE
from shim.integrations import Answer, Call, FunctionFailed, IntegrationFailed
from shim.service import Accepted, ConnectRefused, Handshake
from shim.streams import GOING_AWAY, StreamsError


class Connecting:
    """Of `service`. `call`: runs a route's integration; raises FunctionFailed, IntegrationFailed or TimeoutError.
    `clock`: seconds since the epoch."""

    def __init__(
        self,
        service: StreamConnections,
        contexts: Contexts,
        admission: Admission,
        authorizing: Authorizing,
        call: Callable[[RouteDefinition, Call], Awaitable[Answer]],
        clock: Callable[[], float],
    ) -> None:
        self._service = service
        self._api = service.api
        self._streams = service.streams
        self._contexts = contexts
        self._admission = admission
        self._authorizing = authorizing
        self._call = call
        self._clock = clock

    async def connect(
        self, context: EventContext, handshake: Handshake, request_id: str, resume_window_s: float | None
    ) -> Accepted:
        """Raises ConnectRefused."""
        try:
            if not self._service.accepting:
                raise ending(SERVICE_UNAVAILABLE)
            await self._admission.arrive(context.connection_id, context.source_ip)
            return await self._arrived(context, handshake, request_id, resume_window_s)
        except NotAdmitted as refused:
            raise ConnectRefused(
                refused.status,
                refused.message,
                context.connection_id,
                request_id,
                refused.headers,
                reason=refused.reason,
            ) from refused.__cause__

    async def _arrived(
        self, context: EventContext, handshake: Handshake, request_id: str, resume_window_s: float | None
    ) -> Accepted:
        """Raises NotAdmitted or ConnectRefused."""
        principal, accepted = "", None
        try:
            if self._api.authorizer is not None:
                allowed = await self._authorizing.authorize(self._api.authorizer, context, handshake, request_id)
                context = replace(context, authorizer=allowed)
                principal = principal_of(context)
                await self._admission.be_known(context.connection_id, principal)
            accepted = await self._open(context, handshake, request_id, resume_window_s)
        finally:
            if accepted is None:
                await self._admission.depart(context.connection_id, context.source_ip, principal)
        return accepted

    async def _open(
        self, context: EventContext, handshake: Handshake, request_id: str, resume_window_s: float | None
    ) -> Accepted:
        """Raises NotAdmitted or ConnectRefused."""
        connection_id = context.connection_id
        try:
            opened = await self._streams.awaiting.open(
                connection_id, resume_window_s=resume_window_s, state=self._contexts.kept(context)
            )
        except StreamsError as error:
            raise not_opened(error) from error
        self._contexts.add(context)
        accepted = False
        try:
            subprotocol = await self._run_connect_route(context, handshake, request_id)
            accepted = True
        finally:
            if not accepted:
                await self._streams.awaiting.abandon(connection_id)
                self._contexts.forget(connection_id)
        try:
            await self._streams.awaiting.activate(connection_id)
        except StreamsError as error:  # `$connect` ran, so `$disconnect` has to
            await self._streams.awaiting.end_pending(connection_id)
            raise not_opened(error) from error
        if not self._service.accepting:  # since; `$connect` ran, so `$disconnect` has to
            await self._streams.awaiting.close(connection_id, *GOING_AWAY)
        return Accepted(connection_id, opened.session, subprotocol)

    async def _run_connect_route(self, context: EventContext, handshake: Handshake, request_id: str) -> str | None:
        """The subprotocol that `$connect` chose. Raises ConnectRefused."""
        route = self._api.routes.get(CONNECT_ROUTE)
        if route is None:
            return None
        call = Call(
            kind="CONNECT",
            route_key=CONNECT_ROUTE,
            context=context,
            request_id=request_id,
            now_ms=int(self._clock() * 1000),
            headers=handshake.headers,
            query=handshake.query,
        )
        try:
            answer = await self._call(route, call)
        except (FunctionFailed, IntegrationFailed, TimeoutError) as error:
            log_failure(context.connection_id, CONNECT_ROUTE, str(error) or "timed out", error.__cause__)
            raise ConnectRefused(502, INTERNAL_SERVER_ERROR, context.connection_id, request_id) from error
        if answer.status is None or answer.status < 200:
            failure = "it answered with no statusCode of 200 to 599, so it is 502"
            log_failure(context.connection_id, CONNECT_ROUTE, failure)
            raise ConnectRefused(502, INTERNAL_SERVER_ERROR, context.connection_id, request_id)
        if answer.status >= 300:
            raise ConnectRefused(answer.status, FORBIDDEN, context.connection_id, request_id)
        return {name.lower(): value for name, value in answer.headers.items()}.get("sec-websocket-protocol")


def principal_of(context: EventContext) -> str:
    """Whom the authorizer named; empty without one."""
    return str((context.authorizer or {}).get("principalId", ""))

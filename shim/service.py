"""What API Gateway does between its clients and its integrations: connect, route, answer, disconnect."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from shim.backends.pushes import Problem
from shim.backends.python import FunctionFailed
from shim.gateway.authorization import UNAUTHORIZED, Refused, decide, identity_missing
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition
from shim.gateway.events import (
    EventContext,
    Pairs,
    authorizer_event,
    connect_event,
    disconnect_event,
    message_event,
)
from shim.gateway.frames import ENDPOINT_REQUEST_TIMED_OUT, FORBIDDEN, INTERNAL_SERVER_ERROR, error_frame
from shim.gateway.ids import new_id
from shim.gateway.selection import CONNECT_ROUTE, DISCONNECT_ROUTE, select_route
from shim.streams import Closed, ConnectionGone, PayloadTooLarge, SlowReader, Streams, StreamsError

logger = logging.getLogger(__name__)


class Backend(Protocol):
    """Whoever runs the functions. Raises FunctionFailed or TimeoutError."""

    async def invoke(self, function_id: str, event: dict[str, Any]) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a client asks for a connection, over whichever transport."""

    headers: Pairs
    query: Pairs
    source_ip: str
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An open connection. `subprotocol`: the one that `$connect` chose; None when it named none."""

    connection_id: str
    session: str
    subprotocol: str | None = None


class ConnectRefused(Exception):
    """Raised by `connect`; `status` is the HTTP status that the client sees, on WebSocket and SSE alike."""

    def __init__(self, status: int, message: str, connection_id: str, request_id: str) -> None:
        self.status, self.message = status, message
        self.connection_id, self.request_id = connection_id, request_id
        super().__init__(status, message)

    def body(self) -> str:
        return error_frame(self.message, self.connection_id, self.request_id)


class GatewayService:
    """One API at one stage, in front of one back end. Times are taken from `clock` (seconds since the epoch)."""

    def __init__(
        self, api: ApiDefinition, backend: Backend, streams: Streams, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.api = api
        self.streams = streams
        self._backend = backend
        self._clock = clock
        self._contexts: dict[str, EventContext] = {}

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        """Authorizer, then `$connect`; the connection is open when this returns. Raises ConnectRefused.

        `resume_window_s`: 0 for a connection that ends with its transport, None for the configured window.
        """
        request_id = new_id()
        context = EventContext(
            api_id=self.api.api_id,
            stage=self.api.stage,
            domain_name=self.api.domain_name,
            connection_id=new_id(),
            connected_at_ms=self._now_ms(),
            source_ip=handshake.source_ip,
            user_agent=handshake.user_agent,
            stage_variables=self.api.stage_variables,
        )
        if self.api.authorizer is not None:
            allowed = await self._authorize(self.api.authorizer, context, handshake, request_id)
            context = replace(context, authorizer=allowed)
        try:
            opened = self.streams.open(context.connection_id, resume_window_s=resume_window_s)
        except StreamsError as error:
            raise ConnectRefused(503, str(error), context.connection_id, request_id) from error
        self._contexts[opened.connection_id] = context
        accepted = False
        try:
            subprotocol = await self._run_connect_route(context, handshake, request_id)
            accepted = True
        finally:
            if not accepted:
                self.streams.abandon(opened.connection_id)
                del self._contexts[opened.connection_id]
        self.streams.activate(opened.connection_id)
        return Accepted(opened.connection_id, opened.session, subprotocol)

    async def message(self, connection_id: str, text: str, message_id: str) -> None:
        """Routes one message; answers and error frames arrive on the connection, as they do at API Gateway."""
        context = self._contexts.get(connection_id)
        if context is None:
            return
        request_id = new_id()
        key = select_route(self.api.selection_expression, text, self.api.routes)
        if key is None:
            self._reply(connection_id, error_frame(FORBIDDEN, connection_id, request_id))
            return
        route = self.api.routes[key]
        event = message_event(context, key, text, request_id, message_id, self._now_ms())
        try:
            result = await self._backend.invoke(route.function, event)
        except FunctionFailed as error:
            logger.warning("route %s: %s", key, error, exc_info=error.__cause__)
            self._reply(connection_id, error_frame(INTERNAL_SERVER_ERROR, connection_id, request_id))
        except TimeoutError:
            self._reply(connection_id, error_frame(ENDPOINT_REQUEST_TIMED_OUT, connection_id, request_id))
        else:
            if route.route_response and isinstance(result, Mapping) and result.get("body") is not None:
                self._reply(connection_id, str(result["body"]))

    async def disconnected(self, closed: Closed) -> None:
        """Runs `$disconnect`, whose answer nobody waits for."""
        context = self._contexts.pop(closed.connection_id, None)
        route = self.api.routes.get(DISCONNECT_ROUTE)
        if context is None or route is None:
            return
        event = disconnect_event(context, closed.code, closed.reason, new_id(), self._now_ms())
        try:
            await self._backend.invoke(route.function, event)
        except (FunctionFailed, TimeoutError) as error:
            logger.warning("$disconnect of %s: %s", closed.connection_id, error, exc_info=error.__cause__)

    def post(self, connection_id: str, data: bytes) -> None:
        """PostToConnection. Raises Problem."""
        try:
            self.streams.send(connection_id, data)
        except ConnectionGone as error:
            raise Problem(410, "GoneException") from error
        except PayloadTooLarge as error:
            raise Problem(413, "PayloadTooLargeException", str(error)) from error
        except SlowReader as error:
            raise Problem(429, "LimitExceededException", str(error)) from error

    def get(self, connection_id: str) -> dict[str, Any]:
        """GetConnection. Raises Problem."""
        context = self._contexts.get(connection_id)
        try:
            info = self.streams.info(connection_id)
        except ConnectionGone as error:
            raise Problem(410, "GoneException") from error
        if context is None:
            raise Problem(410, "GoneException")
        return {
            "connectedAt": _iso(info.opened_at),
            "identity": {"sourceIp": context.source_ip, "userAgent": context.user_agent or ""},
            "lastActiveAt": _iso(info.last_active_at),
        }

    def delete(self, connection_id: str) -> None:
        """DeleteConnection. Raises Problem."""
        if not self.streams.close(connection_id, 1000, "Connection Closed Normally"):
            raise Problem(410, "GoneException")

    async def run(self) -> None:
        """For the life of the service: tells the application of connections that end; at the end, of all of them."""
        try:
            await self.streams.run(self.disconnected)
        except asyncio.CancelledError:
            await self.streams.shutdown(self.disconnected)
            raise

    async def _authorize(
        self, authorizer: AuthorizerDefinition, context: EventContext, handshake: Handshake, request_id: str
    ) -> dict[str, str]:
        refused = Refused(401, UNAUTHORIZED)
        if not identity_missing(authorizer.identity_sources, handshake.headers, handshake.query):
            arn = self.api.method_arn(CONNECT_ROUTE)
            event = authorizer_event(context, arn, handshake.headers, handshake.query, request_id, self._now_ms())
            try:
                decision = decide(await self._backend.invoke(authorizer.function, event), arn)
            except FunctionFailed as error:
                decision = refused
                if error.error_message != UNAUTHORIZED:
                    logger.warning("authorizer: %s", error, exc_info=error.__cause__)
                    decision = Refused(500, INTERNAL_SERVER_ERROR)
            except TimeoutError:
                decision = Refused(500, INTERNAL_SERVER_ERROR)
            if not isinstance(decision, Refused):
                return decision.context
            refused = decision
        raise ConnectRefused(refused.status, refused.message, context.connection_id, request_id)

    async def _run_connect_route(self, context: EventContext, handshake: Handshake, request_id: str) -> str | None:
        """The subprotocol that `$connect` chose. Raises ConnectRefused."""
        route = self.api.routes.get(CONNECT_ROUTE)
        if route is None:
            return None
        event = connect_event(context, handshake.headers, handshake.query, request_id, self._now_ms())
        try:
            result = await self._backend.invoke(route.function, event)
        except (FunctionFailed, TimeoutError) as error:
            logger.warning("$connect: %s", error, exc_info=error.__cause__)
            raise ConnectRefused(502, INTERNAL_SERVER_ERROR, context.connection_id, request_id) from error
        status = result.get("statusCode") if isinstance(result, Mapping) else None
        if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
            raise ConnectRefused(502, INTERNAL_SERVER_ERROR, context.connection_id, request_id)
        if not 200 <= status < 300:
            raise ConnectRefused(status, FORBIDDEN, context.connection_id, request_id)
        headers = result.get("headers")
        named = {str(key).lower(): value for key, value in headers.items()} if isinstance(headers, Mapping) else {}
        chosen = named.get("sec-websocket-protocol")
        return chosen if isinstance(chosen, str) else None

    def _reply(self, connection_id: str, text: str) -> None:
        try:
            self.streams.send(connection_id, text)
        except StreamsError as error:
            logger.info("an answer was not delivered: %s", error)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

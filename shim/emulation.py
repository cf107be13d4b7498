"""What API Gateway does between its clients and its integrations: connect, route, answer, disconnect."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import nullcontext

from shim.admission import Admission
from shim.authorizing import Authorizing
from shim.call_failures import log_failure
from shim.connecting import Connecting, principal_of
from shim.connections import StreamConnections
from shim.contexts import Contexts, Turns
from shim.gateway.definition import ApiDefinition, RouteDefinition
from shim.gateway.events import EventContext
from shim.gateway.frames import (
    BAD_REQUEST_BODY,
    ENDPOINT_REQUEST_TIMED_OUT,
    FORBIDDEN,
    INTERNAL_SERVER_ERROR,
    TOO_MANY_REQUESTS,
    error_frame,
)
from shim.gateway.ids import new_connection_id, new_id
from shim.gateway.models import body_is_valid, check_models
from shim.gateway.selection import DISCONNECT_ROUTE, check_expression, select_route
from shim.integrations import Answer, Backend, Call, FunctionFailed, IntegrationFailed, Integrations
from shim.observing import Connected, Disconnected, MessageHandled, Outcome, Refused
from shim.rates import rate_of
from shim.service import Accepted, BinaryRefused, ConnectRefused, Handshake
from shim.streams import Closed, Streams


class GatewayService(StreamConnections):
    """One API at one stage, in front of one back end. Times are taken from `clock` (seconds since the epoch).

    Raises ExpressionUnusable or ModelUnusable for what API Gateway would not have let anyone deploy.
    """

    def __init__(
        self, api: ApiDefinition, backend: Backend, streams: Streams, *, clock: Callable[[], float] = time.time
    ) -> None:
        check_expression(api.selection_expression)
        for route in api.routes.values():
            check_models(route)
        super().__init__(api, streams, clock)
        self._integrations = Integrations(backend, api)
        self._contexts = Contexts(streams, self._context("", "", None, "", 0))
        self._turns = Turns()
        self._admission = Admission(api, streams, clock)
        authorizing = Authorizing(api, backend, clock)
        self._connecting = Connecting(self, self._contexts, self._admission, authorizing, self._call, clock)
        self._requests = rate_of("requests", api.limits.requests, streams, clock)
        self._routes = {
            key: rate_of(f"route:{key}", route.throttle, streams, clock)
            for key, route in api.routes.items()
            if route.throttle
        }

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        """Authorizer, then `$connect`. Raises ConnectRefused."""
        started, request_id = self._clock(), new_id()
        context = self._context(
            new_connection_id(), handshake.source_ip, handshake.user_agent, handshake.domain_name or "", self._now_ms()
        )
        try:
            accepted = await self._connecting.connect(context, handshake, request_id, resume_window_s)
        except ConnectRefused as refused:
            self._tell(
                Refused(
                    context.connection_id,
                    handshake.face,
                    handshake.source_ip,
                    refused.status,
                    refused.message,
                    refused.reason,
                )
            )
            raise
        latency = self._clock() - started
        self._tell(Connected(context.connection_id, handshake.face, handshake.source_ip, latency))
        return accepted

    async def prepare(self, connection_id: str) -> None:
        await self._contexts.find(connection_id)

    async def message(
        self, connection_id: str, body: str | bytes, message_id: str, *, deliver: bool = True
    ) -> str | None:
        """Routes one message; answers and error frames arrive on the connection, as they do at API Gateway."""
        if not isinstance(body, str):
            raise BinaryRefused
        context = await self._contexts.find(connection_id)
        if context is None:
            return None
        self.messages_running += 1
        try:
            async with self._turns.take(connection_id) if self.api.ordered else nullcontext():
                reply = await self._handle(context, body, message_id)
        finally:
            self.messages_running -= 1
        if reply is not None and deliver:
            await self._reply(connection_id, reply)
        return reply

    async def disconnected(self, closed: Closed) -> None:
        """Runs `$disconnect`, whose answer nobody waits for."""
        context = self._contexts.take(closed)
        if context is None:
            return
        await self._admission.depart(closed.connection_id, context.source_ip, principal_of(context))
        failed = False
        route = self.api.routes.get(DISCONNECT_ROUTE)
        if route is not None:
            call = Call(
                kind="DISCONNECT",
                route_key=DISCONNECT_ROUTE,
                context=context,
                request_id=new_id(),
                now_ms=self._now_ms(),
                close=(closed.code, closed.reason),
            )
            try:
                await self._call(route, call)
            except (FunctionFailed, IntegrationFailed, TimeoutError) as error:
                failed = True
                log_failure(closed.connection_id, DISCONNECT_ROUTE, str(error) or "timed out", error.__cause__)
        self._tell(Disconnected(closed.connection_id, closed.code, closed.reason, failed))

    def identity(self, connection_id: str) -> dict[str, str] | None:
        return _identity(self._contexts.find_blocking(connection_id))

    async def awaited_identity(self, connection_id: str) -> dict[str, str] | None:
        return _identity(await self._contexts.find(connection_id))

    async def let_go(self) -> None:
        await self._integrations.close()

    def _context(
        self, connection_id: str, source_ip: str, user_agent: str | None, domain_name: str, now_ms: int
    ) -> EventContext:
        return EventContext(
            api_id=self.api.api_id,
            stage=self.api.stage,
            domain_name=domain_name or self.api.domain_name,
            connection_id=connection_id,
            connected_at_ms=now_ms,
            source_ip=source_ip,
            user_agent=user_agent,
            stage_variables=self.api.stage_variables,
            profile=self.api.event_profile,
        )

    async def _handle(self, context: EventContext, body: str, message_id: str) -> str | None:
        """What the client is answered: a route response, an error frame, or nothing."""
        request_id = new_id()
        started = self._clock()
        key, route, outcome = await self._select(body)
        reply = None
        if route is not None and outcome == "handled":
            call = Call(
                kind="MESSAGE",
                route_key=key or "",
                context=context,
                request_id=request_id,
                now_ms=self._now_ms(),
                body=body,
                message_id=message_id,
            )
            outcome, reply = await self._integrate(route, call)
        latency = 0.0 if key is None else self._clock() - started
        size = len(body.encode("utf-8", "replace"))
        self._tell(MessageHandled(context.connection_id, message_id, key, outcome, latency, size))
        words = _WORDS.get(outcome)
        return reply if words is None else error_frame(words, context.connection_id, request_id)

    async def _select(self, body: str) -> tuple[str | None, RouteDefinition | None, Outcome]:
        """The route key, the route, and `handled` when it may be called."""
        if not await self._requests.take():
            return None, None, "throttled"
        key = select_route(self.api.selection_expression, body, self.api.routes)
        if key is None:
            return None, None, "forbidden"
        route = self.api.routes[key]
        if key in self._routes and not await self._routes[key].take():
            return key, route, "throttled"
        return key, route, "handled" if body_is_valid(route, body) else "bad_request"

    async def _integrate(self, route: RouteDefinition, call: Call) -> tuple[Outcome, str | None]:
        """What became of the message, and the route response."""
        try:
            answer = await self._call(route, call)
        except (FunctionFailed, IntegrationFailed, TimeoutError) as error:
            log_failure(call.context.connection_id, call.route_key, str(error) or "timed out", error.__cause__)
            return ("timed_out" if isinstance(error, TimeoutError) else "integration_error"), None
        if answer.status is not None and answer.status >= 400 and not route.route_response:
            failure = f"it answered {answer.status}, which no client sees"
            log_failure(call.context.connection_id, call.route_key, failure, level=logging.INFO)
        if answer.status is None and self.api.bad_response_frames:
            return "execution_error", None
        return "handled", answer.body if route.route_response else None

    async def _call(self, route: RouteDefinition, call: Call) -> Answer:
        """Raises FunctionFailed, IntegrationFailed (also for whatever was not foreseen: a client must not wait in vain)
        or TimeoutError."""
        limit = self.api.limits.integration_timeout_s if route.timeout_s is None else route.timeout_s
        try:
            async with asyncio.timeout(limit or None):
                return await self._integrations.call(route.integration, call)
        except (FunctionFailed, IntegrationFailed, TimeoutError):
            raise
        except Exception as error:
            raise IntegrationFailed(f"{type(error).__name__}: {error}") from error

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _identity(context: EventContext | None) -> dict[str, str] | None:
    return None if context is None else {"sourceIp": context.source_ip, "userAgent": context.user_agent or ""}


_WORDS: dict[Outcome, str] = {
    "forbidden": FORBIDDEN,
    "bad_request": BAD_REQUEST_BODY,
    "throttled": TOO_MANY_REQUESTS,
    "integration_error": INTERNAL_SERVER_ERROR,
    "execution_error": INTERNAL_SERVER_ERROR,
    "timed_out": ENDPOINT_REQUEST_TIMED_OUT,
}

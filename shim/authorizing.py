"""Asks an API's authorizer who may connect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from shim.call_failures import log_failure
from shim.gateway.authorization import UNAUTHORIZED, Allowed, Refused, decide, identity_missing
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition
from shim.gateway.events import EventContext, authorizer_event
from shim.gateway.frames import INTERNAL_SERVER_ERROR
from shim.gateway.selection import CONNECT_ROUTE
from shim.integrations import Backend, FunctionFailed
from shim.service import ConnectRefused, Handshake


class Authorizing:
    """`backend`: runs the authorizer. `clock`: seconds since the epoch."""

    def __init__(self, api: ApiDefinition, backend: Backend, clock: Callable[[], float]) -> None:
        self._api = api
        self._backend = backend
        self._clock = clock

    async def authorize(
        self, authorizer: AuthorizerDefinition, context: EventContext, handshake: Handshake, request_id: str
    ) -> dict[str, Any]:
        """What later events carry as `authorizer`. Raises ConnectRefused."""
        arn, started = self._api.method_arn(CONNECT_ROUTE), self._clock()
        event = authorizer_event(context, arn, handshake.headers, handshake.query, request_id, int(started * 1000))
        sources, variables = authorizer.identity_sources, self._api.stage_variables
        decision: Allowed | Refused = Refused(401, UNAUTHORIZED)
        if not identity_missing(sources, handshake.headers, handshake.query, variables, event["requestContext"]):
            decision = await self._decide(authorizer.function, context.connection_id, event, arn)
        if isinstance(decision, Refused):
            raise ConnectRefused(
                decision.status, decision.message, context.connection_id, request_id, reason="authorizer"
            )
        return {**decision.context, "integrationLatency": round((self._clock() - started) * 1000)}

    async def _decide(self, function: str, connection_id: str, event: dict[str, Any], arn: str) -> Allowed | Refused:
        limits = self._api.limits
        try:
            async with asyncio.timeout(limits.integration_timeout_s or None):
                result = await self._backend.invoke(function, event)
        except (FunctionFailed, TimeoutError) as error:
            if isinstance(error, FunctionFailed) and error.error_message == UNAUTHORIZED:
                return Refused(401, UNAUTHORIZED)
            log_failure(connection_id, CONNECT_ROUTE, f"the authorizer {str(error) or 'timed out'}", error.__cause__)
            return Refused(500, INTERNAL_SERVER_ERROR)
        return decide(result, arn, limit_bytes=limits.authorizer_result_bytes)

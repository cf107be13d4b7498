"""Calls the integration of a route, whatever its type."""

from __future__ import annotations

from shim.gateway.definition import ApiDefinition, Integration, LambdaProxy
from shim.integrations.call import Answer, Backend, Call, IntegrationFailed, lambda_answer


class Integrations:
    """Integrations of one API. Lambda functions are run by `backend`."""

    def __init__(self, backend: Backend, api: ApiDefinition) -> None:
        self._backend = backend
        self._api = api

    async def call(self, integration: Integration, call: Call) -> Answer:
        """Raises FunctionFailed, IntegrationFailed or TimeoutError."""
        if isinstance(integration, LambdaProxy):
            return lambda_answer(await self._backend.invoke(integration.function, call.event()))
        raise IntegrationFailed(type(integration).__name__)

    async def close(self) -> None:
        """Ends what was opened for calls."""

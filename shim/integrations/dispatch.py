"""Calls the integration of a route, whatever its type."""

from __future__ import annotations

from shim.gateway.definition import ApiDefinition, Http, Integration, LambdaMapped, LambdaProxy, Mock
from shim.integrations.call import Answer, Backend, Call, lambda_answer
from shim.integrations.errors import IntegrationsInvalid
from shim.integrations.http import HttpEndpoints
from shim.integrations.lambda_function import call_lambda
from shim.integrations.mock import call_mock
from shim.integrations.options import IntegrationOptions
from shim.integrations.sources import Sources
from shim.integrations.sqs import Queues
from shim.integrations.validation import problems_of


class Integrations:
    """Integrations of one API. Lambda functions are run by `backend`. Raises IntegrationsInvalid."""

    def __init__(self, backend: Backend, api: ApiDefinition, options: IntegrationOptions | None = None) -> None:
        problems = problems_of(api)
        if problems:
            raise IntegrationsInvalid(problems)
        options = options or IntegrationOptions()
        self._backend = backend
        self._api = api
        self._endpoints = HttpEndpoints(api, options)
        self._queues = Queues(options)

    async def call(self, integration: Integration, call: Call) -> Answer:
        """Raises FunctionFailed, IntegrationFailed or TimeoutError. What it may take is the caller's to say."""
        if isinstance(integration, LambdaProxy):
            return lambda_answer(await self._backend.invoke(integration.function, call.event()))
        sources = Sources(self._api, call)
        if isinstance(integration, LambdaMapped):
            return await call_lambda(self._backend, integration, sources)
        if isinstance(integration, Http):
            return await self._endpoints.call(integration, sources)
        if isinstance(integration, Mock):
            return call_mock(integration, sources)
        return await self._queues.call(integration, sources)

    async def close(self) -> None:
        """Ends what was opened for calls."""
        self._queues.close()
        await self._endpoints.close()

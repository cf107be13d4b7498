"""Calls as the service makes them, and a back end that remembers what it was asked."""

import time
from collections.abc import Callable
from typing import Any

from shim.gateway.definition import ApiDefinition, Integration, RouteDefinition
from shim.gateway.events import EventContext
from shim.integrations import Answer, Call, IntegrationOptions, Integrations

CONTEXT = EventContext(
    api_id="a1b2c3d4e5",
    stage="prod",
    domain_name="a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
    connection_id="BFaT_fALIAMCKug=",
    connected_at_ms=1_731_324_924_553,
    source_ip="192.0.2.1",
    user_agent="tests",
    authorizer={"principalId": "ana"},
)


def message(body: str) -> Call:
    return Call("MESSAGE", "chat", CONTEXT, "request1", int(time.time() * 1000), body, "message1")


def connect(headers: tuple[tuple[str, str], ...] = (), query: tuple[tuple[str, str], ...] = ()) -> Call:
    return Call("CONNECT", "$connect", CONTEXT, "request1", int(time.time() * 1000), headers=headers, query=query)


def disconnect() -> Call:
    return Call("DISCONNECT", "$disconnect", CONTEXT, "request1", int(time.time() * 1000), close=(1001, "Going away"))


def api(integration: Integration, **stage_variables: str) -> ApiDefinition:
    routes = {"chat": RouteDefinition(integration)}
    return ApiDefinition("chat", routes, api_id="a1b2c3d4e5", stage="prod", stage_variables=stage_variables)


class Functions:
    """Runs one function for every id."""

    def __init__(self, function: Callable[[Any], Any] = lambda event: event) -> None:
        self.function = function
        self.events: list[Any] = []

    async def invoke(self, function_id: str, event: Any) -> Any:
        self.events.append(event)
        return self.function(event)


async def call(
    integration: Integration,
    made: Call,
    functions: Functions | None = None,
    options: IntegrationOptions | None = None,
    **stage_variables: str,
) -> Answer:
    integrations = Integrations(functions or Functions(), api(integration, **stage_variables), options)
    try:
        return await integrations.call(integration, made)
    finally:
        await integrations.close()

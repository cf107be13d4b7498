"""A call that a client is told nothing of is in the log, with the connection that it was made for."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from shim.call_failures import CALL_FAILED
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, AuthorizerDefinition, LambdaProxy, RouteDefinition
from shim.integrations import FunctionFailed
from shim.logs import FIELDS
from shim.service import ConnectRefused, Handshake
from shim.streams import Closed, Streams


class Failing:
    """Fails in the functions that are named; or, with `slow`, is not done in time."""

    def __init__(self, *failing: str, slow: bool = False) -> None:
        self.failing, self.slow = failing, slow

    async def invoke(self, function_id: str, _event: Any) -> Any:
        if function_id in self.failing and self.slow:
            await asyncio.Event().wait()
        if function_id in self.failing:
            raise FunctionFailed(function_id, "ValueError", "no")
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
        return {"statusCode": 200, "principalId": "ana", "policyDocument": {"Statement": [statement]}}


async def a_life(failing: Failing) -> str:
    """Connects, says something and leaves. The connection's id."""
    routes = {key: RouteDefinition(LambdaProxy(key)) for key in ("$connect", "$disconnect", "say")}
    api = ApiDefinition(name="test", routes=routes, authorizer=AuthorizerDefinition("guard", "authorizer", ()))
    if failing.slow:
        api = replace(api, limits=replace(api.limits, integration_timeout_s=0.01))
    service = GatewayService(api, failing, Streams())
    try:
        connection_id = (await service.connect(Handshake([], [], "127.0.0.1"))).connection_id
    except ConnectRefused as refused:
        return refused.connection_id
    await service.message(connection_id, json.dumps({"action": "say"}), "m-1")
    await service.disconnected(Closed(connection_id, 1000, "", {}))
    return connection_id


@pytest.mark.parametrize(
    ("function", "route"),
    [("authorizer", "$connect"), ("$connect", "$connect"), ("say", "say"), ("$disconnect", "$disconnect")],
)
def test_it_names_its_connection_and_its_route(caplog: pytest.LogCaptureFixture, function: str, route: str) -> None:
    connection_id = asyncio.run(a_life(Failing(function)))
    (told,) = [getattr(record, FIELDS) for record in caplog.records if record.message == CALL_FAILED]
    assert (told["connection"], told["route"]) == (connection_id, route)
    assert "no" in told["failure"]


@pytest.mark.parametrize(
    ("function", "route"),
    [("authorizer", "$connect"), ("$connect", "$connect"), ("say", "say"), ("$disconnect", "$disconnect")],
)
def test_so_is_one_that_was_not_done_in_time(caplog: pytest.LogCaptureFixture, function: str, route: str) -> None:
    connection_id = asyncio.run(a_life(Failing(function, slow=True)))
    (told,) = [getattr(record, FIELDS) for record in caplog.records if record.message == CALL_FAILED]
    assert (told["connection"], told["route"]) == (connection_id, route)
    assert "timed out" in told["failure"]

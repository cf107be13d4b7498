"""Integrations as the service meets them: who decides on a connection, and what a client is answered."""

import pytest

from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, IntegrationResponse, LambdaMapped, Mapped, Mock, RouteDefinition
from shim.integrations import FunctionFailed
from shim.service import ConnectRefused, Handshake
from shim.streams import Streams
from tests.shim.integrations.calls import Functions

ECHO = Mock(
    Mapped(
        {"$default": "{\"statusCode\": $input.path('$.status')}"},
        responses={"/2../": IntegrationResponse({"$default": '{"to": "$context.connectionId"}'})},
    )
)


def service(connect: Mock | LambdaMapped, functions: Functions | None = None) -> GatewayService:
    routes = {"$connect": RouteDefinition(connect), "$default": RouteDefinition(ECHO, route_response=True)}
    return GatewayService(ApiDefinition("chat", routes), functions or Functions(), Streams())


def handshake(**query: str) -> Handshake:
    return Handshake((("Host", "local"),), tuple(query.items()), "192.0.2.1")


async def test_a_mock_decides_on_the_connection() -> None:
    guarded = Mock(Mapped({"$default": "{\"statusCode\": #if($input.params('token') == 'ok')200#{else}403#end}"}))
    served = service(guarded)

    assert (await served.connect(handshake(token="ok"))).connection_id
    with pytest.raises(ConnectRefused) as raised:
        await served.connect(handshake(token="no"))
    assert raised.value.status == 403


async def test_a_function_behind_a_template_that_raises_accepts_nobody() -> None:
    def failing(_: object) -> object:
        raise FunctionFailed("fn", "ValueError", "no")

    for responses, status in (({}, 502), ({"$default": IntegrationResponse()}, 500)):
        with pytest.raises(ConnectRefused) as raised:
            await service(LambdaMapped("fn", Mapped(responses=responses)), Functions(failing)).connect(handshake())
        assert raised.value.status == status


async def test_a_client_is_answered_what_the_response_template_renders() -> None:
    served = service(Mock(Mapped({"$default": '{"statusCode": 200}'})))
    connection = (await served.connect(handshake())).connection_id

    assert await served.message(connection, '{"status": 200}', "m1", deliver=False) == f'{{"to": "{connection}"}}'
    refused = await served.message(connection, '{"status": 404}', "m2", deliver=False)
    assert refused is not None
    assert "Internal server error" in refused

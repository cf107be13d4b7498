"""Who is let in: by rate, by client, and in all; of one process and of several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shim.emulation import GatewayService
from shim.gateway.limits import GatewayLimits, Throttle
from shim.service import ConnectRefused, Handshake
from shim.streams import StreamLimits, Streams
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, faced, soon
from tests.shim.streams.redis_world import own_options

Two = Callable[..., tuple[Faced, Faced]]


@asynccontextmanager
async def running(*shims: Faced) -> AsyncIterator[None]:
    """Each once."""
    services = {id(shim): shim.service for shim in shims}.values()
    tasks = [asyncio.create_task(service.run()) for service in services]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(params=["one process", "two nodes"])
def two(request: pytest.FixtureRequest, redis_server: RedisServer) -> Two:
    """Two doors to one service: twice the same process, or two nodes over one Redis."""

    def make(limits: GatewayLimits, stream_limits: StreamLimits | None = None) -> tuple[Faced, Faced]:
        if request.param == "one process":
            one = faced(limits=limits, streams=Streams(stream_limits), authorizer=True)
            return one, one
        options = own_options(redis_server.url, timeout_s=5)
        here, there = (
            faced(limits=limits, streams=RedisStreams(options, stream_limits), authorizer=True) for _ in range(2)
        )
        return here, there

    return make


def client(source_ip: str = "192.0.2.1", **query: str) -> Handshake:
    return Handshake((("Authorization", "ana"),), tuple(query.items()), source_ip)


async def refusal(service: GatewayService, handshake: Handshake) -> ConnectRefused:
    with pytest.raises(ConnectRefused) as refused:
        await service.connect(handshake)
    return refused.value


async def test_clients_of_one_address_have_so_many_connections_wherever_they_ask(
    two: Two,
) -> None:
    here, there = two(GatewayLimits(connections_of_one_address=2))
    async with running(here, there):
        first = await here.service.connect(client())
        await there.service.connect(client())
        refused = await refusal(there.service, client())
        await here.service.connect(client("192.0.2.2"))

        assert (refused.status, refused.reason) == (429, "address")
        assert 5 <= int(refused.headers["Retry-After"]) <= 15
        assert len(here.functions.authorizations) + len(there.functions.authorizations) in {3, 6}  # not for the third

        await there.service.streams.awaiting.close(first.connection_id)
        await soon(lambda: bool(here.functions.ends or there.functions.ends))
        await here.service.connect(client())


async def test_whom_the_authorizer_named_has_so_many_connections_from_wherever_they_come(
    two: Two,
) -> None:
    here, there = two(GatewayLimits(connections_of_one_principal=1))
    async with running(here, there):
        await here.service.connect(client())
        refused = await refusal(there.service, client("192.0.2.2"))

        assert (refused.status, refused.reason) == (429, "principal")
        assert len(here.functions.connects) == 1


async def test_a_client_that_connect_refuses_keeps_no_seat(two: Two) -> None:
    here, there = two(GatewayLimits(connections_of_one_address=1, connections_of_one_principal=1))
    async with running(here, there):
        for _ in range(3):
            assert (await refusal(here.service, client(status="401"))).reason == "connect"

        await there.service.connect(client())


async def test_when_all_connections_are_open_others_are_told_to_come_back_at_different_times(
    two: Two,
) -> None:
    here, there = two(GatewayLimits(), StreamLimits(connections=1))
    async with running(here, there):
        await here.service.connect(client())
        refused = [await refusal(there.service, client()) for _ in range(30)]

        assert {(one.status, one.reason) for one in refused} == {(503, "full")}
        assert len({one.headers["Retry-After"] for one in refused}) > 1


async def test_new_connections_have_one_rate(two: Two) -> None:
    here, there = two(GatewayLimits(connects=Throttle(0.001, 2)))
    async with running(here, there):
        await here.service.connect(client())
        await there.service.connect(client())

        assert {(await refusal(shim.service, client())).reason for shim in (here, there)} == {"rate"}


async def test_who_is_refused_by_rate_costs_redis_nothing(redis_server: RedisServer) -> None:
    limits = GatewayLimits(connects=Throttle(0.001, 1), connections_of_one_address=10)
    streams = RedisStreams(own_options(redis_server.url, timeout_s=5))
    shim = faced(limits=limits, streams=streams, authorizer=True)
    async with running(shim):
        await shim.service.connect(client())
        await refusal(shim.service, client())  # since when the node knows that the rate is used up
        before = streams.counts.calls
        assert {(await refusal(shim.service, client())).reason for _ in range(100)} == {"rate"}

        assert streams.counts.calls - before < 50  # of the node itself, some a second


async def test_messages_have_one_rate(two: Two) -> None:
    here, there = two(GatewayLimits(requests=Throttle(0.001, 2)))
    async with running(here, there):
        accepted = await here.service.connect(client())
        asked = [
            await shim.service.message(accepted.connection_id, '{"action":"echo"}', "id", deliver=False)
            for shim in (here, there, here, there)
        ]

        assert ["Too Many Requests" in (answer or "") for answer in asked] == [False, False, True, True]


async def test_who_comes_while_the_service_ends_is_told_so() -> None:
    shim = faced()
    shim.service.accepting = False
    refused = await refusal(shim.service, client())

    assert (refused.status, refused.reason) == (503, "ending")

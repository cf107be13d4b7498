"""What /readyz says, and when."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from shim.config import Address
from shim.hot.server import hot_server
from shim.streams import StreamLimits
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, eventually, faced, facing
from tests.shim.faces.two_nodes import two_nodes
from tests.shim.streams.redis_world import own_options


async def asked(shim: Faced) -> tuple[int, str]:
    async with shim.client() as http:
        answer = await http.get("/readyz")
    return answer.status_code, answer.json()["status"]


async def test_a_service_that_takes_clients_is_ready() -> None:
    assert await asked(faced()) == (200, "ready")


async def test_that_it_is_full_is_said_and_those_who_are_connected_are_still_sent_here() -> None:
    shim = faced(stream_limits=StreamLimits(connections=1))
    await shim.accepted()

    assert await asked(shim) == (200, "full")


async def test_it_says_that_it_ends_while_it_still_takes_everybody() -> None:
    shim = faced()
    shim.app.readiness.leave()
    accepted = await shim.accepted()

    assert shim.service.streams.info(accepted.connection_id)
    assert await asked(shim) == (503, "ending")
    async with shim.client() as http:
        assert (await http.get("/healthz")).status_code == 200


def test_load_balancers_have_time_to_notice_before_connections_are_refused() -> None:
    shim = faced()
    listening = Address("127.0.0.1", 0).bind()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = hot_server(
        shim.app,
        shim.app.management,
        drain_s=2,
        notice_s=2,
        leave=shim.app.readiness.leave,
        timeout_graceful_shutdown=2,
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        eventually(lambda: server.started)
        assert httpx.get(f"{address}/readyz").status_code == 200
        server.should_exit = True
        began = time.monotonic()
        eventually(lambda: httpx.get(f"{address}/readyz").status_code == 503)  # each on a connection of its own
        assert httpx.get(f"{address}/healthz").status_code == 200
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()

    assert not thread.is_alive()
    assert time.monotonic() - began >= 2
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/readyz")


def test_a_node_whose_redis_is_away_for_too_long_is_alive_and_not_ready_until_it_is_back(
    redis_server: RedisServer,
) -> None:
    options = own_options(redis_server.url, timeout_s=0.2, unready_s=0.3)
    with facing(streams=RedisStreams(options)) as shim:
        address = f"http://127.0.0.1:{shim.port}"
        eventually(lambda: httpx.get(f"{address}/readyz").is_success)
        redis_server.pause()
        try:
            eventually(lambda: httpx.get(f"{address}/readyz").json() == {"status": "away"})
            assert httpx.get(f"{address}/healthz").status_code == 200
        finally:
            redis_server.go_on()
        eventually(lambda: httpx.get(f"{address}/readyz").status_code == 200)


async def test_all_nodes_together_are_full(redis_server: RedisServer) -> None:
    async with two_nodes(redis_server.url, limits=StreamLimits(connections=1)) as (here, there):
        await here.accepted()
        await there.service.streams.awaiting.expire()
        assert await asked(there) == (200, "full")

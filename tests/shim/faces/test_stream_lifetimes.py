"""API Gateway's limits of time for clients on event streams, where a team wants them."""

import asyncio
import time

import pytest

from shim.faces.stream_lifetimes import StreamLifetimes
from shim.gateway.limits import GatewayLimits
from shim.streams import ConnectionGone, Streams
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import faced, soon
from tests.shim.streams.redis_world import own_options


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(streams: Streams) -> str:
    connection_id = streams.open().connection_id
    streams.activate(connection_id)
    return connection_id


def is_open(streams: Streams, connection_id: str) -> bool:
    try:
        streams.info(connection_id)
    except ConnectionGone:
        return False
    return True


async def test_without_a_limit_nothing_is_watched() -> None:
    clock = Clock()
    streams = Streams(clock=clock)
    lifetimes = StreamLifetimes(streams, GatewayLimits(), clock)
    lifetimes.watch(opened(streams))

    assert not lifetimes._watched


async def test_a_stream_on_which_messages_go_is_not_idle() -> None:
    clock = Clock()
    streams = Streams(clock=clock)
    lifetimes = StreamLifetimes(streams, GatewayLimits(stream_idle_s=600), clock)
    active, silent = opened(streams), opened(streams)
    for connection_id in (active, silent):
        lifetimes.watch(connection_id)
    clock.now += 599
    streams.send(active, "hello")
    await lifetimes._check()
    assert is_open(streams, silent)
    clock.now += 1
    await lifetimes._check()

    assert (is_open(streams, active), is_open(streams, silent)) == (True, False)
    assert lifetimes._watched == {active}


async def test_nothing_makes_a_stream_older_than_its_limit() -> None:
    clock = Clock()
    streams = Streams(clock=clock)
    lifetimes = StreamLifetimes(streams, GatewayLimits(stream_duration_s=7_200), clock)
    connection_id = opened(streams)
    lifetimes.watch(connection_id)
    clock.now += 7_200
    streams.touch(connection_id)
    await lifetimes._check()

    assert not is_open(streams, connection_id)


async def test_the_end_is_told_as_on_a_websocket() -> None:
    shim = faced(limits=GatewayLimits(stream_duration_s=0.1))
    running = asyncio.create_task(shim.service.run())
    _status, _headers, events = await shim.first_events(count=2)
    await soon(lambda: bool(shim.functions.ends))
    running.cancel()
    await asyncio.wait({running})

    assert events[1].data == '{"code": 1001, "reason": "Going away"}'
    assert shim.functions.ends == [(1001, "Going away")]


async def test_what_could_not_be_asked_while_redis_was_away_is_asked_when_it_is_back(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    streams = RedisStreams(own_options(redis_server.url, timeout_s=0.2))
    connection_id = (await streams.awaiting.open()).connection_id
    await streams.awaiting.activate(connection_id)
    redis_server.pause()
    try:
        lifetimes = StreamLifetimes(streams, GatewayLimits(stream_duration_s=0.1), time.time)
        lifetimes.watch(connection_id)
        await soon(lambda: "looked at later" in caplog.text)
    finally:
        redis_server.go_on()
    await soon(lambda: not lifetimes._watched)
    with pytest.raises(ConnectionGone):
        await streams.awaiting.info(connection_id)
    await streams.aclose()

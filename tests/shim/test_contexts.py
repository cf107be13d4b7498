"""What a service knows of its clients, wherever they connected; and one message of a client at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from shim.contexts import Contexts, Turns
from shim.gateway.events import EventContext
from shim.streams import Closed, Streams
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.streams.redis_world import own_options


def context(connection_id: str) -> EventContext:
    return EventContext(
        api_id="a1",
        stage="prod",
        domain_name="a1.example.org",
        connection_id=connection_id,
        connected_at_ms=1_700_000_000_000,
        source_ip="192.0.2.1",
        user_agent="é",
        authorizer={"principalId": "ana", "integrationLatency": 7},
        stage_variables={"color": "blue"},
    )


USUAL = replace(context(""), source_ip="", authorizer=None)


async def test_alone_nothing_is_kept_but_in_memory() -> None:
    contexts = Contexts(Streams(), USUAL)
    contexts.add(context("one"))

    assert contexts.kept(context("one")) == ""
    assert await contexts.find("one") == context("one")
    assert await contexts.find("another") is None
    assert contexts.take(Closed("one", 1000, "", {})) == context("one")
    assert await contexts.find("one") is None


async def test_another_node_knows_the_client_as_the_first_one_did(redis_server: RedisServer) -> None:
    options = own_options(redis_server.url)
    here, there = RedisStreams(options), RedisStreams(options)
    opened = await here.awaiting.open("one", state=Contexts(here, USUAL).kept(context("one")))
    await here.awaiting.activate(opened.connection_id)
    elsewhere = Contexts(there, USUAL)

    assert await elsewhere.find("one") == context("one")
    assert await asyncio.to_thread(Contexts(there, USUAL).find_blocking, "one") == context("one")
    assert await elsewhere.find("nobody") is None
    ended = Closed("one", 1006, "", {}, Contexts(here, USUAL).kept(context("one")))
    assert Contexts(there, USUAL).take(ended) == context("one")
    for streams in (here, there):
        await streams.aclose()


async def test_turns_are_taken_in_order_and_leave_nothing_behind() -> None:
    turns, order = Turns(), []

    async def one(number: int) -> None:
        async with turns.take("connection"):
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(one(number) for number in range(5)))

    assert order == [number for number in range(5) for _ in range(2)]
    assert not turns._locks

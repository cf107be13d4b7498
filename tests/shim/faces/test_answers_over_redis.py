"""A message that is sent again at another node is handled once, and answered as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, soon
from tests.shim.faces.two_nodes import two_nodes
from tests.shim.streams.redis_world import RedisWorld

WAIT = {"Prefer": "wait"}


@pytest.fixture
async def nodes(redis_server: RedisServer) -> AsyncIterator[tuple[Faced, Faced]]:
    async with two_nodes(redis_server.url, timeout_s=5, check_s=3600) as both:
        yield both


async def post(shim: Faced, session: str, body: str, key: str, **headers: str) -> httpx.Response:
    named = {"Stream-Session": session, "Idempotency-Key": key, **headers}
    async with shim.client() as http:
        return await http.post("/prod", content=body, headers=named)


def bodies(*shims: Faced) -> list[str]:
    return [body for shim in shims for body in shim.functions.bodies]


async def test_a_retry_at_another_node_has_the_first_answer(nodes: tuple[Faced, Faced]) -> None:
    here, there = nodes
    session = (await here.accepted()).session
    for body in ('{"action":"echo"}', '{"action":"silent"}'):
        first = await post(here, session, body, body, **WAIT)
        for retry in (WAIT, {}):
            again = await post(there, session, body, body, **retry)
            assert (again.status_code, again.text, again.headers) == (first.status_code, first.text, first.headers)

    assert bodies(here, there) == ['{"action":"echo"}', '{"action":"silent"}']


async def test_while_the_first_is_waited_for_a_retry_at_another_node_is_409(nodes: tuple[Faced, Faced]) -> None:
    here, there = nodes
    session = (await here.accepted()).session
    body = '{"action":"wait"}'
    first = asyncio.create_task(post(here, session, body, "k", **WAIT))
    await soon(here.functions.waiting.is_set)
    conflicts = [await post(there, session, body, "k", **more) for more in (WAIT, {})]
    here.functions.released.set()

    assert ([one.status_code for one in conflicts], (await first).text) == ([409, 409], body)
    assert (await post(there, session, body, "k", **WAIT)).text == body
    assert bodies(here, there) == [body]


async def test_what_nobody_waited_for_was_only_taken(nodes: tuple[Faced, Faced]) -> None:
    here, there = nodes
    session = (await here.accepted()).session
    first = await post(here, session, '{"action":"echo"}', "k")
    async with asyncio.timeout(30):
        while (again := await post(there, session, '{"action":"echo"}', "k", **WAIT)).status_code == 409:
            pass

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert len(bodies(here, there)) == 1


class TestBounds:
    async def test_the_latest_are_kept_in_so_many_bytes(self, redis_server: RedisServer) -> None:
        world = RedisWorld(redis_server.url)
        streams = await world.streams()
        connection_id = (await streams.awaiting.open()).connection_id
        await streams.awaiting.activate(connection_id)
        for key in "abc":
            await streams.answers.keep(connection_id, key, key * 120_000)
        await streams.answers.keep(connection_id, "b", "again")
        found = [(await streams.answers.find(connection_id, key))[:5] for key in "abc"]
        await streams.answers.keep(connection_id, "d", "d" * 1_000_000)

        assert found == ["", "again", "ccccc"]
        assert [len(await streams.answers.find(connection_id, key)) for key in "bcd"] == [0, 0, 1_000_000]
        await world.close()

    async def test_a_key_is_whole(self, redis_server: RedisServer) -> None:
        world = RedisWorld(redis_server.url)
        streams = await world.streams()
        connection_id = (await streams.awaiting.open()).connection_id
        await streams.awaiting.activate(connection_id)
        await streams.answers.keep(connection_id, "key-1", '{"text": "a\\nb\\n7\\n"}\n')

        assert await streams.answers.find(connection_id, "key") == ""
        assert await streams.answers.find(connection_id, "key-1") == '{"text": "a\\nb\\n7\\n"}\n'
        await world.close()

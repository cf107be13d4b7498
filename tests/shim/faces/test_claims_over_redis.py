"""A message that is sent again is never said to be taken when nobody handles it, whatever became of the first attempt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shim.streams import BrokerUnavailable
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced, faced, soon
from tests.shim.streams.redis_world import RedisWorld, dead, operations

WAIT = {"Prefer": "wait"}
SILENT = '{"action":"silent"}'
HELD = '{"action":"wait"}'
LEASE_S = 30


@pytest.fixture
async def world(redis_server: RedisServer) -> AsyncIterator[RedisWorld]:
    world = RedisWorld(redis_server.url, timeout_s=0.5, check_s=3600, lease_s=LEASE_S)
    yield world
    await world.close()


@pytest.fixture
async def nodes(world: RedisWorld) -> tuple[Faced, Faced]:
    return faced(streams=await world.streams()), faced(streams=await world.streams())


async def post(shim: Faced, session: str, body: str, **headers: str) -> httpx.Response:
    named = {"Stream-Session": session, "Idempotency-Key": "k", **headers}
    async with shim.client() as http:
        return await http.post("/prod", content=body, headers=named)


async def handled(shim: Faced, session: str) -> httpx.Response:
    """What this node says when it does not say any more that the message may not be handled."""
    async with asyncio.timeout(30):
        while (answer := await post(shim, session, HELD)).status_code == 409:
            pass
    return answer


async def told(*shims: Faced) -> None:
    """What these nodes could not tell Redis before."""
    for shim in shims:
        await shim.service.streams.awaiting.expire()


def lose_the_answer_to_the_claim(shim: Faced, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Any = shim.service.streams.awaiting._calls  # type: ignore[attr-defined]
    claim = calls.claim

    async def lost(*arguments: Any) -> None:
        await claim(*arguments)
        monkeypatch.undo()
        raise BrokerUnavailable("TimeoutError")

    monkeypatch.setattr(calls, "claim", lost)


class TestAClaimWhoseAnswerWasLost:
    @pytest.mark.parametrize("elsewhere", [False, True])
    async def test_the_retry_is_handled(
        self, nodes: tuple[Faced, Faced], monkeypatch: pytest.MonkeyPatch, elsewhere: bool
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        lose_the_answer_to_the_claim(here, monkeypatch)
        again = there if elsewhere else here
        with pytest.MonkeyPatch.context() as drawn:
            drawn.setattr("random.randint", lambda _least, most: most)
            refused = await post(here, session, SILENT)
            soon_after = await post(again, session, SILENT)
        handled_before = list(again.functions.bodies)
        await told(here)
        later = await post(again, session, SILENT)
        await soon(lambda: again.functions.bodies == [SILENT])

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")
        assert (soon_after.status_code, soon_after.headers["retry-after"], handled_before) == (409, "3", [])
        assert later.status_code == 202

    async def test_a_claim_that_redis_carries_out_when_all_was_over_keeps_nobody_from_handling(
        self, nodes: tuple[Faced, Faced], redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session

        async def prepare(_connection_id: str) -> None:
            redis_server.pause()

        monkeypatch.setattr(here.service, "prepare", prepare)
        refused = await post(here, session, SILENT)
        monkeypatch.undo()
        redis_server.go_on()
        async with asyncio.timeout(30):
            while (retried := await post(there, session, SILENT)).status_code == 409:
                await told(here)
        await soon(lambda: there.functions.bodies == [SILENT])

        assert (refused.status_code, retried.status_code) == (503, 202)

    async def test_nor_does_one_of_a_client_that_left_meanwhile(
        self, nodes: tuple[Faced, Faced], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        calls: Any = here.service.streams.awaiting._calls  # type: ignore[attr-defined]
        claim, claimed = calls.claim, asyncio.Event()

        async def slow(*arguments: Any) -> None:
            await claim(*arguments)
            claimed.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(calls, "claim", slow)
        posting = asyncio.create_task(post(here, session, SILENT))
        await asyncio.wait_for(claimed.wait(), 30)
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        await told(here)

        assert (await post(there, session, SILENT)).status_code == 202
        await soon(lambda: there.functions.bodies == [SILENT])


class TestANodeThatDied:
    @pytest.mark.parametrize("headers", [{}, WAIT])
    async def test_while_it_may_be_alive_nobody_says_that_the_message_was_taken_and_then_it_is_handled(
        self, world: RedisWorld, nodes: tuple[Faced, Faced], headers: dict[str, str]
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        first = asyncio.create_task(post(here, session, HELD, **WAIT))
        await soon(here.functions.waiting.is_set)
        there.functions.released.set()
        await dead(world.nodes[0])
        soon_after = await post(there, session, HELD, **headers)
        before = list(there.functions.bodies)
        await world.live(LEASE_S + 1, world.nodes[1])
        taken = await post(there, session, HELD, **headers)
        await soon(lambda: there.functions.bodies == [HELD])
        here.functions.released.set()  # it was not dead after all
        await first

        assert (soon_after.status_code, before) == (409, [])
        assert 1 <= int(soon_after.headers["retry-after"]) <= 3
        assert taken.status_code == (200 if headers else 202)
        assert (await post(there, session, HELD, **WAIT)).status_code == taken.status_code
        assert there.functions.bodies == [HELD]

    async def test_after_redis_was_away_for_all_nodes_none_counts_as_dead(
        self, world: RedisWorld, nodes: tuple[Faced, Faced]
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        assert (await post(here, session, HELD)).status_code == 202
        assert (await post(there, session, HELD)).status_code == 409
        await soon(here.functions.waiting.is_set)
        world.pass_time(LEASE_S + 1)
        await world.live(0.1, world.nodes[1])
        again = await post(there, session, HELD)
        here.functions.released.set()

        assert again.status_code == 409
        assert 1 <= int(again.headers["retry-after"]) <= 3
        assert (await handled(there, session)).status_code == 202
        assert there.functions.bodies == []

    async def test_what_it_had_handled_and_could_not_say_is_not_handled_again_while_it_lives(
        self, nodes: tuple[Faced, Faced], redis_server: RedisServer
    ) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        assert (await post(here, session, HELD)).status_code == 202
        await soon(here.functions.waiting.is_set)
        redis_server.pause()
        here.functions.released.set()
        await soon(lambda: not here.service.messages_running)
        await asyncio.sleep(0.6)  # it waits for Redis so long
        redis_server.go_on()
        await told(here)
        again = await post(there, session, HELD)

        assert (again.status_code, here.functions.bodies, there.functions.bodies) == (202, [HELD], [])


class TestANodeThatIsAtIt:
    async def test_a_retry_there_is_taken_and_elsewhere_it_is_to_come_again(self, nodes: tuple[Faced, Faced]) -> None:
        here, there = nodes
        session = (await here.accepted()).session
        first = await post(here, session, HELD)
        await soon(here.functions.waiting.is_set)
        same, other = await post(here, session, HELD), await post(there, session, HELD)
        here.functions.released.set()
        ended = await handled(there, session)

        assert [one.status_code for one in (first, same, other, ended)] == [202, 202, 409, 202]
        assert first.json() == same.json() == ended.json()
        assert (here.functions.bodies, there.functions.bodies) == ([HELD], [])


async def test_a_message_with_a_key_costs_one_operation_more_and_without_none(
    world: RedisWorld, nodes: tuple[Faced, Faced]
) -> None:
    here, _there = nodes
    session = (await here.accepted()).session
    costs = []
    for headers in ({}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "b", **WAIT}):
        before = await operations(world)
        async with here.client() as http:
            await http.post("/prod", content=SILENT, headers={"Stream-Session": session, **headers})
        await soon(lambda: not here.service.messages_running)
        await asyncio.sleep(0.05)
        costs.append((await operations(world) - before)["evalsha"])
    plain, keyed, waited = costs

    assert (keyed - plain, waited - plain) == (2, 3)

"""Tickets and cookies at any node, also after Redis lost what it had."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from shim.faces.options import FaceOptions
from shim.faces.shared_tickets import SharedTickets
from shim.faces.ticket_store import Captured, Unused, Used
from shim.streams import BrokerUnavailable
from shim.streams.redis.streams import RedisStreams
from tests.redis_server import RedisServer
from tests.shim.faces.facing import Faced
from tests.shim.faces.two_nodes import two_nodes
from tests.shim.streams.redis_world import RedisWorld, at_last

ANA = {"Authorization": "ana", "Cookie": "a=1", "Origin": "https://app.example.org"}
APP = {"Origin": "https://app.example.org"}
FOR_APP = FaceOptions(allowed_origins=("https://app.example.org",), cookies=True)


@pytest.fixture
async def nodes(redis_server: RedisServer) -> AsyncIterator[tuple[Faced, Faced]]:
    async with two_nodes(redis_server.url, FOR_APP, timeout_s=5, check_s=3600) as both:
        yield both


def streams_of(shim: Faced) -> RedisStreams:
    assert isinstance(shim.service.streams, RedisStreams)
    return shim.service.streams


async def ticket_of(shim: Faced) -> str:
    async with shim.client() as http:
        answer = await http.post("/prod/ticket?room=42", headers=ANA)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


class TestTickets:
    async def test_one_that_a_node_gave_opens_at_another_and_once(self, nodes: tuple[Faced, Faced]) -> None:
        here, there = nodes
        ticket = await ticket_of(here)
        status, _headers, events = await there.first_events(f"ticket={ticket}", APP)
        again = [(await shim.first_events(f"ticket={ticket}", APP))[0] for shim in nodes]

        assert (status, events[0].type, again) == (200, "open", [403, 403])
        (event,) = there.functions.connects
        assert (event["headers"]["Authorization"], event["headers"]["Cookie"]) == ("ana", "a=1")
        assert event["queryStringParameters"] == {"room": "42"}

    async def test_of_two_nodes_at_the_same_time_one_opens(self, nodes: tuple[Faced, Faced]) -> None:
        ticket = await ticket_of(nodes[0])
        both = await asyncio.gather(*(shim.first_events(f"ticket={ticket}", APP) for shim in nodes))

        assert sorted(status for status, _headers, _events in both) == [200, 403]

    async def test_a_page_of_another_origin_can_not_use_it_anywhere(self, nodes: tuple[Faced, Faced]) -> None:
        here, there = nodes
        ticket = await ticket_of(here)
        evil, _headers, _events = await there.first_events(f"ticket={ticket}", {"Origin": "https://evil.example"})
        owner, _headers, _events = await there.first_events(f"ticket={ticket}", APP)

        assert (evil, owner) == (403, 200)

    async def test_event_source_comes_back_at_any_node(self, nodes: tuple[Faced, Faced]) -> None:
        here, there = nodes
        ticket = await ticket_of(here)
        _status, _headers, events = await there.first_events(f"ticket={ticket}", APP)
        connection_id = json.loads(events[0].data)["connectionId"]
        await there.service.awaiting.post(connection_id, b"hello")
        status, _headers, found = await here.first_events(f"ticket={ticket}", {"Last-Event-ID": events[0].id, **APP})
        await here.service.awaiting.delete(connection_id)
        gone, _headers, _events = await there.first_events(f"ticket={ticket}", {"Last-Event-ID": found[0].id, **APP})

        assert (status, found[0].data, gone) == (200, "hello", 204)

    async def test_an_address_has_so_many_at_all_nodes_together(self, nodes: tuple[Faced, Faced]) -> None:
        """As `FaceOptions.tickets_of_one_address`."""
        tickets = streams_of(nodes[0]).tickets
        asked = [await tickets.issue(secrets.token_hex(8), b"u", ip, most=3, most_own=2, seconds=30) for ip in "aaabb"]

        assert asked == [True, True, False, True, False]

    async def test_one_that_is_too_old_is_no_ticket_and_makes_room(self, redis_server: RedisServer) -> None:
        world = RedisWorld(redis_server.url)
        tickets = (await world.streams()).tickets
        store = SharedTickets(FaceOptions(tickets=1), tickets)
        unused = Unused(Captured([("a", "b")], [("room", "42")]), None, "192.0.2.1")
        assert await store.issue("first", unused)
        assert await store.find("first") == unused
        assert not await store.issue("second", unused)
        world.pass_time(31)
        found, spent = await store.find("first"), await store.spend("first", unused)

        assert (found, spent) == (None, False)
        assert await store.issue("second", unused)
        await world.close()

    async def test_whoever_reads_redis_can_not_speak_for_a_client(self, redis_server: RedisServer) -> None:
        world = RedisWorld(redis_server.url)
        store = SharedTickets(FaceOptions(), (await world.streams()).tickets)
        unused = Unused(Captured([("authorization", "Bearer eyJhbGciOi")], [("token", "k3y")]), None, "192.0.2.1")
        await store.issue("st1.of-ana", unused)
        client = world.client()
        kept = [
            key + (await client.get(key) or b"")
            for key in await client.keys(f"*{world.options.prefix}*ticket*")
            if await client.type(key) == b"string"
        ]
        kept += [key async for key in client.scan_iter(f"*{world.options.prefix}*")]
        await client.aclose()
        text = b" ".join(kept)

        assert len(kept) > 3
        assert not any(word in text for word in (b"eyJhbGciOi", b"k3y", b"st1.of-ana"))
        assert await store.find("st1.of-ana") == unused
        await world.close()

    async def test_a_spent_one_is_of_the_connection_that_it_opened_and_of_no_other(
        self, redis_server: RedisServer
    ) -> None:
        world = RedisWorld(redis_server.url)
        store = SharedTickets(FaceOptions(), (await world.streams()).tickets)
        unused = Unused(Captured([], []), "https://a.example", "192.0.2.1")
        await store.opened("never-issued", Used(None, "c", "e"))
        await store.issue("mine", unused)
        await store.spend("mine", unused)
        before = await store.find("mine")
        await store.opened("mine", Used("https://a.example", "c", "e"))

        assert before == Used("https://a.example")
        assert await store.find("mine") == Used("https://a.example", "c", "e")
        assert await store.find("never-issued") is None
        await world.close()


class TestAfterALoss:
    async def test_who_has_no_stream_then_is_told_to_stay_away(
        self, nodes: tuple[Faced, Faced], redis_server: RedisServer
    ) -> None:
        here, there = nodes
        ticket = await ticket_of(here)
        _status, _headers, events = await here.first_events(f"ticket={ticket}", APP)
        _status, headers, others = await here.first_events("stream=tab1", {**APP, "Sec-Fetch-Site": "same-origin"})
        cookie = headers["set-cookie"].partition(";")[0]
        redis_server.stop()
        redis_server.start()
        await at_last(streams_of(there).awaiting.snapshots)
        with_ticket, _headers, _events = await there.first_events(
            f"ticket={ticket}", {"Last-Event-ID": events[0].id, **APP}
        )
        with_cookie, cleared, _events = await there.first_events(
            "stream=tab1", {"Last-Event-ID": others[0].id, "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        )

        assert (with_ticket, with_cookie) == (204, 204)
        assert "Max-Age=0" in cleared["set-cookie"]

    async def test_whose_stream_was_open_comes_back_though_its_events_have_another_epoch_since(
        self, nodes: tuple[Faced, Faced], redis_server: RedisServer
    ) -> None:
        here, _there = nodes
        same = {"Sec-Fetch-Site": "same-origin", **APP}
        _status, headers, events = await here.first_events("stream=tab1", same)
        cookie = headers["set-cookie"].partition(";")[0]
        connection_id = json.loads(events[0].data)["connectionId"]
        async with await here.service.streams.awaiting.subscribe(connection_id) as stream:
            before = stream.epoch
            redis_server.stop()
            redis_server.start()
            async with asyncio.timeout(30):
                while stream.epoch == before:
                    with suppress(BrokerUnavailable):
                        await (await streams_of(here)._member(connection_id)).node.check()
            await here.service.awaiting.post(connection_id, b"hello")
            seen = {"Last-Event-ID": f"{stream.epoch}.0-0", "Cookie": cookie, **same}
            status, _headers, found = await here.first_events("stream=tab1", seen)

        assert (status, found[0].data) == (200, "hello")

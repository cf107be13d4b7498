"""One-time tickets for EventSource."""

import asyncio
import io
import json
import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.faces.options import FaceOptions
from shim.faces.refusal import Refusal
from shim.faces.ticket_store import Captured, LocalTickets, Unused
from shim.faces.tickets import PREFIX, Tickets
from shim.streams import StreamLimits, Streams
from tests.shim.faces.facing import Faced, faced, facing
from tests.shim.sse_client import open_stream

ANA = {"Authorization": "ana", "Origin": "https://app.example.org"}
APP = {"Origin": "https://app.example.org"}
FOR_APP = FaceOptions(allowed_origins=("https://app.example.org",))


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def local_tickets(options: FaceOptions | None = None, *, clock: Clock | None = None) -> Tickets:
    chosen = options or FaceOptions()
    return Tickets(chosen, LocalTickets(chosen, Streams(), clock or Clock()))


async def ticket_of(shim: Faced, headers: dict[str, str] | None = None, query: str = "") -> str:
    async with shim.client() as http:
        answer = await http.post(f"/prod/ticket{query}", headers=headers or ANA)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expiresIn"] == 30
    return answer.json()["ticket"]


class TestRefusals:
    async def test_a_ticket_that_nobody_issued_opens_nothing(self) -> None:
        shim = faced(FOR_APP)
        status, _headers, _events = await shim.first_events(f"ticket={PREFIX}guess")

        assert status == 403
        assert shim.functions.connects == []

    async def test_a_ticket_opens_once(self) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        statuses = [(await shim.first_events(f"ticket={ticket}", APP))[0] for _ in range(3)]

        assert statuses == [200, 403, 403]
        assert len(shim.functions.connects) == 1

    async def test_of_two_at_the_same_time_one_opens(self) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        both = await asyncio.gather(*(shim.first_events(f"ticket={ticket}", APP) for _ in range(2)))

        assert sorted(status for status, _headers, _events in both) == [200, 403]

    async def test_a_ticket_is_spent_on_a_connection_that_is_refused(self) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        refused, _headers, _events = await shim.first_events(f"status=401&ticket={ticket}", APP)
        again, _headers, _events = await shim.first_events(f"ticket={ticket}", {"Last-Event-ID": "-1", **APP})

        assert (refused, again) == (401, 403)

    @pytest.mark.parametrize("seen", ["", "?lastEventId=a.1-2"])
    async def test_who_comes_back_with_a_ticket_that_is_not_known_any_more_is_told_to_stay_away(
        self, seen: str
    ) -> None:
        shim = faced(FOR_APP)
        headers = APP if seen else {"Last-Event-ID": "a.1-2", **APP}
        status, _headers, _events = await shim.first_events(f"ticket={PREFIX}old{seen.replace('?', '&')}", headers)

        assert status == 204
        assert shim.functions.connects == []

    @pytest.mark.parametrize("origin", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-origin"}])
    async def test_a_page_of_another_origin_can_not_use_it(self, origin: dict[str, str]) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        status, _headers, _events = await shim.first_events(f"ticket={ticket}", origin)
        owner, _headers, _events = await shim.first_events(f"ticket={ticket}", APP)

        assert (status, owner) == (403, 200)

    @pytest.mark.parametrize("seen", [None, "", "-0", "deadbeef-0", "x"])
    async def test_a_spent_ticket_without_an_event_of_its_connection_resumes_nothing(self, seen: str | None) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        await shim.first_events(f"ticket={ticket}", APP)
        headers = APP if seen is None else {"Last-Event-ID": seen, **APP}
        status, _headers, _events = await shim.first_events(f"ticket={ticket}", headers)

        assert status == 403

    async def test_with_an_event_of_another_connection_it_resumes_nothing(self) -> None:
        shim = faced(FOR_APP)
        mine = await ticket_of(shim)
        await shim.first_events(f"ticket={mine}", APP)
        _status, _headers, events = await shim.first_events(f"ticket={await ticket_of(shim)}", APP)
        status, _headers, _events = await shim.first_events(f"ticket={mine}", {"Last-Event-ID": events[0].id, **APP})

        assert status == 403

    async def test_more_headers_than_a_ticket_stands_for_are_refused(self) -> None:
        async with faced(FOR_APP).client() as http:
            answer = await http.post("/prod/ticket", headers={"Authorization": "x" * 16_400})

        assert answer.status_code == 413

    async def test_where_there_are_no_tickets_nobody_gets_one(self) -> None:
        async with faced(FaceOptions(tickets=0)).client() as http:
            assert (await http.post("/prod/ticket")).status_code == 404

    async def test_only_post_asks_for_a_ticket(self) -> None:
        async with faced(FOR_APP).client() as http:
            assert (await http.get("/prod/ticket")).status_code == 405

    async def test_a_parameter_of_the_applications_own_is_left_alone(self) -> None:
        shim = faced(FOR_APP)
        status, _headers, _events = await shim.first_events("ticket=theater-7")

        assert status == 200
        assert shim.functions.connects[0]["queryStringParameters"] == {"ticket": "theater-7"}


class TestOpening:
    async def test_authorizer_and_connect_see_what_the_ticket_stands_for(self) -> None:
        shim = faced(FOR_APP, authorizer=True)
        ticket = await ticket_of(shim, {**ANA, "Cookie": "a=1", "Stream-Protocol": "v2"}, "?room=7")
        status, _headers, events = await shim.first_events(
            f"ticket={ticket}&room=8&lang=de&choose=v2", {"Authorization": "bo", "User-Agent": "browser", **APP}
        )
        event = shim.functions.connects[0]

        assert (status, events[0].type) == (200, "open")
        assert json.loads(events[0].data)["protocol"] == "v2"
        assert (
            shim.functions.authorizations[0]["headers"]["Authorization"] == event["headers"]["Authorization"] == "ana"
        )
        assert event["headers"]["Cookie"] == "a=1"
        assert event["headers"]["Origin"] == APP["Origin"]
        assert event["queryStringParameters"] == {"room": "7", "lang": "de", "choose": "v2"}

    async def test_neither_sees_the_ticket_itself(self) -> None:
        shim = faced(FOR_APP, authorizer=True)
        ticket = await ticket_of(shim)
        await shim.first_events(f"ticket={ticket}", APP)

        assert ticket not in str(shim.functions.authorizations) + str(shim.functions.connects)

    async def test_an_authorizer_that_refuses_is_the_status(self) -> None:
        shim = faced(FOR_APP, authorizer=True)
        ticket = await ticket_of(shim, {"Authorization": "mallory", **APP})

        assert (await shim.first_events(f"ticket={ticket}", APP))[0] == 403
        assert shim.functions.connects == []

    async def test_a_page_of_the_same_origin_sends_no_origin_with_its_get(self) -> None:
        shim = faced(FOR_APP)
        own = {"Origin": "https://api.example.org"}
        for posted, got in [({**own, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "same-origin"}), (own, {})]:
            ticket = await ticket_of(shim, posted)
            assert (await shim.first_events(f"ticket={ticket}", got))[0] == 200

    async def test_a_page_that_named_no_origin_when_it_opened_may_name_its_own_when_it_comes_back(self) -> None:
        shim = faced(FOR_APP)
        own = {"Origin": "https://api.example.org"}
        ticket = await ticket_of(shim, own)
        _status, _headers, events = await shim.first_events(f"ticket={ticket}")
        shim.service.post(json.loads(events[0].data)["connectionId"], b"hello")
        status, _headers, found = await shim.first_events(f"ticket={ticket}", {"Last-Event-ID": events[0].id, **own})

        assert (status, found[0].data) == (200, "hello")

    async def test_event_source_comes_back_to_the_same_address(self) -> None:
        shim = faced(FOR_APP)
        ticket = await ticket_of(shim)
        _status, _headers, events = await shim.first_events(f"ticket={ticket}", APP)
        connection_id = json.loads(events[0].data)["connectionId"]
        for number in (1, 2):
            shim.service.post(connection_id, b"message %d" % number)
            headers = {"Last-Event-ID": events[-1].id, **APP}
            status, _headers, events = await shim.first_events(f"ticket={ticket}", headers)
            assert (status, events[0].data) == (200, f"message {number}")

        shim.service.delete(connection_id)
        headers = {"Last-Event-ID": events[-1].id, **APP}
        assert (await shim.first_events(f"ticket={ticket}", headers))[0] == 204
        assert len(shim.functions.connects) == 1


class TestBounds:
    async def test_a_ticket_that_is_too_old_is_no_ticket(self) -> None:
        clock = Clock()
        tickets = local_tickets(clock=clock)
        fresh, old = [await tickets.issue([], [], None, "a") for _ in range(2)]
        clock.now += 29.9
        assert await tickets.spend(fresh, None, None) == Unused(Captured([], []), None, "a")
        clock.now += 0.1
        assert await tickets.spend(old, None, None) is None

    async def test_one_address_can_not_take_all_tickets(self) -> None:
        clock = Clock()
        tickets = local_tickets(FaceOptions(tickets=3, tickets_of_one_address=2), clock=clock)
        first = await tickets.issue([], [], None, "a")
        await tickets.issue([], [], None, "a")
        with pytest.raises(Refusal) as refused:
            await tickets.issue([], [], None, "a")
        await tickets.issue([], [], None, "b")
        with pytest.raises(Refusal):
            await tickets.issue([], [], None, "c")
        await tickets.spend(first, None, None)
        await tickets.issue([], [], None, "a")
        clock.now += 30
        for address in "abc":
            await tickets.issue([], [], None, address)

        assert refused.value.status == 429
        assert refused.value.headers == {"Retry-After": "30"}

    async def test_spent_tickets_of_connections_that_ended_are_forgotten_in_time(self) -> None:
        streams = Streams(StreamLimits(connections=4))
        store = LocalTickets(FaceOptions(), streams, Clock())
        tickets = Tickets(FaceOptions(), store)
        living = streams.open().connection_id
        streams.activate(living)
        first = await tickets.issue([], [], None, "a")
        await tickets.spend(first, None, None)
        await tickets.opened(first, None, living, "aa")
        for _ in range(100):
            await tickets.spend(await tickets.issue([], [], None, "a"), None, None)
        used = await tickets.find_used(first, None, None)

        assert used is not None
        assert used.connection_id == living
        assert len(store._used) <= 8

    async def test_only_hashes_are_kept(self) -> None:
        store = LocalTickets(FaceOptions(), Streams(), Clock())
        ticket = await Tickets(FaceOptions(), store).issue([], [], None, "a")

        assert ticket not in str(vars(store))
        assert ticket.removeprefix(PREFIX) not in str(vars(store))

    @given(st.text())
    async def test_no_other_text_is_a_ticket(self, text: str) -> None:
        tickets = local_tickets()
        await tickets.issue([], [], None, "a")

        assert await tickets.spend(text, None, None) is None
        assert await tickets.find_used(text, None, None) is None


def test_over_a_socket_a_ticket_opens_and_no_log_has_it() -> None:
    written = io.StringIO()
    access = logging.getLogger("uvicorn.access")
    handler = logging.StreamHandler(written)
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    try:
        with facing(access_log=True) as shim:
            ticket = httpx.post(f"{shim.address}/ticket", headers={"Authorization": "ana"}).json()["ticket"]
            with open_stream(shim.address, {"room": "1", "ticket": ticket}) as client:
                client.send('{"action":"push"}')
                assert client.next().data == '{"action":"push"}'
    finally:
        access.removeHandler(handler)
        access.setLevel(logging.NOTSET)

    assert "GET /prod?room=1 " in written.getvalue()
    assert ticket not in written.getvalue()

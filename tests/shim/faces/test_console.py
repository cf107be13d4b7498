"""The console: who may enter, what it tells, and what it does to a connection."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shim.dualrun.replay.event_stream_reader import EventStreamReader
from shim.faces.console import ConsoleOptions, console_router
from shim.faces.console_access import COOKIE, MOST_SESSIONS, PATH, ConsoleAccess
from shim.faces.console_feed import MOST_CHARACTERS, MOST_CONNECTIONS, MOST_EVENTS, ConsoleFeed
from shim.faces.options import InvalidFaceOptions
from shim.faces.recent import Recent
from shim.faces.refusal import Refusal
from shim.service import Handshake
from tests.shim.faces.facing import Faced, faced, facing

TOKEN = "a-token-of-an-operator"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ACTION = {"Console-Action": "1"}
READ = ("", "/events", "/connection")
CHANGE = ("/send", "/close")


class Consoled:
    def __init__(self, options: ConsoleOptions | None = None) -> None:
        self.faced: Faced = faced()
        self.service = self.faced.service
        self.app = FastAPI()
        self.app.include_router(console_router(self.service, options))

    @asynccontextmanager
    async def client(self, peer: str = "127.0.0.1", host: str = "localhost:8000") -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            yield client


async def first_state(app: Any, query: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The first event of the console's stream, which then is left."""
    reader, found = EventStreamReader(), asyncio.get_running_loop().create_future()
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        for event in reader.feed(message.get("body", b"")):
            if not found.done():
                found.set_result(json.loads(event.data))
                left.set()

    named = {"host": "localhost", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"{PATH}/events",
        "raw_path": f"{PATH}/events".encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    async with asyncio.timeout(30):
        await app(scope, receive, send)
    return dict(await found)


@pytest.mark.parametrize(
    ("peer", "host"),
    [("192.0.2.7", "localhost"), ("127.0.0.1", "evil.example.org"), ("127.0.0.1", "127.0.0.1.evil.org")],
)
async def test_elsewhere_there_is_no_console_without_a_token(peer: str, host: str) -> None:
    async with Consoled().client(peer, host) as client:
        for path in READ:
            assert (await client.get(PATH + path)).status_code == 403
        for path in (*CHANGE, "/login", "/logout"):
            assert (await client.post(PATH + path, json={}, headers=ACTION)).status_code in {303, 403}
        assert (await client.post(f"{PATH}/login", data={"token": ""})).status_code == 403


async def test_even_here_there_is_none_when_that_is_off() -> None:
    async with Consoled(ConsoleOptions(local=False)).client() as client:
        assert (await client.get(PATH)).status_code == 403


async def test_with_a_token_nobody_gets_in_without_it() -> None:
    consoled = Consoled(ConsoleOptions(token=TOKEN))
    connection = await consoled.faced.accepted()
    async with consoled.client() as client:
        page = await client.get(PATH)
        assert page.status_code == 401
        assert 'type="password"' in page.text
        assert connection.connection_id not in page.text
        for path in ("/events", "/connection", f"/connection?token={TOKEN}"):
            assert (await client.get(PATH + path)).status_code == 401
        for path in CHANGE:
            assert (
                await client.post(PATH + path, json={"id": connection.connection_id}, headers=ACTION)
            ).status_code == 401
        client.cookies.set(COOKIE, TOKEN)
        assert (await client.get(f"{PATH}/connection")).status_code == 401
    assert consoled.service.get(connection.connection_id)


async def test_the_token_lets_a_browser_in_until_it_leaves() -> None:
    async with Consoled(ConsoleOptions(token=TOKEN)).client("192.0.2.7", "shim.example.org") as client:
        wrong = await client.post(f"{PATH}/login", data={"token": "wrong"})
        assert wrong.status_code == 401
        assert "That is not the token." in wrong.text
        assert "set-cookie" not in wrong.headers
        entered = await client.post(f"{PATH}/login", data={"token": TOKEN})
        assert (entered.status_code, entered.headers["location"]) == (303, PATH)
        cookie = entered.headers["set-cookie"]
        assert TOKEN not in cookie
        assert {"HttpOnly", "SameSite=strict", f"Path={PATH}"} <= set(cookie.split("; "))
        assert (await client.get(PATH)).status_code == 200
        left = client.cookies[COOKIE]
        assert (await client.post(f"{PATH}/logout")).status_code == 303
        client.cookies.set(COOKIE, left)
        assert (await client.get(PATH)).status_code == 401


async def test_over_tls_the_cookie_never_travels_without_it() -> None:
    async with Consoled(ConsoleOptions(token=TOKEN)).client("192.0.2.7", "shim.example.org") as client:
        entered = await client.post(f"{PATH}/login", data={"token": TOKEN}, headers={"X-Forwarded-Proto": "https"})
        assert "Secure" in entered.headers["set-cookie"].split("; ")


async def test_guessing_is_slowed_down_on_the_page_and_in_the_header() -> None:
    consoled = Consoled(ConsoleOptions(token=TOKEN))
    async with consoled.client() as client:
        for _ in range(3):
            assert (await client.post(f"{PATH}/login", data={"token": "wrong"})).status_code == 401
        slowed = await client.post(f"{PATH}/login", data={"token": TOKEN})
        assert slowed.status_code == 429
        assert "Too many wrong tokens" in slowed.text
        slowed = await client.get(f"{PATH}/connection", headers=BEARER)
        assert (slowed.status_code, slowed.headers["retry-after"].isdigit()) == (429, True)
    async with consoled.client("192.0.2.8") as client:
        assert (await client.get(PATH, headers=BEARER)).status_code == 200


async def test_browsers_that_are_inside_are_bounded_and_the_oldest_leaves() -> None:
    async with Consoled(ConsoleOptions(token=TOKEN)).client() as client:
        sessions = []
        for _ in range(MOST_SESSIONS + 1):
            await client.post(f"{PATH}/login", data={"token": TOKEN})
            sessions.append(client.cookies[COOKIE])
        for session, status in ((sessions[0], 401), (sessions[1], 200), (sessions[-1], 200)):
            client.cookies.set(COOKIE, session, domain="localhost.local", path=PATH)
            assert (await client.get(PATH)).status_code == status


def test_a_session_ends_by_itself() -> None:
    now = [0.0]
    access = ConsoleAccess(ConsoleOptions(token=TOKEN, session_s=60), clock=lambda: now[0])
    response = Response()
    assert access.enter(TOKEN, browser(""), response)
    inside = browser(response.headers["set-cookie"].partition(";")[0])
    now[0] = 59.9
    access.check(inside)
    now[0] = 60.0
    with pytest.raises(Refusal):
        access.check(inside)


def test_a_token_that_could_be_guessed_is_no_option_and_none_is_shown() -> None:
    assert TOKEN not in repr(ConsoleOptions(token=TOKEN))
    with pytest.raises(InvalidFaceOptions):
        ConsoleOptions(token="short")


def browser(cookie: str) -> Request:
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": PATH, "query_string": b"", "headers": headers}
    return Request({**scope, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)})


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
        {"Console-Action": "0"},
    ],
)
async def test_pages_of_others_change_nothing(foreign: dict[str, str]) -> None:
    consoled = Consoled()
    connection = await consoled.faced.accepted()
    async with consoled.client() as client:
        for path in CHANGE:
            words = {"id": connection.connection_id, "text": "x"}
            assert (await client.post(PATH + path, json=words, headers={**ACTION, **foreign})).status_code == 403
            assert (await client.post(PATH + path, json=words)).status_code == 403
            assert (await client.get(PATH + path)).status_code in {404, 405}
    assert consoled.service.streams.kept(connection.connection_id) == []


async def test_pages_of_others_read_nothing() -> None:
    async with Consoled().client() as client:
        for path in ("/events", "/connection"):
            assert (await client.get(PATH + path, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_every_answer_has_a_policy_and_is_not_kept() -> None:
    async with Consoled().client() as client:
        page = await client.get(PATH)
        policy = page.headers["content-security-policy"]
        nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
        assert nonce is not None
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert page.text.count(f'nonce="{nonce[1]}"') == page.text.count("<script") + page.text.count("<style") == 2
        assert nonce[1] not in (await client.get(PATH)).text
        for response in (page, await client.get(f"{PATH}/connection"), await client.post(f"{PATH}/send")):
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-frame-options"] == "DENY"
            assert response.headers["x-content-type-options"] == "nosniff"


async def test_sending_and_closing() -> None:
    consoled = Consoled()
    one, other = await consoled.faced.accepted(), await consoled.faced.accepted()
    async with consoled.client() as client:
        own = {**ACTION, "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}
        sent = await client.post(f"{PATH}/send", json={"id": one.connection_id, "text": "grüße \u2028"}, headers=own)
        assert sent.status_code == 200
        assert [event.payload for event in consoled.service.streams.kept(one.connection_id)] == ["grüße \u2028"]
        assert (await client.post(f"{PATH}/close", json={"id": one.connection_id}, headers=own)).status_code == 200
        for path in CHANGE:
            gone = await client.post(PATH + path, json={"id": one.connection_id, "text": "x"}, headers=own)
            assert (gone.status_code, gone.json()) == (410, {"message": "the connection is closed"})
        assert (await client.get(f"{PATH}/connection", params={"id": one.connection_id})).status_code == 410
    assert consoled.service.get(other.connection_id)
    assert consoled.service.streams.kept(other.connection_id) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 900, 400),
        (b'{"id": 1}', 410),
        (b"{}", 410),
        (b"x" * 900_000, 413),
    ],
)
async def test_bodies_that_make_no_sense_are_refused(body: bytes, status: int) -> None:
    async with Consoled().client() as client:
        assert (await client.post(f"{PATH}/send", content=body, headers=ACTION)).status_code == status


async def test_the_stream_tells_everything() -> None:
    consoled = Consoled(ConsoleOptions(backend="lambda"))
    handshake = Handshake((), (), "192.0.2.7", user_agent="browser", face="sse")
    one = (await consoled.service.connect(handshake)).connection_id
    await consoled.faced.accepted()
    await consoled.service.message(one, '{"action": "silent"}', "m")
    await consoled.service.message(one, '{"action": "nobody"}', "m")
    consoled.service.post(one, b"12345")
    state = await first_state(consoled.app)
    assert (state["api"], state["stage"], state["backend"], state["running"]) == ("test", "prod", "lambda", 0)
    assert state["open"] == {"all": 2, "sse": 1, "websocket": 1, "detached": 2, "keptBytes": state["open"]["keptBytes"]}
    assert state["totals"]["messages"] == 2
    assert state["totals"]["pushes"] == 1
    assert state["totals"]["failures"] == 1
    (listed,) = [row for row in state["connections"] if row["id"] == one]
    assert (listed["face"], listed["sourceIp"], listed["received"], listed["failures"]) == ("sse", "192.0.2.7", 2, 1)
    assert {row["key"]: row["calls"] for row in state["routes"] if row["calls"]} == {
        "$connect": 2,
        "silent": 1,
        "$none": 1,
    }
    assert [happening["kind"] for happening in state["happenings"]] == ["message", "message", "connected", "connected"]
    assert [happening["outcome"] for happening in state["failures"]] == ["forbidden"]
    found = await first_state(consoled.app, "find=192.0.2")
    assert ([row["id"] for row in found["connections"]], found["found"], found["open"]["all"]) == ([one], 1, 2)
    assert (await first_state(consoled.app, "find=%3Cscript%3E"))["connections"] == []


async def test_what_is_listed_is_bounded() -> None:
    consoled = Consoled()
    for _ in range(MOST_CONNECTIONS + 5):
        consoled.service.streams.activate(consoled.service.streams.open().connection_id)
    state = await first_state(consoled.app)
    assert len(state["connections"]) == MOST_CONNECTIONS
    assert state["found"] == state["open"]["all"] == MOST_CONNECTIONS + 5


async def test_a_connections_events_are_bounded_and_bytes_are_hexadecimal() -> None:
    service = faced().service
    recent = Recent(service.api)
    service.observers.append(recent)
    feed = ConsoleFeed(service, recent, "python")
    accepted = await service.connect(Handshake((), (), "192.0.2.7", user_agent="x" * 5_000))
    for _ in range(MOST_EVENTS):
        service.post(accepted.connection_id, b"old")
    service.post(accepted.connection_id, b"x" * 100_000)
    service.post(accepted.connection_id, bytes(range(250, 256)))
    shown = await feed.connection(accepted.connection_id)
    assert len(shown["events"]) == MOST_EVENTS
    assert shown["kept"] == MOST_EVENTS + 2
    assert len(shown["userAgent"]) == 256
    latest, long, *_ = shown["events"]
    assert (latest["text"], latest["binary"], latest["cut"], latest["bytes"]) == ("fa fb fc fd fe ff", True, False, 6)
    assert (len(long["text"]), long["cut"], long["bytes"]) == (MOST_CHARACTERS, True, 100_000)
    assert accepted.session not in json.dumps(shown)


async def test_connections_whose_disconnect_is_under_way_are_forgotten() -> None:
    consoled = Consoled()
    accepted = await consoled.faced.accepted()
    recent = next(one for one in consoled.service.observers if isinstance(one, Recent))
    consoled.service.streams.close(accepted.connection_id)
    await first_state(consoled.app)
    assert recent.connections == {}


def test_as_many_pages_as_may_be_are_told_and_all_of_them_end_with_the_service() -> None:
    with facing() as served:
        # the router is added to a running application; its routes are looked up with each request
        served.app.api.include_router(console_router(served.service, ConsoleOptions(feeds=2)))
        base = f"http://127.0.0.1:{served.port}{PATH}/events"
        with httpx.Client(timeout=30) as client, client.stream("GET", base) as one, client.stream("GET", base) as two:
            ones, twos = one.iter_lines(), two.iter_lines()
            assert next(ones).startswith("data: {")
            assert next(twos).startswith("data: {")
            third = client.get(base)
            assert third.status_code == 503
            assert 5 <= int(third.headers["retry-after"]) <= 15
            served.service.accepting = False
            for rest in (ones, twos):
                assert [line for line in rest if line and not line.startswith(("data: ", ":"))] == []

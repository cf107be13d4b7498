"""Whatever clients send, they are answered, nobody hears what is not meant for them, and nothing breaks."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.faces.options import FaceOptions
from shim.faces.tickets import PREFIX
from tests.shim.faces.facing import Faced, faced

OPTIONS = FaceOptions(cookies=True, allowed_origins=("https://app.example.org",), wait_s=1)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80)
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def in_memory(work: Callable[[Faced], Awaitable[None]]) -> None:
    async def run() -> None:
        await work(faced(OPTIONS))

    asyncio.run(run())


def raw(headers: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode("latin-1") for name, value in headers.items()}


NAMES = st.sampled_from(
    [
        *(
            "accept",
            "content-type",
            "content-encoding",
            "cookie",
            "idempotency-key",
            "last-event-id",
            "origin",
            "prefer",
        ),
        *(
            "sec-fetch-site",
            "stream-protocol",
            "stream-session",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-requested-with",
        ),
        *("access-control-request-method", "access-control-request-headers", "host", "authorization", "content-length"),
    ]
)
VALUES = HEADER | st.sampled_from(
    [
        *(
            "text/event-stream",
            "application/x-ndjson",
            "application/json",
            "application/octet-stream",
            "wait",
            "wait=1",
        ),
        *(
            "same-origin",
            "cross-site",
            "https://app.example.org",
            "null",
            "__Host-stream-a=x.0",
            "__Host-stream-a=.;=;",
        ),
    ]
)
QUERIES = st.sampled_from(["", "stream=a", "stream=%00", "ticket=st1.x", "last_event_id=x-1", "a=%FF%FE&b", "&&==&%"])


@FUZZ
@given(
    st.sampled_from(["GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT"]),
    st.sampled_from(["/prod", "/prod/ticket"]),
    QUERIES,
    st.dictionaries(NAMES, VALUES, max_size=6).filter(
        lambda headers: "text/event-stream" not in headers.get("accept", "")
    ),
    st.binary(max_size=200),
)
def test_any_request_without_a_session_is_answered_and_reaches_no_function(
    method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    async def work(shim: Faced) -> None:
        async with shim.client() as http:
            answer = await http.request(method, f"{path}?{query}", content=body, headers=raw(headers))
        assert answer.status_code in {201, 204, 400, 401, 403, 405, 408, 410, 413, 415, 426, 429}
        assert shim.functions.connects == []
        assert shim.functions.bodies == []
        for name in ("access-control-allow-origin", "set-cookie"):
            assert not {"\r", "\n"} & set(answer.headers.get(name, ""))
        if headers.get("origin") != "https://app.example.org":
            assert "access-control-allow-credentials" not in answer.headers

    in_memory(work)


@FUZZ
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from(['{"action":"echo"}', "x", "", "1", "[", '"\\ud800"'])).map(
        lambda lines: "\n".join(lines).encode()
    ),
    st.dictionaries(
        st.sampled_from(["content-type", "prefer", "idempotency-key", "content-encoding", "x"]), VALUES, max_size=4
    ),
)
def test_any_message_is_answered(body: bytes, headers: dict[str, str]) -> None:
    async def work(shim: Faced) -> None:
        accepted = await shim.accepted()
        named = {**raw(headers), "stream-session": accepted.session.encode()}
        async with shim.client() as http:
            answers = [await http.post("/prod", content=body, headers=named) for _ in range(2)]
        for answer in answers:
            assert answer.status_code in {200, 202, 204, 400, 413, 415}
        assert accepted.session not in str([answer.text for answer in answers])
        if "idempotency-key" in headers:
            assert answers[0].status_code == answers[1].status_code
            assert answers[0].content == answers[1].content or answers[0].status_code >= 400

    in_memory(work)


@FUZZ
@given(HEADER)
def test_any_last_event_id_resumes_this_connection_and_no_other(last: str) -> None:
    async def work(shim: Faced) -> None:
        ana, bo = await shim.accepted(), await shim.accepted()
        shim.service.post(bo.connection_id, b"for bo alone")
        shim.service.post(ana.connection_id, b"for ana")
        headers = {"stream-session": ana.session, "last-event-id": last}
        status, _headers, events = await shim.first_events("", headers)
        assert (status, [event.data for event in events]) == (200, ["for ana"])

    in_memory(work)


@FUZZ
@given(HEADER, HEADER, st.sampled_from(["same-origin", "cross-site", ""]))
def test_any_cookie_and_last_event_id_open_nothing_of_others(cookie: str, last: str, site: str) -> None:
    async def work(shim: Faced) -> None:
        bo = await shim.accepted()
        shim.service.post(bo.connection_id, b"for bo alone")
        headers = {"cookie": f"__Host-stream-a={cookie}", "last-event-id": last or "x-1", "sec-fetch-site": site}
        status, _headers, events = await shim.first_events("stream=a", headers)
        assert (status, events) in [(204, []), (403, [])]

    in_memory(work)


@FUZZ
@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_any_query_opens_a_connection_or_is_refused(text: str) -> None:
    async def work(shim: Faced) -> None:
        query = str(httpx.QueryParams({"ticket": PREFIX + text, "a": text}))
        status, _headers, _events = await shim.first_events(query)
        assert status == 403
        status, _headers, events = await shim.first_events(str(httpx.QueryParams({"a": text, "ticket": "own"})))
        assert (status, events[0].type) == (200, "open")
        assert shim.functions.connects[0]["queryStringParameters"] == {"a": text, "ticket": "own"}

    in_memory(work)


class TestAnotherClient:
    async def test_with_the_id_of_a_connection_nobody_speaks_for_it(self) -> None:
        shim = faced(OPTIONS)
        bo = await shim.accepted()
        async with shim.client() as http:
            for method in ("POST", "DELETE"):
                headers = {"Stream-Session": bo.connection_id}
                assert (await http.request(method, "/prod", content="{}", headers=headers)).status_code == 410
        status, _headers, events = await shim.first_events("", {"Stream-Session": bo.connection_id})
        assert (status, events) == (204, [])
        shim.service.get(bo.connection_id)

    async def test_with_an_event_of_a_connection_nobody_reads_it(self) -> None:
        shim = faced(OPTIONS)
        _status, _headers, events = await shim.first_events()
        bo = json.loads(events[0].data)
        shim.service.post(bo["connectionId"], b"for bo alone")
        status, _headers, opened = await shim.first_events("", {"Last-Event-ID": events[0].id})

        assert (status, opened[0].type) == (200, "open")
        assert json.loads(opened[0].data)["connectionId"] != bo["connectionId"]

    @pytest.mark.parametrize("session", ["", " ", "\xff", "x" * 10_000, "null", "0"])
    async def test_a_session_that_is_none_is_none(self, session: str) -> None:
        shim = faced(OPTIONS)
        await shim.accepted()
        async with shim.client() as http:
            answer = await http.post("/prod", content="{}", headers=raw({"stream-session": session}))

        assert answer.status_code in {401, 410}

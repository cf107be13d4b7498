"""Sessions in cookies: off unless asked for, and never for a page of another site."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.faces.cookies import without_session_cookies
from shim.faces.options import FaceOptions
from tests.shim.faces.facing import Faced, faced

COOKIES = FaceOptions(cookies=True, allowed_origins=("https://app.example.org",))
SAME = {"Sec-Fetch-Site": "same-origin"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def shim() -> Faced:
    return faced(COOKIES)


async def opened(shim: Faced, name: str = "tab1") -> tuple[str, str]:
    """The cookie pair, and the id of the open event."""
    status, headers, events = await shim.first_events(f"stream={name}", SAME)
    assert status == 200
    return headers["set-cookie"].partition(";")[0], events[0].id


class TestOff:
    async def test_the_parameter_is_the_applications_own(self) -> None:
        shim = faced()
        _status, headers, _events = await shim.first_events("stream=tab1")

        assert "set-cookie" not in headers
        assert shim.functions.connects[0]["queryStringParameters"] == {"stream": "tab1"}

    async def test_a_cookie_does_not_speak(self) -> None:
        shim = faced()
        accepted = await shim.accepted()
        headers = {"Cookie": f"__Host-stream-tab1={accepted.session}.00000000", **SAME, **JSON}
        async with shim.client() as http:
            assert (await http.post("/prod?stream=tab1", content="{}", headers=headers)).status_code == 401


class TestOtherSites:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
    )
    async def test_neither_open_nor_speak_nor_close(self, shim: Faced, headers: dict[str, str]) -> None:
        cookie, _id = await opened(shim)
        connects = len(shim.functions.connects)
        with_cookie = {"Cookie": cookie, **headers}

        status, answered, _events = await shim.first_events("stream=tab1", with_cookie)
        async with shim.client() as http:
            sent = await http.post("/prod?stream=tab1", content='{"action":"silent"}', headers={**with_cookie, **JSON})
            closed = await http.delete("/prod?stream=tab1", headers=with_cookie)

        assert (status, sent.status_code, closed.status_code) == (403, 403, 403)
        assert "set-cookie" not in answered
        assert "of this origin or of an allowed one" in sent.json()["message"]
        assert len(shim.functions.connects) == connects
        assert shim.functions.bodies == []

    async def test_a_form_can_not_send_even_from_an_allowed_origin(self, shim: Faced) -> None:
        cookie, _id = await opened(shim)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            async with shim.client() as http:
                headers = {"Cookie": cookie, "Content-Type": content_type, **SAME}
                answer = await http.post("/prod?stream=tab1", content='{"action":"silent"}', headers=headers)
            assert answer.status_code == 403
            assert "X-Requested-With" in answer.json()["message"]


class TestNames:
    @pytest.mark.parametrize("name", ["", "a b", "a%0d%0aSet-Cookie:x=y", "a;b", "x" * 65, "a&stream=b", "%C3%A4"])
    async def test_others_are_refused(self, shim: Faced, name: str) -> None:
        status, headers, _events = await shim.first_events(f"stream={name}", SAME)

        assert status == 400
        assert "set-cookie" not in headers


class TestTheCookie:
    async def test_is_bound_to_this_host_and_hidden_from_scripts(self, shim: Faced) -> None:
        _status, headers, events = await shim.first_events("stream=tab1", SAME)
        session = json.loads(events[0].data)["session"]
        epoch = events[0].id.partition("-")[0]

        assert headers["set-cookie"] == (
            f"__Host-stream-tab1={session}.{epoch}; Path=/; Secure; HttpOnly; SameSite=Strict"
        )

    async def test_and_its_name_are_not_shown_to_the_application(self, shim: Faced) -> None:
        cookie, _id = await opened(shim)
        await shim.first_events("stream=tab2&room=1", {"Cookie": f"a=1; {cookie}; b=2", **SAME})
        event = shim.functions.connects[1]

        assert event["headers"]["Cookie"] == "a=1; b=2"
        assert event["queryStringParameters"] == {"room": "1"}
        assert cookie.partition("=")[2] not in str(event)

    @pytest.mark.parametrize("more", [JSON, {"Content-Type": "text/plain", "X-Requested-With": "fetch"}])
    async def test_speaks(self, shim: Faced, more: dict[str, str]) -> None:
        cookie, _id = await opened(shim)
        async with shim.client() as http:
            headers = {"Cookie": cookie, **SAME, **more, "Prefer": "wait"}
            answer = await http.post("/prod?stream=tab1", content='{"action":"echo"}', headers=headers)

        assert (answer.status_code, answer.text) == (200, '{"action":"echo"}')

    async def test_speaks_for_an_allowed_origin_of_the_same_site(self, shim: Faced) -> None:
        cookie, _id = await opened(shim)
        headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-site", "Origin": "https://app.example.org", **JSON}
        async with shim.client() as http:
            answer = await http.post("/prod?stream=tab1", content='{"action":"silent"}', headers=headers)

        assert answer.status_code == 202

    async def test_takes_a_stream_up_again(self, shim: Faced) -> None:
        cookie, last = await opened(shim)
        shim.service.streams.send(json.loads(await self._connection(shim)), "hello")
        status, _headers, events = await shim.first_events(
            "stream=tab1", {"Cookie": cookie, "Last-Event-ID": last, **SAME}
        )

        assert (status, events[0].data) == (200, "hello")
        assert len(shim.functions.connects) == 1

    async def test_of_another_connection_is_refused(self, shim: Faced) -> None:
        _cookie, last = await opened(shim)
        other, _last = await opened(shim)
        status, _headers, _events = await shim.first_events(
            "stream=tab1", {"Cookie": other, "Last-Event-ID": last, **SAME}
        )

        assert status == 403

    async def test_of_a_page_that_comes_anew_opens_a_new_connection(self, shim: Faced) -> None:
        cookie, _last = await opened(shim)
        _status, headers, events = await shim.first_events("stream=tab1", {"Cookie": cookie, **SAME})

        assert events[0].type == "open"
        assert not headers["set-cookie"].startswith(cookie)

    @pytest.mark.parametrize("value", ["", "x", "x.y", "a.00000000", "'; --.0"])
    async def test_that_is_none_of_ours_resumes_nothing(self, shim: Faced, value: str) -> None:
        headers = {"Cookie": f"__Host-stream-tab1={value}", "Last-Event-ID": "00000000-1", **SAME}

        status, _headers, _events = await shim.first_events("stream=tab1", headers)
        async with shim.client() as http:
            sent = await http.post("/prod?stream=tab1", content="{}", headers={**headers, **JSON})

        assert status in {204, 403}
        assert sent.status_code in {401, 410}

    async def test_goes_with_its_connection(self, shim: Faced) -> None:
        cookie, last = await opened(shim)
        async with shim.client() as http:
            closed = await http.delete("/prod?stream=tab1", headers={"Cookie": cookie, **SAME})
        status, headers, _events = await shim.first_events(
            "stream=tab1", {"Cookie": cookie, "Last-Event-ID": last, **SAME}
        )

        assert (closed.status_code, status) == (204, 204)
        for found in (closed.headers, headers):
            assert found["set-cookie"].startswith("__Host-stream-tab1=; Max-Age=0; Path=/; Secure")

    @staticmethod
    async def _connection(shim: Faced) -> str:
        return json.dumps(shim.functions.connects[-1]["requestContext"]["connectionId"])


@given(st.lists(st.text("ab_=;. -", max_size=12), max_size=5))
def test_other_cookies_stay(parts: list[str]) -> None:
    cookie = ";".join(parts)
    ours = f"__Host-stream-x=secret;{cookie};__Host-stream-y=secret"
    kept = "".join(value for _name, value in without_session_cookies([("Cookie", ours), ("X", "y")]) if value != "y")

    assert "secret" not in kept
    assert kept == cookie.strip()

"""Pages of other origins: none unless named, and then exactly."""

import pytest

from shim.faces.options import FaceOptions
from tests.shim.faces.facing import Faced, faced

APP = "https://app.example.org"
NAMED = FaceOptions(allowed_origins=(APP,))
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "stream-session, x-tenant"}


def grants(headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


class TestWithoutAllowedOrigins:
    async def test_no_response_has_cors_headers(self) -> None:
        shim = faced()
        async with shim.client() as http:
            refused = await http.post("/prod", headers={"Origin": APP})
            preflight = await http.options("/prod", headers={"Origin": APP, **PREFLIGHT})
        status, headers, _events = await shim.first_events("", {"Origin": APP})

        assert (refused.status_code, preflight.status_code, status) == (401, 403, 403)
        assert shim.functions.connects == []  # its $connect would have run for a page that can't read the stream
        assert [grants(found) for found in (refused.headers, preflight.headers, headers)] == [{}, {}, {}]


class TestAnotherOrigin:
    @pytest.mark.parametrize(
        "origin",
        ["https://evil.example", "null", "http://app.example.org", "https://app.example.org.evil.example", "*"],
    )
    async def test_is_not_granted_anything(self, origin: str) -> None:
        shim = faced(NAMED)
        async with shim.client() as http:
            preflight = await http.options("/prod", headers={"Origin": origin, **PREFLIGHT})
        _status, headers, _events = await shim.first_events("", {"Origin": origin})

        assert preflight.status_code == 403
        for found in (preflight.headers, headers):
            assert grants(found) == {}
            assert found["vary"] == "Origin"


class TestAnAllowedOrigin:
    @pytest.mark.parametrize("path", ["/prod", "/prod/ticket"])
    async def test_may_send_the_headers_that_it_asks_for(self, path: str) -> None:
        async with faced(NAMED).client() as http:
            answer = await http.options(path, headers={"Origin": APP, **PREFLIGHT})

        assert answer.status_code == 204
        assert grants(answer.headers) == {
            "access-control-allow-origin": APP,
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET, POST, DELETE",
            "access-control-allow-headers": "stream-session, x-tenant",
            "access-control-expose-headers": "Preference-Applied, Retry-After",
            "access-control-max-age": "600",
        }

    async def test_reads_streams_refusals_and_answers(self) -> None:
        shim = faced(NAMED)
        _status, stream, _events = await shim.first_events("", {"Origin": APP})
        _status, refused, _events = await shim.first_events("status=403", {"Origin": APP})
        async with shim.client() as http:
            unauthorized = await http.post("/prod", headers={"Origin": APP})
            ticket = await http.post("/prod/ticket", headers={"Origin": APP})

        for headers in (stream, refused, unauthorized.headers, ticket.headers):
            assert headers["access-control-allow-origin"] == APP
            assert headers["access-control-allow-credentials"] == "true"
            assert headers["vary"] == "Origin"

    @pytest.mark.parametrize("asked", ["a b", "a,,b", "x\ty", "a" * 65, ",", "ä"])
    async def test_is_not_told_headers_that_are_none(self, asked: str) -> None:
        headers = {"Origin": APP, **PREFLIGHT, "Access-Control-Request-Headers": asked.encode("latin-1")}
        async with faced(NAMED).client() as http:
            answer = await http.options("/prod", headers=headers)

        assert answer.status_code == 400
        assert "access-control-allow-headers" not in answer.headers


async def any_origin(shim: Faced, origin: str) -> dict[str, str]:
    _status, headers, _events = await shim.first_events("", {"Origin": origin})
    return grants(headers)


async def test_any_origin_is_never_allowed_with_credentials() -> None:
    shim = faced(FaceOptions(allowed_origins=("*",)))

    assert (await any_origin(shim, APP))["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in await any_origin(shim, APP)


async def test_beside_any_origin_a_named_one_has_credentials() -> None:
    shim = faced(FaceOptions(allowed_origins=("*", APP)))
    _status, headers, _events = await shim.first_events("", {"Origin": APP})

    assert headers["access-control-allow-credentials"] == "true"
    assert headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in await any_origin(shim, "https://other.example")


async def test_other_methods_are_not_allowed() -> None:
    async with faced().client() as http:
        for method in ("PUT", "HEAD", "PATCH"):
            assert (await http.request(method, "/prod")).status_code == 405

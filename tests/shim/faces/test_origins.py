"""Which page a request comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from shim.faces.origins import may_use_cookies, normal_origin, request_origin

OWN = "https://api.example.org"
ALLOWED = ("https://app.example.org",)


@pytest.mark.parametrize(
    "value", ["", "null", "*", "https://", "ftp://a", "https://a/", "https://a b", "https://a\r\nX: y", "https://a:x"]
)
def test_what_is_no_origin_is_none(value: str) -> None:
    assert normal_origin(value) is None


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("https://A.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_port_that_the_scheme_implies_is_left_out(value: str, normal: str) -> None:
    assert normal_origin(value) == normal


@given(st.text())
def test_a_normal_origin_is_its_own_normal_form(text: str) -> None:
    normal = normal_origin(text)

    assert normal is None or normal_origin(normal) == normal


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": OWN},
        {"sec-fetch-site": "same-site", "origin": "https://evil.example.org"},
        {"origin": "https://evil.example"},
        {"origin": "https://app.example.org.evil.example"},
        {"origin": "null"},
    ],
)
def test_other_pages_do_not_ride_on_cookies(headers: dict[str, str]) -> None:
    assert not may_use_cookies(Headers(headers), OWN, ALLOWED)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-site", "origin": "https://app.example.org"},
        {"origin": OWN},
        {"origin": "https://APP.example.org:443"},
    ],
)
def test_pages_of_this_origin_and_of_allowed_ones_do(headers: dict[str, str]) -> None:
    assert may_use_cookies(Headers(headers), OWN, ALLOWED)


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({}, None),
        ({"origin": "null"}, "null"),
        ({"origin": "HTTPS://APP.example.org"}, "https://app.example.org"),
        ({"sec-fetch-site": "same-origin"}, OWN),
    ],
)
def test_a_get_of_the_same_origin_has_it_without_saying_so(headers: dict[str, str], origin: str | None) -> None:
    assert request_origin(Headers(headers), OWN) == origin

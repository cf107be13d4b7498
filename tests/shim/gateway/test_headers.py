"""Names of headers as events have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.headers import event_headers, header_name

NAMES = st.text(st.sampled_from("abcxyzABCXYZ-_0"), min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["HeaderAuth1", "X-CSRF-Token", "DPoP"])
def test_a_name_that_still_has_capitals_stays(name: str) -> None:
    assert header_name(name) == name


@pytest.mark.parametrize("name", ["content-length", "x-api-key", "x-restapi"])
def test_names_that_aws_writes_in_lower_case_stay_so(name: str) -> None:
    assert header_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Cookie",
        "DNT",
        "ETag",
        "Host",
        "Origin",
        "Sec-Fetch-Site",
        "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Version",
        "TE",
        "User-Agent",
        "WWW-Authenticate",
        "X-Amzn-Trace-Id",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
    ],
)
def test_names_in_lower_case_get_their_capitals_back(name: str) -> None:
    assert header_name(name.lower()) == name


def test_headers_stand_in_alphabetical_order_without_regard_to_case() -> None:
    pairs = [("x-restapi", ""), ("X-Forwarded-For", ""), ("x-api-key", ""), ("host", ""), ("Upgrade", "")]

    for headers in event_headers(pairs):
        assert list(headers) == ["Host", "Upgrade", "x-api-key", "X-Forwarded-For", "x-restapi"]


@given(st.lists(st.tuples(NAMES, st.text(max_size=4)), max_size=12))
def test_every_value_is_kept_in_order_under_one_name(pairs: list[tuple[str, str]]) -> None:
    last, every = event_headers(pairs)

    for name, values in every.items():
        assert values == [value for sent, value in pairs if sent.lower() == name.lower()]
    assert sum(map(len, every.values())) == len(pairs)
    assert list(last.items()) == [(name, values[-1]) for name, values in every.items()]

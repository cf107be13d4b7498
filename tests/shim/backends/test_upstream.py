"""What a bridge hands on, and what it keeps to itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.backends.upstream import (
    FOR_ONE_HOP,
    OF_THIS_REQUEST,
    UpstreamAddressInvalid,
    UpstreamRefused,
    check_address,
    encoded,
    forwarded_headers,
    sendable,
    verified_tls,
    with_query,
)
from tests.shim.backends.bridging import handshake


@pytest.mark.parametrize("name", sorted(FOR_ONE_HOP | OF_THIS_REQUEST | {"sec-websocket-accept", "x-mine"}))
@pytest.mark.parametrize("spelled", [str.lower, str.title, str.upper])
def test_what_stays_behind_stays_however_it_is_spelled(name: str, spelled: object) -> None:
    said = spelled(name)  # type: ignore[operator]
    kept = forwarded_headers(handshake((said, "x"), ("Accept", "y")), {}, without={"x-mine"})

    assert [name for name, _value in kept] == ["Accept", "X-Forwarded-For"]


@pytest.mark.parametrize("status", [0, 100, 101, 200, 204, 299, 600, 999])
def test_a_status_that_is_no_refusal_is_502(status: int) -> None:
    assert UpstreamRefused.answered(status, {}).status == 502


def test_a_status_without_a_name_is_handed_on() -> None:
    assert UpstreamRefused.answered(499, {}).status == 499


def test_the_reason_of_an_address_names_neither_password_nor_query() -> None:
    for url in ("https://u:hunter2@h/", "ftp://h/?key=hunter2", "https://h/ ?key=hunter2"):
        with pytest.raises(UpstreamAddressInvalid) as refused:
            check_address(url, ("https",))
        assert "hunter2" not in str(refused.value)
        assert "hunter2" not in repr(refused.value)


def test_certificates_that_are_not_there_are_known_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        verified_tls(tmp_path / "none.pem")


@given(st.lists(st.tuples(st.text(), st.text())))
def test_a_query_arrives_as_it_was_whatever_is_in_it(query: list[tuple[str, str]]) -> None:
    address = with_query(check_address("https://h/a?own=1", ("https",)), query)

    assert address.isascii()
    assert "\n" not in address
    assert parse_qsl(urlsplit(address).query, keep_blank_values=True) == [("own", "1"), *query]


@given(st.binary())
def test_header_values_are_the_bytes_that_came(value: bytes) -> None:
    assert encoded([("x", value.decode("latin-1"))]) == [(b"x", value)]


@given(st.integers(-5, 70_000))
def test_every_close_code_becomes_one_that_may_be_sent(code: int) -> None:
    told = sendable(code)

    assert told in {1000, 1001, 1002, 1003, *range(1007, 1015)} or 3000 <= told <= 4999
    assert sendable(told) == told

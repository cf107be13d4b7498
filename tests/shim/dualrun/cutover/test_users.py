"""Who a user is, and who goes first."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.cutover.users import BUCKETS, bucket, in_share, user_of
from shim.service import Handshake

SALT = bytes(16)


def shaken(headers: tuple[tuple[str, str], ...] = (), query: tuple[tuple[str, str], ...] = ()) -> Handshake:
    return Handshake(headers, query, "192.0.2.7")


def web_token(payload: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "handshake",
    [
        shaken(),
        shaken(headers=(("Authorization", "Bearer no-token"),)),
        shaken(headers=(("Authorization", "Bearer a.b.c"),)),
        shaken(headers=(("Authorization", "Bearer a.\u00e4.c"),)),
        shaken(query=(("token", web_token(["sub"])),)),
        shaken(query=(("token", web_token({"sub": None})),)),
        shaken(query=(("token", web_token({"sub": ["ana"]})),)),
        shaken(query=(("token", web_token({"sub": True})),)),
        shaken(query=(("token", "x" * 20_000 + ".e30.x"),)),
        shaken(headers=(("Cookie", "other=ana"),)),
        shaken(headers=(("X-User", ""),)),
    ],
)
def test_nobody_is_named(handshake: Handshake) -> None:
    assert user_of(handshake, ("claim:sub", "cookie:user", "header:X-User", "query:user")) is None


@pytest.mark.parametrize(
    ("place", "handshake"),
    [
        ("claim:sub", shaken(headers=(("authorization", f"Bearer {web_token({'sub': 'ana'})}"),))),
        ("claim:sub", shaken(query=(("token", web_token({"sub": "ana"})),))),
        ("header:x-user", shaken(headers=(("X-User", "ana"),))),
        ("cookie:user", shaken(headers=(("Cookie", "a=b; user=ana"),))),
        ("query:user", shaken(query=(("user", "ana"),))),
    ],
)
def test_a_user_is_named_where_the_place_says(place: str, handshake: Handshake) -> None:
    assert user_of(handshake, (place,)) == "ana"


def test_the_first_place_that_names_somebody_holds() -> None:
    both = shaken(headers=(("X-User", "ben"),), query=(("user", "ana"),))

    assert user_of(both, ("query:missing", "header:X-User", "query:user")) == "ben"


def test_a_number_is_a_user_too() -> None:
    assert user_of(shaken(query=(("t", web_token({"sub": 4711})),)), ("claim:sub",)) == "4711"


@given(st.text(), st.floats(0, 100), st.floats(0, 100))
def test_whoever_is_in_a_share_stays_in_it_when_it_grows(user: str, one: float, other: float) -> None:
    small, large = sorted((one, other))

    assert not in_share(user, small, SALT) or in_share(user, large, SALT)


@given(st.text())
def test_a_share_of_nothing_has_nobody_and_the_whole_everybody(user: str) -> None:
    assert not in_share(user, 0, SALT)
    assert in_share(user, 100, SALT)


def test_a_client_without_a_user_is_in_the_whole_only() -> None:
    assert not in_share(None, 99.99, SALT)
    assert in_share(None, 100, SALT)


def test_shares_are_as_large_as_they_say_and_differ_by_salt() -> None:
    users = [f"user-{number}" for number in range(20_000)]
    first = {user for user in users if in_share(user, 10, SALT)}
    second = {user for user in users if in_share(user, 10, b"another salt")}

    assert 1_850 < len(first) < 2_150  # more than 3 standard deviations either way
    assert 130 < len(first & second) < 270
    assert all(0 <= bucket(user, SALT) < BUCKETS for user in users)

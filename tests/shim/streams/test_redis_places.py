"""Ids of events say where their client is, in the life in which it got them and in the one before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.streams.redis.places import NOWHERE, Cursor, Elsewhere, cursor, elsewhere
from shim.streams.requests import epoch_of

hexadecimal = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
numbers = st.integers(0, 10**14)


@given(st.text())
def test_whatever_is_no_id_is_no_place(nonsense: str) -> None:
    found = cursor(nonsense)

    assert found.own >= 0
    assert found.broadcast >= -1
    assert found.epoch in nonsense
    assert found.life in nonsense


def test_an_id_with_something_more_is_no_place() -> None:
    for nonsense in (
        "e.l.1.m-2",
        "e.l.1.m.2-3",
        "e.l.1.m.2.x-3",
        "e.l.x.m.2.3-4",
        "e.l.1.m.2.3.4-5",
        "e.l.1-",
        "e-x",
        "",
    ):
        assert cursor(nonsense) == NOWHERE
    assert cursor(None) == NOWHERE


@given(hexadecimal, hexadecimal, numbers, numbers)
def test_an_id_says_epoch_life_broadcast_and_message(epoch: str, life: str, broadcast: int, seq: int) -> None:
    assert cursor(f"{epoch}.{life}.{broadcast}-{seq}") == Cursor(epoch, seq, broadcast, life)
    assert cursor(f"{epoch}-{seq}") == Cursor(epoch, seq, -1)


@given(hexadecimal, hexadecimal, numbers, numbers)
def test_cookies_and_tickets_know_the_epoch_of_any_id(epoch: str, life: str, broadcast: int, seq: int) -> None:
    mark = Elsewhere(life, seq, broadcast, seq, broadcast).mark(seq, broadcast)
    for found in (f"{epoch}-{seq}", f"{epoch}.{life}.{broadcast}-{seq}", f"{epoch}.{life}.{broadcast}{mark}-{seq}"):
        assert epoch_of(found) == epoch


def test_a_client_of_another_life_is_where_it_was_in_that_one_and_further_as_long_as_both_are_the_same() -> None:
    there = elsewhere(cursor("e.before.4-7"), "e", "now", left_own=9, left_broadcast=4)
    assert there is not None
    assert there.mark(own=7, broadcast=4) == ".before.4.7"
    assert there.mark(own=8, broadcast=5) == ".before.4.8"
    assert there.mark(own=12, broadcast=6) == ".before.4.9"


def test_a_client_that_had_more_than_was_left_is_no_less_far_in_the_other_life() -> None:
    there = elsewhere(cursor("e.before.4-7"), "e", "now", left_own=5, left_broadcast=2)
    assert there is not None
    assert there.mark(own=5, broadcast=2) == ".before.4.7"


@given(numbers, numbers, numbers, numbers)
def test_whoever_resumes_in_the_same_life_is_as_far_in_the_other_one_as_before(
    own: int, broadcast: int, left_own: int, left_broadcast: int
) -> None:
    began = elsewhere(Cursor("e", own, broadcast, "before"), "e", "now", left_own, left_broadcast)
    assert began is not None
    said = cursor(f"e.now.{broadcast}{began.mark(own, broadcast)}-{own}")
    resumed = elsewhere(said, "e", "now", left_own, left_broadcast)
    assert resumed is not None
    assert resumed.mark(own, broadcast) == began.mark(own, broadcast)


def test_a_client_is_in_no_other_life_before_its_first_event_nor_after_the_connection_was_written_again() -> None:
    assert elsewhere(cursor("e-0"), "e", "now", 0, 0) is None
    assert elsewhere(cursor("e.now.4-7"), "e", "now", 0, 0) is None
    assert elsewhere(cursor("former.before.4-7"), "e", "now", 0, 0) is None

"""Ids of events say where their client is, in the life in which it got them and in those before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.streams.redis.places import MOST_ELSEWHERE, NOWHERE, Elsewhere, Place, cursor, elsewhere, mark, words
from shim.streams.requests import epoch_of

hexadecimal = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)
numbers = st.integers(0, 10**14)
places = st.builds(Place, hexadecimal, hexadecimal, numbers, numbers)
shared = st.tuples(numbers, numbers)
elsewheres = st.lists(st.builds(Elsewhere, places, shared), max_size=MOST_ELSEWHERE)


def id_of(place: Place, others: list[Elsewhere]) -> str:
    epoch, life, own, broadcast = place
    return f"{epoch}{mark(life, own, broadcast, epoch, others)}-{own}"


@given(st.text())
def test_whatever_is_no_id_is_no_place(nonsense: str) -> None:
    for found in cursor(nonsense):
        assert found.own >= 0
        assert found.broadcast >= -1
        assert found.epoch in nonsense
        assert found.life in nonsense


def test_an_id_with_something_else_is_no_place() -> None:
    for nonsense in (
        "e.l-3",
        "e.l.1.-2",
        "e.l.1..m-2",
        "e.l.1..m.2-3",
        "e.l.1.f.m.2.x-3",
        "e.l.1.f.m.x.2-3",
        "e.l.1...2.3-4",
        "e.l.1.f g.m.2.3-4",
        "e.l.1.f.m n.2.3-4",
        "e f.l.1-4",
        "e.l.x.f.m.2.3-4",
        "e.l.1.f.m.2.3.4-5",
        "e.l.1" + "..m.2.3" * (MOST_ELSEWHERE + 1) + "-4",
        "e.l.1-",
        "e.l.1-1000000000000000",
        "e-x",
        "-1",
        "",
    ):
        assert cursor(nonsense) == NOWHERE
    assert cursor(None) == NOWHERE


@given(places, elsewheres)
def test_an_id_says_where_its_client_is_everywhere(place: Place, others: list[Elsewhere]) -> None:
    found = cursor(id_of(place, others))

    assert found == (place, *(one.at(place.own, place.broadcast) for one in others))
    assert words(found).split() == [str(word) for one in found for word in one]


def test_an_id_of_before_the_first_event_says_epoch_and_message() -> None:
    assert cursor("e-7") == (Place("e", "", 7, -1),)
    assert words(cursor("e-7")) == "e - 7 -1"


def test_the_epoch_of_another_life_is_left_out_where_it_is_the_same() -> None:
    there = Elsewhere(Place("e", "before", 7, 4), (0, 0))

    assert id_of(Place("e", "now", 2, 1), [there]) == "e.now.1..before.4.7-2"
    assert id_of(Place("f", "now", 2, 1), [there]) == "f.now.1.e.before.4.7-2"


@given(places, elsewheres)
def test_cookies_and_tickets_know_the_epoch_of_any_id(place: Place, others: list[Elsewhere]) -> None:
    assert epoch_of(f"{place.epoch}-{place.own}") == place.epoch
    assert epoch_of(id_of(place, others)) == place.epoch


def test_a_client_of_another_life_is_where_it_was_in_that_one_and_further_as_long_as_both_are_the_same() -> None:
    (there,) = elsewhere(cursor("e.before.4-7"), "e", "now", [(9, 4)])

    assert there.at(own=7, broadcast=4) == Place("e", "before", 7, 4)
    assert there.at(own=8, broadcast=5) == Place("e", "before", 8, 4)
    assert there.at(own=12, broadcast=6) == Place("e", "before", 9, 4)


def test_a_client_that_had_more_than_was_left_is_no_less_far_in_the_other_life() -> None:
    (there,) = elsewhere(cursor("e.before.4-7"), "e", "now", [(5, 2)])

    assert there.at(own=5, broadcast=2) == Place("e", "before", 7, 4)


@given(places, elsewheres)
def test_whoever_resumes_in_the_same_life_is_as_far_in_the_others_as_before(
    place: Place, others: list[Elsewhere]
) -> None:
    others = [one for one in others if one.place[:2] != place[:2]]
    said = cursor(id_of(place, others))
    resumed = elsewhere(said, place.epoch, place.life, [(place.own, place.broadcast), *(one.shared for one in others)])

    assert id_of(place, resumed) == id_of(place, others)


def test_a_client_is_in_no_other_life_before_its_first_event() -> None:
    assert elsewhere(cursor("e-0"), "e", "now", [(0, 0)]) == []
    assert elsewhere(cursor("e.now.4-7"), "e", "now", [(7, 4)]) == []


def test_where_a_client_was_before_the_connection_was_written_again_is_another_place() -> None:
    (there,) = elsewhere(cursor("former.now.4-7"), "e", "now", [(0, 4)])

    assert id_of(Place("e", "now", 1, 5), [there]) == "e.now.5.former.now.4.7-1"


def test_a_client_is_also_where_it_was_not_in_a_life_that_went_on_as_this_one() -> None:
    there, before = elsewhere(cursor("e.before.4-7"), "e", "now", [(9, 4)], [("between", 12, 6)])

    assert there.at(own=7, broadcast=4) == Place("e", "between", 7, 4)
    assert there.at(own=20, broadcast=20) == Place("e", "between", 12, 6)
    assert before.at(own=20, broadcast=20) == Place("e", "before", 9, 4)


def test_of_too_many_places_those_go_first_that_say_nothing_more_and_the_oldest() -> None:
    said = tuple(Place("e", life, 5, 5) for life in "abcdefghi")
    nothing, more, more_broadcasts = (5, 5), (4, 5), (5, 4)
    assert MOST_ELSEWHERE == 7

    def kept(*shared: tuple[int, int]) -> str:
        return "".join(one.place.life for one in elsewhere(said[: len(shared)], "e", "now", shared))

    assert kept(*[nothing] * 9) == "abcdefg"
    assert kept(*[nothing] * 2, *[more] * 7) == "cdefghi"
    assert kept(*[nothing] * 2, *[more] * 5, more_broadcasts) == "acdefgh"
    assert kept(*[more, more_broadcasts] * 4) == "abcdefg"

"""Who was to receive a publish, and who did. What must be left alone comes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.compare.fanout import MAX_ROWS, DeliveryMatrix, Publish, cells_of, matrix_of
from tests.shim.dualrun.recorded import leave, say, talk, three

CHAT = talk(say(), say("bob"), leave("dave"))


def publish(wanted, received, began=10.0, ended=11.0, name="p"):
    return Publish(name, began, ended, frozenset(wanted.split()), frozenset(received.split()))


def test_a_recipient_that_comes_or_leaves_meanwhile_may_receive_it_or_not():
    for presence in ((0.0, 10.5), (10.5, 20.0)):
        for received in ("", "bob"):
            assert cells_of(publish("bob", received), {"bob": [presence]}) == {"bob": "may"}


def test_a_recipient_that_was_there_all_the_time_must_receive_it():
    there = {"bob": [(0.0, 5.0), (10.0, 11.0)]}
    assert cells_of(publish("bob", "bob"), there) == {"bob": "delivered"}
    assert cells_of(publish("bob", ""), there) == {"bob": "missing"}
    assert cells_of(publish("bob", ""), {}) == {"bob": "missing"}


def test_a_recipient_that_was_away_all_the_time_misses_what_the_legacy_path_sent():
    assert cells_of(publish("bob", ""), {"bob": [(0.0, 5.0)]}) == {"bob": "missing"}


def test_a_leak_is_one_whenever_it_comes():
    for presence in ([], [(0.0, 10.5)], [(0.0, 20.0)]):
        assert cells_of(publish("", "eve"), {"eve": presence}) == {"eve": "leaked"}


def test_precision_and_recall():
    matrix = matrix_of(
        [publish("a b c", "a b"), publish("a b", "a b eve", name="second"), publish("a", "a mallory")], presence={}
    )
    assert (matrix.precision, matrix.recall) == (5 / 7, 5 / 6)
    assert matrix.recipients == ("a", "b", "c", "eve", "mallory")


def test_without_deliveries_there_is_no_share():
    assert (DeliveryMatrix().precision, DeliveryMatrix().recall) == (None, None)


def test_rows_are_bounded_and_faults_among_many_are_kept():
    many = [publish("a", "a") for _ in range(MAX_ROWS * 2)]
    matrix = matrix_of([*many, publish("a", "", name="bad"), *many], presence={})
    assert matrix.publishes == 4 * MAX_ROWS + 1
    assert len(matrix.rows) == MAX_ROWS + 1
    assert matrix.rows[-1][0].name == "bad"
    assert matrix.counts == {"delivered": 4 * MAX_ROWS, "missing": 1}


names = st.sets(st.sampled_from("abcde")).map(" ".join)
intervals = st.dictionaries(st.sampled_from("abcde"), st.lists(st.tuples(st.integers(0, 12), st.integers(8, 20))))


@given(names, names, intervals)
def test_every_recipient_of_either_side_has_one_cell(wanted, received, presence):
    cells = cells_of(publish(wanted, received), presence)
    assert cells.keys() == set(wanted.split()) | set(received.split())
    assert {c for c, cell in cells.items() if cell == "leaked"} == set(received.split()) - set(wanted.split())


def test_a_session_has_a_row_for_each_publish():
    legacy = [(3, "bob", "one"), (3, "dave", "one"), (3, "bob", "one"), (4, "alice", "two"), (5, "dave", "bye")]
    candidate = [(3, "bob", "one"), (3, "bob", "one"), (4, "alice", "two"), (4, "dave", "two")]
    matrix = three(CHAT, legacy, candidate=candidate).comparisons["talk"].deliveries
    assert [(row.name.split(",")[0], cells) for row, cells in matrix.rows] == [
        ("step 4", {"bob": "delivered", "dave": "missing"}),
        ("step 4", {"bob": "delivered"}),
        ("step 5", {"alice": "delivered", "dave": "leaked"}),
        ("step 6", {"dave": "may"}),
    ]

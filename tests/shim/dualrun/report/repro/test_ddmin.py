from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.report.repro.ddmin import ddmin


def needing(*wanted: int):
    """Fails whenever all of `wanted` are there."""
    return lambda choices: next((n for n, choice in enumerate(choices) if set(wanted) <= set(choice)), None)


def test_what_fails_alone_is_found_among_many():
    assert ddmin(range(1000), needing(617)) == (617,)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), min_size=1))))
def test_exactly_what_is_needed_is_left_in_its_order(case):
    number, wanted = case
    assert ddmin(range(number), needing(*wanted)) == tuple(sorted(wanted))


def test_when_nothing_may_be_tried_everything_is_kept():
    assert ddmin(range(9), lambda _: None) == tuple(range(9))


def test_what_is_left_fails_also_when_the_looks_end_early():
    looks = 0

    def first_failing(choices):
        nonlocal looks
        looks += 1
        return needing(3, 17)(choices) if looks <= 3 else None

    assert {3, 17} <= set(ddmin(range(20), first_failing))


def test_no_items_are_none():
    assert ddmin((), needing(1)) == ()

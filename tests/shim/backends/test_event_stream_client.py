"""Which events were told before. What the client does with sockets stands in `test_rest_bridge.py`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.backends.event_stream_client import IDS_REMEMBERED, Seen


def test_ids_that_do_not_count_are_no_repeats_before_a_drop() -> None:
    seen = Seen(counted=False)

    assert [seen.first_time(each) for each in ("a", "a", "", "b", "a")] == [True] * 5


def test_ids_that_do_not_count_are_repeats_after_a_drop_until_one_is_new() -> None:
    seen = Seen(counted=False)
    for each in ("a", "b"):
        seen.first_time(each)
    seen.resumed()

    assert [seen.first_time(each) for each in ("a", "b", "c", "a")] == [False, False, True, True]


def test_only_so_many_ids_are_remembered() -> None:
    seen = Seen(counted=False)
    for number in range(IDS_REMEMBERED + 1):
        seen.first_time(f"id {number}")
    seen.resumed()

    assert seen.first_time("id 1") is False
    assert seen.first_time("id 0") is True


def test_a_new_epoch_counts_anew() -> None:
    seen = Seen(counted=True)

    assert [seen.first_time(each) for each in ("e-1", "e-2", "f-1", "f-1", "f-2")] == [True, True, True, False, True]


def test_an_id_that_is_none_of_the_protocol_is_never_dropped() -> None:
    seen = Seen(counted=True)

    assert [seen.first_time(each) for each in ("e-5", "x", "x", "e-", "e-\u0661", "e-" + "1" * 19)] == [True] * 6


@given(st.lists(st.integers(0, 20), max_size=40))
def test_counted_events_are_told_once_and_in_order(numbers: list[int]) -> None:
    seen = Seen(counted=True)
    told = [number for number in numbers if seen.first_time(f"e-{number}")]

    assert told == sorted(set(told))
    assert max(numbers, default=None) == max(told, default=None)

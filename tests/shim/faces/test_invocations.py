"""A retried call is known for a while, and what is known is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.faces.invocations import LONGEST_INVOCATION_ID, Invocations


def test_a_call_is_new_once() -> None:
    invocations = Invocations(10)

    assert invocations.first(b"a", "x")
    assert not invocations.first(b"a", "x")
    assert invocations.first(b"a", "y")


def test_a_call_that_failed_is_new_again() -> None:
    invocations = Invocations(10)
    invocations.first(b"a", "x")
    invocations.failed(b"a")
    invocations.failed(b"never seen")

    assert invocations.first(b"a", "x")


def test_endless_ids_are_not_remembered() -> None:
    invocations = Invocations(10)
    endless = b"a" * (LONGEST_INVOCATION_ID + 1)

    assert [invocations.first(endless, "x") for _ in range(2)] == [True, True]


def test_nothing_is_remembered_when_none_may_be() -> None:
    invocations = Invocations(0)

    assert [invocations.first(b"a", "x") for _ in range(2)] == [True, True]


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 12))
def test_the_latest_half_is_always_remembered_and_never_more_than_all(calls: list[int], count: int) -> None:
    invocations = Invocations(count)
    seen: list[int] = []
    for call in calls:
        new = invocations.first(b"%d" % call, "x")
        if call in seen[-max(1, count // 2) :]:
            assert not new
        if new:
            seen.append(call)
        assert len(invocations._latest) + len(invocations._older) <= count + 1

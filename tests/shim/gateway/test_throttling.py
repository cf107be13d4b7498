"""A token bucket never gives more than its burst and what its rate brings."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.gateway.limits import Throttle
from shim.gateway.throttling import TokenBucket

RATES = st.sampled_from([0.25, 0.5, 1.0, 2.0, 16.0, 500.0, 10_000.0])
BURSTS = st.integers(0, 20)
STEPS = st.lists(st.sampled_from([0.0, 0.0, 0.0, 1 / 1024, 1 / 16, 0.25, 1.0, 7.5, 1e6]), max_size=80)
"""Binary fractions, so that sums are exact and the bound has no slack."""


def times(steps: list[float], start: float = 0.0) -> list[float]:
    found, at = [], start
    for step in steps:
        at += step
        found.append(at)
    return found


@given(RATES, BURSTS, STEPS)
def test_no_window_has_more_than_the_burst_and_the_rate_allow(rate: float, burst: int, steps: list[float]) -> None:
    bucket = TokenBucket(Throttle(rate, burst))
    taken = [at for at in times(steps) if bucket.take(at)]

    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + Fraction(rate) * (Fraction(taken[last]) - Fraction(taken[first]))


@given(st.sampled_from([0.25, 0.5, 1.0, 2.0, 16.0]), st.integers(1, 20), STEPS)
def test_whoever_asks_less_often_than_the_rate_is_never_refused(rate: float, burst: int, steps: list[float]) -> None:
    bucket = TokenBucket(Throttle(rate, burst))

    assert all(bucket.take(at) for at in times([step + 1 / rate for step in steps]))


@given(st.floats(0.001, 1e5), st.integers(1, 50), st.lists(st.floats(0, 1e4), max_size=80))
def test_with_any_times_it_gives_at_most_one_more_for_rounding(rate: float, burst: int, steps: list[float]) -> None:
    bucket = TokenBucket(Throttle(rate, burst))
    asked = times(steps, start=1.7e9)
    taken = [at for at in asked if bucket.take(at)]

    if taken:
        assert len(taken) <= burst + rate * (taken[-1] - taken[0]) * (1 + 1e-9) + 1


def test_the_burst_is_there_at_once_and_again_after_a_while() -> None:
    bucket = TokenBucket(Throttle(2, 3))

    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(100.5) for _ in range(2)] == [True, False]
    assert [bucket.take(1_000.0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("burst", [0, 5])
def test_a_rate_of_zero_allows_everything(burst: int) -> None:
    bucket = TokenBucket(Throttle(0, burst))

    assert all(bucket.take(0.0) for _ in range(1_000))


def test_a_burst_of_zero_allows_nothing() -> None:
    bucket = TokenBucket(Throttle(10, 0))

    assert not any(bucket.take(at) for at in (0.0, 1.0, 1e6))


def test_a_clock_that_was_set_back_does_not_stop_it_and_brings_nothing() -> None:
    bucket = TokenBucket(Throttle(1, 2))
    assert [bucket.take(1_000.0) for _ in range(3)] == [True, True, False]

    assert not bucket.take(10.0)
    assert bucket.take(11.0)
    assert not bucket.take(11.5)

from __future__ import annotations

from bisect import bisect_left
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.dualrun.judge.bounds import at_least, at_most, bound_share, upper_bound


@pytest.mark.parametrize(
    ("differing", "sessions", "percent"),
    [(0, 100, 2.95), (0, 300, 0.99), (0, 1_000, 0.30), (0, 3_000, 0.10), (1, 1_000, 0.47), (2, 1_000, 0.63)],
)
def test_the_bounds_of_the_reference(differing, sessions, percent):
    assert round(100 * upper_bound(differing, sessions), 2) == percent


def test_nothing_seen_bounds_nothing():
    assert upper_bound(0, 0) == 1.0
    assert str(bound_share(0, 0)) == "No session was compared, so nothing is known of the share that differs."


def test_all_differing_leaves_all_possible():
    assert upper_bound(7, 7) == 1.0


def test_impossible_counts_are_errors():
    with pytest.raises(ValueError, match="3 successes of 2 trials"):
        upper_bound(3, 2)
    with pytest.raises(ValueError, match="confidence"):
        upper_bound(0, 2, confidence=1.0)


def test_the_sentence_has_the_numbers():
    assert str(bound_share(1, 1_000)) == (
        "With 95% confidence fewer than 0.47% of such sessions show an unexplained difference (1 of 1000 did)."
    )


@settings(max_examples=50)
@given(trials=st.integers(1, 400), data=st.data(), share=st.floats(0.001, 0.999))
def test_both_tails_are_those_of_the_plain_sum(trials, data, share):
    successes = data.draw(st.integers(0, trials))
    plain = sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes + 1))
    assert at_most(successes, trials, share) == pytest.approx(plain, abs=1e-9)
    assert at_least(successes + 1, trials, share) == pytest.approx(1 - plain, abs=1e-9)


@settings(max_examples=50)
@given(trials=st.integers(1, 300), data=st.data(), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_the_truth_is_above_the_bound_as_rarely_as_promised(trials, data, confidence):
    """For any true share, the chance of all counts whose bound is below it is at most 1 - confidence: exact."""
    share = data.draw(st.floats(0.01, 0.99))
    wrong = bisect_left(range(trials + 1), share, key=lambda count: upper_bound(count, trials, confidence))
    assert at_most(wrong - 1, trials, share) <= 1 - confidence + 1e-9

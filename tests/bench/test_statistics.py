from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.statistics import Spread, ratios, slope, spread


def test_no_values_have_no_spread():
    assert spread([]) is None


def test_rounds_that_only_one_of_them_has_give_no_ratio():
    assert ratios({0: 10.0, 1: 20.0, 3: 7.0}, {1: 5.0, 2: 1.0}) == [4.0]


def test_nothing_is_divided_by_zero():
    assert ratios({0: 10.0}, {0: 0.0}) == []


def test_ratios_are_taken_within_rounds_before_the_median():
    """The medians' ratio would be 2.0; no round showed it."""
    ours, theirs = {0: 10.0, 1: 40.0, 2: 20.0}, {0: 1.0, 1: 40.0, 2: 10.0}
    assert spread(ratios(ours, theirs)) == Spread(2.0, 1.0, 10.0, 3)


def test_a_single_moment_has_no_slope():
    assert slope([1.0], [5.0]) == 0.0


def test_one_outlier_does_not_move_the_slope():
    times = [float(i) for i in range(20)]
    values = [3.0 * t for t in times]
    values[7] = 1e9
    assert slope(times, values) == pytest.approx(3.0)


@given(st.floats(-100, 100), st.floats(-1000, 1000), st.integers(2, 30))
def test_the_slope_of_a_line_is_the_lines(a, b, count):
    times = [float(i) for i in range(count)]
    assert slope(times, [a * t + b for t in times]) == pytest.approx(a, abs=1e-6)

"""Prefer: wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.faces.prefer import LONGEST_HEADER, preferred_wait_s


@pytest.mark.parametrize(
    "value",
    [
        "", "respond-async", "waiting", "wait=x", "wait=-1", "wait=1.5", "xwait=3", '"wait"', 'foo="a, wait=3"',
        "wait=" + "9" * LONGEST_HEADER, "wait=²",
    ],
)  # fmt: skip
def test_what_does_not_ask_to_wait_is_passed_over(value: str) -> None:
    assert preferred_wait_s([value], 30) == 0


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["wait"], 30),
        (["wait=5"], 5),
        (["Wait = 5"], 5),
        (['wait="5"'], 5),
        (["wait=5; foo=bar"], 5),
        (["respond-async, wait=5"], 5),
        (['foo="a, b", wait=5'], 5),
        (["handling=lenient", "wait=5"], 5),
        (["wait=5, wait=7"], 5),
        (["wait=3600"], 30),
        (["wait=99999999999999999999"], 30),
        (["wait=0"], 0),
        (["wait=x, wait=4"], 4),
    ],
)
def test_the_first_wait_holds_within_bounds(values: list[str], seconds: float) -> None:
    assert preferred_wait_s(values, 30) == seconds


@given(st.lists(st.text(st.sampled_from('wait="0129;, \\x\t'), max_size=300), max_size=3))
def test_any_header_gives_a_time_within_bounds(values: list[str]) -> None:
    assert 0 <= preferred_wait_s(values, 30) <= 30

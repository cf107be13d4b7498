from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.judge.margin import MAX_SECONDS, MAX_SHARE, Margin, margin_of


def test_the_margin_is_whichever_is_more():
    assert Margin(0.1, 0.05).of(0.1) == 0.05
    assert Margin(0.1, 0.05).of(2.0) == pytest.approx(0.2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "ms",
        "-5%",
        "10%,",
        "10% 50ms",
        "5%,5%",
        "1s,50ms",
        "1e3ms",
        "10001%",
        "61s",
        "10%,50ms,1s",
        "nan%",
        "\uff11\uff10%",
    ],
)
def test_what_is_no_margin_is_none(text):
    assert margin_of(text) is None


@pytest.mark.parametrize(
    ("text", "margin"),
    [
        ("10%", Margin(0.1, 0.0)),
        ("50ms", Margin(0.0, 0.05)),
        ("0.2s", Margin(0.0, 0.2)),
        (" 10 % , 50 ms ", Margin(0.1, 0.05)),
        ("50ms,10%", Margin(0.1, 0.05)),
        ("0%", Margin(0.0, 0.0)),
    ],
)
def test_a_share_a_time_or_both(text, margin):
    assert margin_of(text) == margin


def test_it_says_itself():
    assert str(Margin()) == "10 % or 50 ms, whichever is more"


@given(st.text(max_size=20))
def test_no_text_crashes_it_and_none_goes_beyond_the_limits(text):
    margin = margin_of(text)
    assert margin is None or (0 <= margin.share <= MAX_SHARE and 0 <= margin.seconds <= MAX_SECONDS)

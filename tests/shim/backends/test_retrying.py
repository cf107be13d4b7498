"""How long an upstream is left alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.backends.retrying import LONGEST_PAUSE_S, SHORTEST_PAUSE_S, pause_s


def longest(_low: float, high: float) -> float:
    return high


@pytest.mark.parametrize("retry_after", ["", "-1", "1.5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 9, "\u0665"])
def test_a_retry_after_that_is_no_number_of_seconds_is_ignored(retry_after: str) -> None:
    assert pause_s(0, 200, retry_after, longest) == 0.2


@pytest.mark.parametrize(
    ("attempt", "retry_ms", "retry_after", "seconds"),
    [
        (0, None, None, 1.0),
        (0, 200, None, 0.2),
        (3, 200, None, 1.6),
        (9, 200, None, LONGEST_PAUSE_S),
        (10_000, 200, None, LONGEST_PAUSE_S),
        (0, 0, None, SHORTEST_PAUSE_S),
        (3, 0, None, 8 * SHORTEST_PAUSE_S),
        (5, 30_000, None, 30.0),
        (0, 200, "2", 3.0),
        (0, 200, "0", 1.5 * SHORTEST_PAUSE_S),
        (0, 200, "99999", 90.0),
    ],
)
def test_the_longest_pause(attempt: int, retry_ms: int | None, retry_after: str | None, seconds: float) -> None:
    assert pause_s(attempt, retry_ms, retry_after, longest) == pytest.approx(seconds)


@given(st.integers(0, 100), st.none() | st.integers(0, 10**12))
def test_clients_do_not_come_back_all_at_once(attempt: int, retry_ms: int | None) -> None:
    most = pause_s(attempt, retry_ms, None, longest)
    pauses = {pause_s(attempt, retry_ms, None, random.Random(seed).uniform) for seed in range(5)}

    assert len(pauses) == 5
    assert all(most / 2 <= pause <= most for pause in pauses)

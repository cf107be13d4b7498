from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.judge.sequential import MAX_RECORDED, evidence, follow, sessions_needed

RUNS = 2_000
LENGTH = 600


@pytest.mark.parametrize(
    ("tolerated", "none", "one"),
    [(0.05, 88, 134), (0.01, 449, 683), (0.005, 901, 1_368), (0.001, 4_512, 6_851)],
)
def test_the_numbers_of_sessions_that_it_takes(tolerated, none, one):
    assert sessions_needed(tolerated) == none
    assert sessions_needed(tolerated, 1) == one
    assert evidence(0, none, tolerated) >= 20 > evidence(0, none - 1, tolerated)
    assert evidence(1, one, tolerated) >= 20 > evidence(1, one - 1, tolerated)


def test_without_a_difference_the_evidence_is_what_exact_fractions_give():
    share, sessions = Fraction(1, 1_000), 4_512
    exact = (1 - (1 - share) ** (sessions + 1)) / (sessions + 1) / share / (1 - share) ** sessions
    assert evidence(0, sessions, 0.001) == pytest.approx(float(exact), rel=1e-9)


def test_before_anything_is_seen_the_evidence_is_one():
    assert evidence(0, 0, 0.01) == pytest.approx(1.0)


@given(sessions=st.integers(0, 300), data=st.data(), tolerated=st.floats(0.001, 0.5))
def test_at_the_tolerated_share_itself_the_next_session_is_worth_nothing_on_average(sessions, data, tolerated):
    """What makes it valid at every look: under the hypothesis the evidence is a martingale."""
    differing = data.draw(st.integers(0, min(sessions, 40)))
    now = evidence(differing, sessions, tolerated)
    expected = tolerated * evidence(differing + 1, sessions + 1, tolerated)
    expected += (1 - tolerated) * evidence(differing, sessions + 1, tolerated)
    assert expected == pytest.approx(now, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.07])
def test_who_looks_after_every_session_and_stops_when_it_suits_is_wrong_in_at_most_one_of_twenty_cases(share):
    """2,000 runs of up to 600 sessions with a true share that is not tolerated; three standard errors of room."""
    line = [next((n for n in range(1, LENGTH + 1) if evidence(k, n, 0.05) >= 20), LENGTH + 1) for k in range(60)]
    chance = random.Random(1)
    wrong = 0
    for _ in range(RUNS):
        differing = 0
        for seen in range(1, LENGTH + 1):
            differing += chance.random() < share
            if differing < len(line) and seen >= line[differing]:
                wrong += 1
                break
    assert wrong / RUNS <= 0.05 + 3 * (0.05 * 0.95 / RUNS) ** 0.5
    assert wrong > 0 or share > 0.05  # a rule that never stops would pass as well


def test_a_trail_says_what_is_lacking():
    trail = follow([False] * 80, 0.05)
    assert not trail.enough
    assert trail.sessions_to_go == 8
    assert str(trail) == "8 more sessions without a difference would show that fewer than 5.00% of sessions differ."


def test_what_was_proven_stays_proven():
    trail = follow([False] * 90 + [True] * 5, 0.05)
    assert trail.values[-1] < 20
    assert trail.enough
    assert trail.sessions_to_go == 0


def test_a_long_trail_is_written_short():
    record = follow([False] * 2_500, 0.001).to_record()
    assert len(record["points"]) <= MAX_RECORDED + 1
    assert record["points"][-1][0] == 2_500


def test_evidence_that_no_float_holds_is_still_enough():
    trail = follow([False] * 3, 0.999_999)
    assert trail.enough
    assert evidence(0, 100_000, 0.5) == float("inf")
    assert evidence(100_000, 100_000, 0.001) == 0.0


def test_a_share_that_is_none_is_an_error():
    with pytest.raises(ValueError, match="tolerated share of 0"):
        evidence(0, 1, 0)

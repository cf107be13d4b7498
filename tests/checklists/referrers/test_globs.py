"""Patterns of IAM: two meet when some text matches both."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.referrers.globs import LONGEST, matches, meet

PATTERN = st.text(alphabet="ab*?", max_size=6)
TEXTS = ["".join(one) for length in range(7) for one in product("ab", repeat=length)]


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None


@given(PATTERN, st.text(alphabet="ab", max_size=6))
def test_a_pattern_matches_what_its_wildcards_stand_for(pattern: str, text: str) -> None:
    assert matches(pattern, text) == _matches(pattern, text)


@given(PATTERN, PATTERN)
def test_patterns_meet_when_some_text_matches_both(first: str, second: str) -> None:
    # The shortest common text of two patterns is no longer than both together; these are short enough to try all.
    if len(first.replace("*", "")) + len(second.replace("*", "")) > 6:
        return
    assert meet(first, second) == any(_matches(first, text) and _matches(second, text) for text in TEXTS)


@given(PATTERN, PATTERN)
def test_meeting_has_no_direction(first: str, second: str) -> None:
    assert meet(first, second) == meet(second, first)


@pytest.mark.parametrize(
    ("pattern", "meets"),
    [
        ("*", True),
        ("arn:aws:execute-api:*:*:*", True),
        ("arn:aws:execute-api:eu-central-1:123456789012:abc/*/POST/@connections/*", True),
        ("arn:aws:execute-api:*:*:*/@connections/*", True),
        ("arn:aws:execute-api:eu-central-?:123456789012:abc/prod/*", True),
        ("arn:aws:execute-api:eu-central-1:123456789012:abd/*", False),
        ("arn:aws:execute-api:us-*:123456789012:abc/*", False),
        ("arn:aws:lambda:*", False),
    ],
)
def test_a_star_reaches_across_colons_and_slashes(pattern: str, meets: bool) -> None:
    assert meet(pattern, "arn:aws:execute-api:eu-central-1:123456789012:abc/*") is meets


def test_a_pattern_that_is_longer_than_any_arn_counts_as_meeting() -> None:
    assert meet("a" * (LONGEST + 1), "b")
    assert not meet("a*" * 1000, "b*")

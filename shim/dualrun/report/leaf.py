"""Where two texts part: what they have in common at both ends, and what differs between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shim.dualrun.report.document import Difference

AROUND: Final = 120
"""Characters shown on each side of what differs."""


@dataclass(frozen=True, slots=True)
class Sided:
    """One side: what it has in common with the other at its beginning and its end, and what is its own."""

    before: str
    own: str
    after: str


def leaf_diff(difference: Difference) -> tuple[Sided | None, Sided | None]:
    """The two sides of a difference; None where there is nothing."""
    legacy, candidate = difference.legacy, difference.candidate
    if legacy is None or candidate is None:
        return (
            None if legacy is None else Sided("", legacy, ""),
            None if candidate is None else Sided("", candidate, ""),
        )
    start = _common(legacy, candidate)
    end = _common(legacy[start:][::-1], candidate[start:][::-1])
    return _sided(legacy, start, end), _sided(candidate, start, end)


def _common(left: str, right: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def _sided(text: str, start: int, end: int) -> Sided:
    before, after = text[:start], text[len(text) - end :]
    if len(before) > AROUND:
        before = f"…{before[-AROUND:]}"
    if len(after) > AROUND:
        after = f"{after[:AROUND]}…"
    return Sided(before, text[start : len(text) - end], after)

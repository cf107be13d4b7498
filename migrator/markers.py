"""The comments that are left in an application for a person: what they look like, in every language.

`ws2sse: RULE: REASON (ws2sse explain RULE)`; a longer one has its reason on more lines. One `grep` finds them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

PREFIX: Final = "ws2sse:"
"""Begins the text of every marker; what writes them and what looks for them both mean this."""

GREP: Final = f'grep -rn "{PREFIX} "'
"""The command that lists all markers of the current folder."""


def opening(rule: str) -> str:
    """How every marker of the rule begins; a statement gets one of each rule at most."""
    return f"{PREFIX} {rule}:"


def pointer(rule: str) -> str:
    """Where the page of the rule is, for whoever meets a marker."""
    return f"(ws2sse explain {rule})"


def marker(rule: str, reason: str) -> str:
    """The text of a marker on one line, whatever the reason quotes."""
    return f"{opening(rule)} {' '.join(reason.split())} {pointer(rule)}"


def has_marker(comments: Iterable[str], rule: str) -> bool:
    return any(opening(rule) in comment for comment in comments)

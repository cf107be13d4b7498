"""Numbers and lists in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_BETWEEN: Final = re.compile(r"(, | or )")


def count(number: int, noun: str) -> str:
    """'1 site', '2 sites', '2 policies', '2 addresses', '2 sites of the code', '2 roles or policies'."""
    if number == 1:
        return f"1 {noun}"
    head, of, whole = noun.partition(" of ")
    return f"{number} {''.join(map(_plural, _BETWEEN.split(head)))}{of}{whole}"


def _plural(word: str) -> str:
    if _BETWEEN.fullmatch(word):
        return word
    if word.endswith(("s", "x", "ch")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"


def listed(names: Sequence[str], most: int = 5) -> str:
    """'a, b and 3 more'."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"

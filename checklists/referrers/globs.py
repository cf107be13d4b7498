"""Whether two patterns of IAM can mean the same text.

`*` stands for any text, also across colons; `?` for one character.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 2_048
"""Characters of a pattern that are compared; IAM's ARNs are no longer. A longer one counts as meeting everything."""


@lru_cache(maxsize=65_536)
def meet(first: str, second: str) -> bool:
    """Whether some text matches both patterns."""
    if len(first) > LONGEST or len(second) > LONGEST:
        return True
    first, second = (re.sub(r"\*+", "*", one) for one in (first, second))
    if not set("*?") & set(first):
        return matches(second, first)
    if not set("*?") & set(second):
        return matches(first, second)
    return _meet(first, second)


def matches(pattern: str, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = ("[^\\n]*" if c == "*" else "[^\\n]" if c == "?" else re.escape(c) for c in re.sub(r"\*+", "*", pattern))
    return re.compile("".join(parts))


def _meet(first: str, second: str) -> bool:
    """`row[j]`: whether what is left of `first` and `second[j:]` have a text in common."""
    width = len(second)
    below = [False] * (width + 1)
    below[width] = True
    for j in reversed(range(width)):
        below[j] = second[j] == "*" and below[j + 1]
    for i in reversed(range(len(first))):
        here, row = first[i], [False] * (width + 1)
        row[width] = here == "*" and below[width]
        for j in reversed(range(width)):
            there = second[j]
            if here == "*" or there == "*":
                row[j] = below[j] or row[j + 1]
            else:
                row[j] = below[j + 1] and (here == there or "?" in {here, there})
        below = row
    return below[0]

"""`Prefer: wait`: https://www.rfc-editor.org/rfc/rfc7240#section-4.3"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_HEADER = 256
"""Characters of a `Prefer` header that is read; a longer one is passed over."""

_WAIT = re.compile(r'wait[ \t]*(?:=[ \t]*(?:"([0-9]+)"|([0-9]+)|""))?[ \t]*(?:;.*)?', re.IGNORECASE | re.DOTALL)


def preferred_wait_s(values: Iterable[str], longest_s: float) -> float:
    """How long an answer is waited for, in seconds; 0: not at all.

    `wait` without a number takes `longest_s`, and more than that is cut to it. As the RFC wants it, the first `wait`
    holds, and preferences that can't be read, or are unknown, are passed over.
    """
    for value in values:
        for preference in _split(value) if len(value) <= LONGEST_HEADER else ():
            found = _WAIT.fullmatch(preference)
            if found is not None:
                digits = found[1] or found[2]
                return longest_s if digits is None else min(float(digits[:9]), longest_s)
    return 0.0


def _split(value: str) -> list[str]:
    """At commas that stand in no quoted string."""
    return [part.strip() for part in re.findall(r'(?:"(?:\\.|[^"\\])*"|[^,"]|")+', value, re.DOTALL)]

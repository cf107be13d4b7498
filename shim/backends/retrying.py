"""How long to wait before the upstream is asked again."""

from __future__ import annotations

from collections.abc import Callable

SHORTEST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 10.0
"""What doubling leads to; an upstream may ask for more by `retry:`."""

LONGEST_RETRY_AFTER_S = 60.0
"""More than this is not believed."""

Jitter = Callable[[float, float], float]
"""`random.uniform`: any number between the two."""


def pause_s(attempt: int, retry_ms: int | None, retry_after: str | None, jitter: Jitter) -> float:
    """Seconds before the attempt (from 0).

    `Retry-After` in seconds, and up to half of it more; its date form is not read. Without it `retry_ms` (None: a
    second), doubled with each attempt, less up to half of it.
    """
    if retry_after is not None and retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 6:
        asked = max(SHORTEST_PAUSE_S, min(float(retry_after), LONGEST_RETRY_AFTER_S))
        return jitter(asked, asked * 1.5)
    base = max(1.0 if retry_ms is None else retry_ms / 1000, SHORTEST_PAUSE_S)
    longest = min(base * 2 ** min(attempt, 20), max(LONGEST_PAUSE_S, base))
    return jitter(longest / 2, longest)

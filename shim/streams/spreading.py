"""When clients that were refused may come back: by chance, so that they don't come at once.

Callers of `@connections` as well: AWS's SDK for JavaScript waits so long, or for its own pause and 5 s more if that is
less; that for Python has a pause of its own by chance, and reads `x-amz-retry-after` alone. Neither wants a fixed one.
https://github.com/smithy-lang/smithy-typescript https://github.com/boto/botocore
"""

from __future__ import annotations

import random
from typing import Final

FULL_S: Final = 5
"""The least number of seconds to wait when `StreamLimits.connections` are open."""

AWAY_S: Final = 1
"""The same while what keeps the connections does not answer."""

BUSY_S: Final = 1
"""The same while something that was asked for before is still under way."""


def spread_s(least: int) -> int:
    """For `Retry-After`: whole seconds, up to twice as much more."""
    return random.randint(least, 3 * least)  # noqa: S311 - it hides nothing


def retry_after(least: int) -> dict[str, str]:
    """The header."""
    return {"Retry-After": str(spread_s(least))}

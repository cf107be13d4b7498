"""When clients that were refused may come back: by chance, so that they don't come at once."""

from __future__ import annotations

import random
from typing import Final

FULL_S: Final = 5
"""The least number of seconds to wait when `StreamLimits.connections` are open."""

AWAY_S: Final = 1
"""The same while what keeps the connections does not answer."""


def spread_s(least: int) -> int:
    """For `Retry-After`: whole seconds, up to twice as much more."""
    return random.randint(least, 3 * least)  # noqa: S311 - it hides nothing

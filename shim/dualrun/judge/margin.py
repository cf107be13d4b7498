"""How much slower the new path may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

MAX_SHARE: Final = 100.0
MAX_SECONDS: Final = 60.0

ALLOWED: Final = "a share, a time, or both, such as 10%, 50ms, 0.2s or 10%,50ms; at most 10000% and 60s"

_PART: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*(%|ms|s)", re.ASCII)
_SECONDS: Final = {"ms": 0.001, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Margin:
    """How much slower is not worse: `share` of the legacy quantile, or `seconds`, whichever is more.

    The defaults are 10 % and 50 ms, about what people don't notice.
    """

    share: float = 0.10
    seconds: float = 0.050

    def of(self, legacy: float) -> float:
        return max(self.share * legacy, self.seconds)

    def __str__(self) -> str:
        return f"{100 * self.share:g} % or {1000 * self.seconds:g} ms, whichever is more"

    def to_record(self) -> dict[str, Any]:
        return {"share": self.share, "seconds": self.seconds}


def margin_of(text: str) -> Margin | None:
    """'10%', '50ms', '0.2s', or a share and a time with a comma between; what is not given is 0. None for another text,
    and for more than MAX_SHARE or MAX_SECONDS."""
    parts = [_PART.fullmatch(part.strip()) for part in text.split(",")]
    given = [(float(part[1]), part[2]) for part in parts if part is not None]
    shares = [number / 100 for number, unit in given if unit == "%"]
    times = [number * _SECONDS[unit] for number, unit in given if unit != "%"]
    if len(given) < len(parts) or len(shares) > 1 or len(times) > 1:
        return None
    margin = Margin(*(shares or [0.0]), *(times or [0.0]))
    return margin if margin.share <= MAX_SHARE and margin.seconds <= MAX_SECONDS else None

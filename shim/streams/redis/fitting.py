"""Options each of which is allowed, and that do not go together."""

from __future__ import annotations

import math
from typing import Literal

Unit = Literal["s", "ms"]


class OptionsDoNotFit(ValueError):
    """Raised when `option` is `found`, and because `beside` is `beside_s` seconds may be no more than `most`, both in
    `unit`. `why`: the end of the sentence."""

    def __init__(
        self, option: str, found: float, most: float, unit: Unit, *, beside: str, beside_s: float, why: str
    ) -> None:
        self.option, self.found, self.most, self.unit = option, found, most, unit
        self.beside, self.beside_s, self.why = beside, beside_s, why
        super().__init__(option, found, most, unit, beside, beside_s, why)

    def __str__(self) -> str:
        return f"{self.option} is {self.found_words}; allowed: {self.allowed}"

    @property
    def found_words(self) -> str:
        return f"{self.found:g} {self.unit}"

    @property
    def allowed(self) -> str:
        """With what can be done."""
        most = math.floor(self.most * 1000) / 1000
        return (
            f"at most {most:.10g} {self.unit} while {self.beside} is {self.beside_s:g} s, since {self.why}: "
            "change one of the two"
        )

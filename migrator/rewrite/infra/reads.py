"""What code that goes on running reads of its environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reads:
    """`still`: whether code that goes on running in functions reads a variable of its environment; `address`: the
    value that takes the place of the API's address in a variable that is still read, None when there is none."""

    still: Callable[[str], bool]
    address: str | None

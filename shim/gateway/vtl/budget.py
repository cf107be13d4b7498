"""What an evaluation may still spend."""

from __future__ import annotations

from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.limits import MADE_CHARACTERS, OUTPUT_CHARACTERS, STEPS


class Budget:
    """Of one evaluation. Each method raises Refusal when a limit is passed."""

    __slots__ = ("_characters", "_steps")

    def __init__(self) -> None:
        self._steps = STEPS
        self._characters = MADE_CHARACTERS

    def spend(self, steps: int = 1) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise Refusal(f"it takes more than {STEPS} steps")

    def room(self, characters: int) -> None:
        """Asked before a text of this length is made."""
        if characters > OUTPUT_CHARACTERS:
            raise Refusal(f"it makes a text of more than {OUTPUT_CHARACTERS} characters")
        self._characters -= characters
        if self._characters < 0:
            raise Refusal(f"it makes texts of more than {MADE_CHARACTERS} characters")

    def made(self, text: str) -> str:
        """The text, accounted for."""
        self.room(len(text))
        return text

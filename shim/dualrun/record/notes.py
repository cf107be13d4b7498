"""What is odd about a file that can be used all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoteKind = Literal[
    "cut_off", "no_end", "clock_jumped", "events_missing", "repeated", "left_out", "times_guessed", "secrets_kept"
]


@dataclass(frozen=True, slots=True)
class Note:
    """line: 1-based; 0 when it is about the whole file. sentence: without the place, and without a full stop."""

    kind: NoteKind
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}." if self.line else f"{self.sentence}."

"""How a run ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Ending:
    """done: all that there is to do. waiting: for time, or for a person. stopped: the world is not as the plan has it,
    or somebody still comes. failed: AWS refused, or did not answer.

    words: sentences for people, the first of which says what happened. come_back: when there is something to do again.
    """

    kind: Literal["done", "waiting", "stopped", "failed"]
    words: tuple[str, ...]
    step: str = ""
    come_back: datetime | None = None

    @property
    def exit_status(self) -> int:
        return {"done": 0, "stopped": 1, "failed": 2, "waiting": 3}[self.kind]


class Stopped(Exception):
    """Raised within a run to end it."""

    def __init__(self, kind: Literal["waiting", "stopped", "failed"], *words: str) -> None:
        self.kind, self.words = kind, words
        super().__init__(kind, *words)

"""What can be wrong with what a cost estimate is made from.

ChecklistError
├── PricesInvalid(path, problem)
└── BillNotRead(path, problem)
"""

from __future__ import annotations

from pathlib import Path

from checklists.errors import ChecklistError


class PricesInvalid(ChecklistError):
    """Raised for a file of prices that can't be used; no estimate is made from a part of it."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} is no file of prices that can be used: {self.problem}. docs/reference/prices.md shows one."


class BillNotRead(ChecklistError):
    """Raised for a file of cached bills that is damaged: reading it wrong would show wrong money."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} holds no bill that can be read: {self.problem}. Delete it to ask Cost Explorer again."

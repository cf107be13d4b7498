"""What can be wrong with what a checklist is made from. Each error carries its fields and builds its sentence.

ChecklistError
├── DocumentDamaged(line, problem)
├── StartAlreadyRecorded(recorded, given)
└── VerifyReportInvalid(path, problem)
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from migrator.errors import WsSseError


class ChecklistError(WsSseError):
    """Nothing is rendered, so that nobody's words are overwritten."""


class DocumentDamaged(ChecklistError):
    """Raised when the previous checklist can't be read without a risk of losing what people wrote in it."""

    def __init__(self, line: int, problem: str) -> None:
        self.line, self.problem = line, problem
        super().__init__(line, problem)

    def __str__(self) -> str:
        return (
            f"The existing checklist can't be read safely: line {self.line}: {self.problem}. "
            "Nothing was overwritten. Repair that line, or move the file away to begin anew."
        )


class StartAlreadyRecorded(ChecklistError):
    """Raised when a start date is given for a checklist that began on another day."""

    def __init__(self, recorded: date, given: date) -> None:
        self.recorded, self.given = recorded, given
        super().__init__(recorded, given)

    def __str__(self) -> str:
        return (
            f"The existing checklist started on {self.recorded}, so it can't start on {self.given}. "
            "Nothing was overwritten. To move all deadlines, change `started=` in its first line."
        )


class VerifyReportInvalid(ChecklistError):
    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} is not a verify report that this version reads: {self.problem}."

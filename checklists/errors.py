"""What can be wrong with what a checklist is made from. Each error carries its fields and builds its sentence.

ChecklistError
├── DocumentDamaged(line, problem)
├── StartAlreadyRecorded(recorded, given)
├── VerifyReportInvalid(path, problem)
├── SettingInvalid(path, key, problem)
├── NameUnknown(path, key, what, name, known)
├── DependencyCycle(path, ids)
├── EstateInvalid(path, problem)
├── HistoryDamaged(path, line, problem)
└── RunUnknown(path, name, known)
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from pathlib import Path

from migrator.errors import WsSseError, meant


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


class SettingInvalid(ChecklistError):
    """Raised for a value in the settings of a checklist or its catalogue that can't be meant."""

    def __init__(self, path: Path, key: str, problem: str) -> None:
        self.path, self.key, self.problem = path, key, problem
        super().__init__(path, key, problem)

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.problem}."


class NameUnknown(ChecklistError):
    """Raised for a key, an item, a phase, a probe that there is not."""

    def __init__(self, path: Path, key: str, what: str, name: str, known: tuple[str, ...]) -> None:
        self.path, self.key, self.what, self.name, self.known = path, key, what, name, known
        super().__init__(path, key, what, name, known)

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: there is no {self.what} {self.name}. {meant(self.name, self.known)}"


class DependencyCycle(ChecklistError):
    """Raised when items wait for each other in a circle: none of them could ever begin."""

    def __init__(self, path: Path, ids: tuple[str, ...]) -> None:
        self.path, self.ids = path, ids
        super().__init__(path, ids)

    def __str__(self) -> str:
        return f"{self.path}: these items wait for each other: {' -> '.join((*self.ids, self.ids[0]))}."


class EstateInvalid(ChecklistError):
    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path} is not a survey of AWS that this version reads: {self.problem}."


class HistoryDamaged(ChecklistError):
    """Raised for a line of the history that can't be read, unless it is the last, which a crash may have cut."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        super().__init__(path, line, problem)

    def __str__(self) -> str:
        return (
            f"{self.path}: line {self.line} can't be read: {self.problem}. Nothing was written. Restore the line from "
            "version control."
        )


class RunUnknown(ChecklistError):
    """Raised for a run that the history does not hold."""

    def __init__(self, path: Path, name: str, known: tuple[str, ...]) -> None:
        self.path, self.name, self.known = path, name, known
        super().__init__(path, name, known)

    def __str__(self) -> str:
        if not self.known:
            return f"{self.path} holds no run {self.name}: record one with ws2sse checklist APP --record."
        close = get_close_matches(self.name, self.known, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"The last ones are: {', '.join(self.known[-5:])}."
        return f"{self.path} holds no run that only {self.name} means. {hint}"

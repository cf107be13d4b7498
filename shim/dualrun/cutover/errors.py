"""What can go wrong with a cut-over. Each error carries its fields and builds its sentence from them.

CutoverError
├── CutoverInvalid(option, problem)
├── ChangeRefused(problem, number)
├── JournalUnwritable(path, reason)
└── JournalBroken(path, line, problem)
"""

from __future__ import annotations

from pathlib import Path

from shim.faces.options import InvalidFaceOptions


class CutoverError(Exception):
    """A cut-over can't go on as it was asked to."""


class CutoverInvalid(InvalidFaceOptions):
    """Raised for options that contradict one another or can't be read."""


class ChangeRefused(CutoverError):
    """Raised for a change that is against the rules now. `number`: of the journal's last entry."""

    def __init__(self, problem: str, number: int) -> None:
        self.problem, self.number = problem, number
        super().__init__(problem, number)

    def __str__(self) -> str:
        return f"Nothing was changed: {self.problem}."


class JournalUnwritable(CutoverError):
    """Raised when an entry did not reach the disk, so that what it says does not hold either."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"Nothing was changed: the journal {self.path} can't be written ({self.reason})."


class JournalBroken(CutoverError):
    """Raised when the journal is not what was written. `line`: 1-based."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        super().__init__(path, line, problem)

    def __str__(self) -> str:
        return f"The journal {self.path} can't be trusted from line {self.line} on: {self.problem}."

"""Errors that a person reads. Each carries its fields and builds its sentence from them.

WsSseError
├── ApplicationNotFound(path)
├── ApplicationEmpty(path, looked_for)
├── OutputNotEmpty(path, entries)
├── OutputNotWritable(path, reason)
├── OutputInsideApplication(path, application)
├── AccountDoesNotClose(differences)
├── RewriteInvalid(path, problem)
├── RunCrashed(how, path, crashes)
└── ConfigurationInvalid(path, key, found, allowed)
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path


class WsSseError(Exception):
    """Ends a command with status 2 and its sentence on stderr."""


def meant(name: str, known: Sequence[str]) -> str:
    """A sentence for the end of an error about a name that is not known: the closest one that is, or all of them."""
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known) or 'none'}."


class ApplicationNotFound(WsSseError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        if self.path.exists():
            return f"{self.path} is a file; give the folder that holds the application."
        return f"There is no folder {self.path}; give the one that holds serverless.yml, template.yaml or the handlers."


class ApplicationEmpty(WsSseError):
    def __init__(self, path: Path, looked_for: tuple[str, ...]) -> None:
        self.path, self.looked_for = path, looked_for
        super().__init__(path, looked_for)

    def __str__(self) -> str:
        return (
            f"Nothing in {self.path} belongs to an API Gateway WebSocket API. "
            f"Looked for {', '.join(self.looked_for)}. Give the folder that holds them."
        )


class OutputNotEmpty(WsSseError):
    def __init__(self, path: Path, entries: int) -> None:
        self.path, self.entries = path, entries
        super().__init__(path, entries)

    def __str__(self) -> str:
        what = "is a file" if self.path.is_file() else f"already holds {self.entries} entries"
        return f"{self.path} {what}; nothing was written. Give a new or empty folder."


class OutputNotWritable(WsSseError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} can't be written ({self.reason}); nothing was written."


class OutputInsideApplication(WsSseError):
    def __init__(self, path: Path, application: Path) -> None:
        self.path, self.application = path, application
        super().__init__(path, application)

    def __str__(self) -> str:
        return f"{self.path} lies inside of {self.application}; nothing was written. Give a folder outside of it."


class AccountDoesNotClose(WsSseError):
    def __init__(self, differences: list[str]) -> None:
        self.differences = differences
        super().__init__(differences)

    def __str__(self) -> str:
        listed = "\n".join(f"  {difference}" for difference in self.differences)
        return f"The account of sites does not close, so nothing was written. This is a bug in ws2sse:\n{listed}"


class RunCrashed(WsSseError):
    """Raised when a run's process died, and leaving a file out did not help. `path`: what was with a parser then."""

    def __init__(self, how: str, path: str | None, crashes: int) -> None:
        self.how, self.path, self.crashes = how, path, crashes
        super().__init__(how, path, crashes)

    def __str__(self) -> str:
        where = f"while {self.path} was parsed" if self.path else "while no file was being parsed"
        before = f", after {self.crashes} other files" if self.crashes else ""
        return f"The run ended {where}{before}: {self.how}. Leave the file or its folder out, and report it as our bug."


class RewriteInvalid(WsSseError):
    def __init__(self, path: str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return (
            f"The rewritten {self.path} is not valid ({self.problem}), so nothing was written. This is a bug in ws2sse."
        )


class ConfigurationInvalid(WsSseError):
    def __init__(self, path: Path, key: str, found: str, allowed: str) -> None:
        self.path, self.key, self.found, self.allowed = path, key, found, allowed
        super().__init__(path, key, found, allowed)

    def __str__(self) -> str:
        return f"{self.path}: {self.key} is {self.found}; allowed: {self.allowed}."

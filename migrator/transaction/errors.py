"""What can stand in the way of writing, or of taking it back.

WsSseError
├── PlanStale(path, planned_sha, found_sha)
├── PlanUnreadable(path, reason)
├── PlaceTaken(path)
├── PathIsLink(path)
├── PathLeavesFolder(path)
├── TreeDirty(application, paths)
├── RunInterrupted(folder, journal)
├── NothingToUndo(folder)
├── NothingToResume(folder)
├── ChangedSince(folder, paths)
└── JournalUnreadable(path, reason)
"""

from __future__ import annotations

from pathlib import Path

from migrator.errors import WsSseError

SHOWN = 12
"""Paths that a sentence lists before it says how many more there are."""


def listed(paths: tuple[str, ...]) -> str:
    """One a line."""
    more = f"\n  and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return "".join(f"\n  {path}" for path in paths[:SHOWN]) + more


class PlanStale(WsSseError):
    """Raised when a file is not as it was when the plan was made."""

    def __init__(self, path: str, planned_sha: str | None, found_sha: str | None) -> None:
        self.path, self.planned_sha, self.found_sha = path, planned_sha, found_sha
        super().__init__(path, planned_sha, found_sha)

    def __str__(self) -> str:
        planned = f"SHA-256 {self.planned_sha[:12]}…" if self.planned_sha else "no file there"
        found = f"{self.found_sha[:12]}…" if self.found_sha else "no file there"
        return (
            f"{self.path} has changed since the plan was made (planned for {planned}, found {found}); "
            "nothing was written. Make the plan again."
        )


class PlanUnreadable(WsSseError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} is not a plan of this version of ws2sse ({self.reason}). Make it anew with migrate --plan."


class PlaceTaken(WsSseError):
    """Raised in place, where a new file has the name of one that is there."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return (
            f"{self.path} is there already, and the migration would write a file of that name; nothing was written. "
            "Move it, or write to a new folder with --out."
        )


class PathIsLink(WsSseError):
    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return f"{self.path} is a symbolic link, or lies behind one; nothing was written. Links are not followed."


class PathLeavesFolder(WsSseError):
    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return f"{self.path} would be written outside of the folder; nothing was written."


class TreeDirty(WsSseError):
    """Raised in place, off a terminal, when git has changes that are not committed."""

    def __init__(self, application: Path, paths: tuple[str, ...]) -> None:
        self.application, self.paths = application, paths
        super().__init__(application, paths)

    def __str__(self) -> str:
        return (
            f"{self.application} has {len(self.paths)} changes that are not committed; nothing was written. "
            f"Commit or stash them, or give --allow-dirty:{listed(self.paths)}"
        )


class RunInterrupted(WsSseError):
    """Raised when an earlier run ended between two files."""

    def __init__(self, folder: Path, journal: str) -> None:
        self.folder, self.journal = folder, journal
        super().__init__(folder, journal)

    def __str__(self) -> str:
        return (
            f"A run in {self.folder} was interrupted while it wrote ({self.journal}). "
            f"`ws2sse resume {self.folder}` finishes it, `ws2sse undo {self.folder}` takes it back."
        )


class NothingToUndo(WsSseError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(folder)

    def __str__(self) -> str:
        return f"{self.folder} has no journal of ws2sse, so there is nothing to undo."


class NothingToResume(WsSseError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(folder)

    def __str__(self) -> str:
        return f"No run in {self.folder} was interrupted, so there is nothing to resume."


class ChangedSince(WsSseError):
    """Raised when files are neither as they were before the run nor as it wrote them."""

    def __init__(self, folder: Path, paths: tuple[str, ...]) -> None:
        self.folder, self.paths = folder, paths
        super().__init__(folder, paths)

    def __str__(self) -> str:
        return (
            f"{len(self.paths)} files in {self.folder} have changed since ws2sse wrote them, so nothing was touched. "
            f"Put them back as they were, or move them elsewhere:{listed(self.paths)}"
        )


class JournalUnreadable(WsSseError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} is not a journal of this version of ws2sse ({self.reason}); nothing was touched."

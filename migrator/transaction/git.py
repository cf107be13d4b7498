"""What git says of a folder."""

from __future__ import annotations

from pathlib import Path

from migrator.git import ask_git


def uncommitted(folder: Path) -> tuple[str, ...] | None:
    """Tracked files below the folder with changes, as git lists them; None when it is in no repository or git is
    not installed. Programs that the repository's configuration names are not run."""
    told = ask_git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return None if told is None else tuple(told.splitlines())

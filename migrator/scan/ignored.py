"""What git is told to ignore: built files, caches, secrets of one machine."""

from __future__ import annotations

from pathlib import Path

from migrator.git import ask_git


def ignored(root: Path) -> frozenset[str]:
    """Paths below `root`, folders with a slash at the end; empty outside of a repository or without git."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return frozenset()
    told = ask_git(
        root,
        *("-c", "core.quotePath=false", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
        errors="surrogateescape",
    )
    return frozenset((told or "").split("\0")) - {""}

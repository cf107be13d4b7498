"""What the history of the repository tells: which commit this is, and which one took the last of the code out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from checklists.facts import Removal
from migrator.git import ask_git

WORDS: Final = ("post_to_connection", "apigatewaymanagementapi")
"""What only server code of the WebSocket path holds."""
LIMIT_S: Final = 20.0
"""For each word: git reads every commit until it finds one."""


def commit_of(app: Path) -> str:
    """The commit that is checked out, 40 or 64 hex digits; empty outside of a repository."""
    return (ask_git(app, "rev-parse", "--verify", "--quiet", "HEAD", timeout_s=10) or "").strip()


def removals(app: Path) -> tuple[Removal, ...]:
    """For each word that the history knows: the newest commit that changed how often it stands in the application."""
    found = []
    for word in WORDS:
        told = ask_git(
            app,
            "log",
            "-1",
            "--no-textconv",
            "--no-ext-diff",
            "--format=%H%x00%cI%x00%an",
            "-S",
            word,
            "--",
            ".",
            timeout_s=LIMIT_S,
        )
        parts = (told or "").strip("\n").split("\0")
        if len(parts) == 3:
            commit, at, author = parts
            found.append(Removal(word, commit, datetime.fromisoformat(at), author))
    return tuple(found)

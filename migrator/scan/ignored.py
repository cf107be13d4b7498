"""What git is told to ignore: built files, caches, secrets of one machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def ignored(root: Path) -> frozenset[str]:
    """Paths below `root`, folders with a slash at the end; empty outside of a repository or without git.

    Programs that the repository's configuration names are not run.
    """
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return frozenset()
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-C", str(root), "ls-files", "-z"]
    try:
        told = subprocess.run(  # noqa: S603 - git, with arguments of ours
            [*command, "--others", "--ignored", "--exclude-standard", "--directory"],
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(os.fsdecode(told.stdout).split("\0")) - {""} if told.returncode == 0 else frozenset()

"""What git says of a folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def uncommitted(folder: Path) -> tuple[str, ...] | None:
    """Tracked files below the folder with changes, as git lists them; None when it is in no repository or git is
    not installed. Programs that the repository's configuration names are not run."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), "status", "--porcelain", "--untracked-files=no"]
    try:
        told = subprocess.run(  # noqa: S603 - git, with arguments of ours
            [*command, "--", "."],
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tuple(told.stdout.splitlines()) if told.returncode == 0 else None

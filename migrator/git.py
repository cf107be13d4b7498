"""Questions to git, which reads and never runs what a repository's configuration names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

_QUIET: Final = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "log.showSignature=false",
    "protocol.allow=never",
)
"""No daemon, no hook, no pager, no gpg; and nothing is fetched, as a partial clone would to answer."""


def ask_git(folder: Path, *arguments: str, timeout_s: float = 60, errors: str = "replace") -> str | None:
    """What git prints; None when the folder is in no repository, git is not installed, or it took too long.

    `errors`: what becomes of bytes that are no UTF-8; 'surrogateescape' for paths that are looked up again.
    """
    command = ["git", *(word for setting in _QUIET for word in ("-c", setting)), "-C", str(folder)]
    try:
        told = subprocess.run(  # noqa: S603 - git, with arguments of ours
            [*command, *arguments],
            env={
                **os.environ,
                "GIT_OPTIONAL_LOCKS": "0",
                "GIT_NO_LAZY_FETCH": "1",
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors=errors,
            check=False,
            timeout=timeout_s,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout if told.returncode == 0 else None

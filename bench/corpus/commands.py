"""One command as a child process, with limits, and what it took."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

MEMORY_LIMIT = 6 << 30
"""Bytes of address space that a child may have."""


@dataclass(frozen=True)
class Ended:
    """`status`: None when it was killed for taking too long."""

    status: int | None
    seconds: float
    out: str
    said: str

    @property
    def last_line(self) -> str:
        lines = [line for line in self.said.splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""

    @property
    def crashed(self) -> bool:
        """Whether it ended by a signal, by a traceback, or not at all."""
        return self.status is None or self.status < 0 or "Traceback (most recent call last)" in self.said


def python(arguments: Sequence[str], limit_s: float, environment: Mapping[str, str] | None = None) -> Ended:
    """`python ARGUMENTS`, ended with all that it started after `limit_s` seconds."""
    begun = monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            env={**os.environ, "COLUMNS": "200", **(environment or {})},
            start_new_session=True,
            preexec_fn=_limit,  # noqa: PLW1509 - the child does nothing but exec
        )
        late = threading.Event()
        timer = threading.Timer(limit_s, lambda: (late.set(), _kill(process)))
        timer.start()
        try:
            status = process.wait()
        finally:
            timer.cancel()
            _kill(process)
        return Ended(None if late.is_set() else status, monotonic() - begun, _text(out), _text(said))


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    ).stdout.strip()


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")

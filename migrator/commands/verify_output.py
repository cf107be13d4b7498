"""What `ws2sse verify` writes to and shows while it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from migrator.console import stderr_console
from shim.dualrun.replay.driver import Progress as TellProgress
from shim.dualrun.report.forms import SUFFIXES, Form


def report_files(paths: Sequence[Path], form: Form) -> list[tuple[Path, Form]]:
    """A name that says no form takes that of --format; found before anything runs."""
    files: list[tuple[Path, Form]] = []
    for path in paths:
        wanted = SUFFIXES.get(path.suffix.lower(), form)
        if wanted == "text" and path.suffix.lower() not in SUFFIXES:
            endings = ", ".join(SUFFIXES)
            raise click.UsageError(f"--report {path}: the name ends in none of {endings}, and no --format is given.")
        files.append((path, wanted))
    return files


@contextmanager
def session_progress(total: int) -> Iterator[TellProgress]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr_console(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("starting", total=total or None)
        yield lambda session, index, total: bar.update(task, description=session, completed=index - 1, total=total)

"""The folder of `ws2sse verify --repro`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from migrator.console import say
from migrator.writing import write_file
from shim.dualrun.record.identity import Identity
from shim.dualrun.replay.driver import Progress
from shim.dualrun.report.report import Report
from shim.dualrun.report.repro.write import repro_files, write_runs


def write_repro(folder: Path, report: Report, *, app: Path, new: Path, identities: Sequence[Identity]) -> None:
    """Says what was written, or that nothing was. Raises RecordingUnwritable, or WsSseError."""
    if report.shortest is None:
        say("There is nothing to reproduce: no unexplained difference was found.")
        return
    known = {identity.name: identity for identity in identities}
    files = repro_files(report.shortest, folder, legacy=str(app), candidate=str(new), identities=known)
    for name, text in files.items():
        write_file(folder / name, text)
    write_runs(report.shortest, folder, report.application)
    say(f"Wrote {folder}: {len(report.shortest.session.steps)} steps that show the first difference.")


def telling(progress: Progress, total: int) -> Callable[[str], None]:
    """Shows what is done once all `total` sessions have been."""
    return lambda words: progress(words, total + 1, total)

"""The folder of `ws2sse verify --repro`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from migrator.console import say
from migrator.writing import write_file
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.writer import write_recordings
from shim.dualrun.replay.driver import Progress
from shim.dualrun.report.report import Report
from shim.dualrun.report.repro.write import repro_of


def write_repro(
    folder: Path, report: Report, *, app: Path, new: Path, identities: Sequence[Identity], redact: Collection[str]
) -> None:
    """Says what was written, or that nothing was. `redact`: paths of a Redactor.

    Raises RecordingUnwritable, or WsSseError.
    """
    if report.shortest is None:
        say("There is nothing to reproduce: no unexplained difference was found.")
        return
    known = {identity.name: identity for identity in identities}
    made = repro_of(
        report.shortest,
        folder,
        legacy=str(app),
        candidate=str(new),
        application=report.application,
        identities=known,
        redact=redact,
    )
    for name, text in made.texts.items():
        write_file(folder / name, text)
    for name, parts in made.recordings.items():
        write_recordings(folder / name, parts)
    say(f"Wrote {folder}: {len(report.shortest.session.steps)} steps that show the first difference.")


def telling(progress: Progress, total: int) -> Callable[[str], None]:
    """Shows what is done once all `total` sessions have been."""
    return lambda words: progress(words, total + 1, total)

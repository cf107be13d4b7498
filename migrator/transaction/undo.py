"""The way back, and the way on: by hash, so that nothing that somebody else wrote is lost."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from migrator.transaction.disk import inside, remove_empty, sha256_of, sync
from migrator.transaction.errors import ChangedSince, NothingToUndo
from migrator.transaction.journal import Journal, journals, sweep


@dataclass(frozen=True)
class Undone:
    """What was taken back."""

    removed: int
    """Files that the run had added."""
    restored: int
    """Files that are as they were before the run."""
    kept: int
    """Files in a folder that the run had made which are not the run's own, and stay; 0 in place."""


def undo(folder: Path) -> Undone:
    """Takes back the last run that wrote into `folder`, also one that was interrupted.

    Raises NothingToUndo, JournalUnreadable, or ChangedSince; then nothing was touched.
    """
    known = journals(folder)
    if not known:
        sweep(folder)
        raise NothingToUndo(folder)
    return take_back(known[-1], folder)


def take_back(journal: Journal, folder: Path) -> Undone:
    """Raises ChangedSince before anything is touched. Can be run again after a crash."""
    found = {file.path: sha256_of(inside(folder, file.path)) for file in journal.files}
    changed = [f.path for f in journal.files if found[f.path] not in {None, f.before_sha256, f.after_sha256}]
    lost = [f.path for f in journal.files if found[f.path] is None and f.before_sha256 is not None]
    if changed or lost:
        raise ChangedSince(folder, tuple(sorted((*changed, *lost))))
    removed = restored = 0
    for file in journal.files:
        if found[file.path] == file.before_sha256 or found[file.path] is None:
            continue
        if file.before_sha256 is None:
            inside(folder, file.path).unlink()
            removed += 1
        else:
            _restore(journal, folder, file.path)
            restored += 1
    remove_empty(folder, [file.path for file in journal.files if file.before_sha256 is None])
    journal.remove(folder)
    kept = 0
    if journal.kind == "new_folder":
        kept = sum(len(files) for _folder, _folders, files in os.walk(folder))
        if not any(folder.iterdir()):
            folder.rmdir()
    return Undone(removed, restored, kept)


def _restore(journal: Journal, folder: Path, path: str) -> None:
    """By a copy and a rename, so that the kept one is there until the journal goes."""
    target = inside(folder, path)
    fresh = journal.before(folder).with_name("restoring")
    shutil.copy2(journal.before(folder) / path, fresh)
    fresh.replace(target)
    sync(target.parent)

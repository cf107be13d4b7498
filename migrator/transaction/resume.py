"""Finishes a run that was interrupted while it wrote."""

from __future__ import annotations

from pathlib import Path

from migrator.transaction.disk import inside, sha256_of
from migrator.transaction.errors import ChangedSince, NothingToResume
from migrator.transaction.in_place import put_in_place
from migrator.transaction.journal import Journal, journals


def resume(folder: Path) -> Journal:
    """Raises NothingToResume, JournalUnreadable, or ChangedSince; then nothing was touched."""
    waiting = [journal for journal in journals(folder) if journal.state == "writing"]
    if not waiting:
        raise NothingToResume(folder)
    (journal,) = waiting
    found = {file.path: sha256_of(inside(folder, file.path)) for file in journal.files}
    changed = [f.path for f in journal.files if found[f.path] not in {f.before_sha256, f.after_sha256}]
    if changed:
        raise ChangedSince(folder, tuple(changed))
    put_in_place(journal, folder)
    return journal

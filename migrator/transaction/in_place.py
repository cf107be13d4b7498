"""A plan into the application itself: staged, journalled, and then renamed file by file."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Final

from migrator.transaction.disk import inside, make_folders, put, sha256, sha256_of, sync, sync_tree
from migrator.transaction.errors import PlaceTaken, PlanStale, RunInterrupted
from migrator.transaction.journal import Journal, JournalFile, journals, new_journal, sweep
from migrator.transaction.plan_file import PlanFile, PlannedFile
from migrator.transaction.undo import take_back

BESIDE: Final = {
    "README.md": "README.sse.md",
    "Dockerfile": "Dockerfile.sse",
    ".dockerignore": "Dockerfile.sse.dockerignore",
}
"""Where a generated file goes when the application has one of its own. Docker finds the third beside the second:
https://docs.docker.com/build/concepts/context/#filename-and-location"""

EXTENDED: Final = frozenset({"requirements.txt"})
"""Generated from the application's own file of the name, and in its place."""


def write_in_place(plan: PlanFile, application: Path) -> Journal:
    """Files that stay as they are are not touched, and nothing is deleted.

    Raises RunInterrupted, PlanStale, PlaceTaken, PathIsLink, PathLeavesFolder, or OSError; then every file is as it
    was. Ended by force between two files, it leaves a journal for `resume` and `undo`.
    """
    for earlier in journals(application):
        if earlier.state == "writing":
            raise RunInterrupted(application, earlier.id)
    sweep(application)
    files = changes_in_place(plan, application)
    noted = [JournalFile(path=f.path, before_sha256=f.before_sha256, after_sha256=f.after_sha256) for f in files]
    journal = new_journal("in_place", noted, "writing")
    try:
        for file in files:
            _stage(file, application, journal)
        sync_tree(journal.after(application).parent)
        journal.begin(application)
        put_in_place(journal, application)
    except BaseException:
        if journal.path(application).exists():
            take_back(journal, application)
        else:
            journal.remove(application)
        raise
    return journal


def changes_in_place(plan: PlanFile, application: Path) -> list[PlannedFile]:
    """What would be different. Raises PlanStale, PlaceTaken, PathIsLink, PathLeavesFolder."""
    found: list[PlannedFile] = []
    for planned in plan.files:
        there = sha256_of(inside(application, planned.path))
        if there != planned.before_sha256:
            raise PlanStale(planned.path, planned.before_sha256, there)
        file = _beside(planned) if planned.generated and there not in {None, planned.after_sha256} else planned
        if file.path != planned.path:
            there = sha256_of(inside(application, file.path))
        if there == file.after_sha256:
            continue
        if there != file.before_sha256 or (there is None and (application / file.path).exists()):
            raise PlaceTaken(file.path)
        found.append(file)
    return found


def put_in_place(journal: Journal, application: Path) -> None:
    """Renames what is staged and not in its place yet, and ends the journal."""
    for file in journal.files:
        staged = journal.after(application) / file.path
        if staged.exists():
            make_folders(application, file.path)
            target = inside(application, file.path)
            staged.replace(target)
            sync(target.parent)
    journal.finish(application)


def _beside(file: PlannedFile) -> PlannedFile:
    if file.path in EXTENDED:
        return file
    if file.path not in BESIDE:
        raise PlaceTaken(file.path)
    return file.model_copy(update={"path": BESIDE[file.path], "before_sha256": None})


def _stage(file: PlannedFile, application: Path, journal: Journal) -> None:
    target = inside(application, file.path)
    assert file.content is not None, "a copy is as it was, so it is no change"
    is_there = file.before_sha256 is not None
    if is_there:
        kept = journal.before(application) / file.path
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(target, kept)
        if (found := sha256(kept.read_bytes())) != file.before_sha256:
            raise PlanStale(file.path, file.before_sha256, found)
        if not target.stat().st_mode & 0o222:
            raise PermissionError(errno.EACCES, "the file is read-only", str(target))
    put(journal.after(application) / file.path, file.content.encode("utf-8"), like=target if is_there else None)

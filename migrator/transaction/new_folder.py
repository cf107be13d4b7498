"""A plan into a new or empty folder: built beside it, and renamed when everything is on the disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from migrator.errors import OutputInsideApplication, OutputNotEmpty, OutputNotWritable
from migrator.transaction.disk import inside, put, sha256, sha256_of, sync, sync_tree
from migrator.transaction.errors import PlanStale
from migrator.transaction.journal import JournalFile, new_journal
from migrator.transaction.plan_file import PlanFile, PlannedFile


def write_new_folder(plan: PlanFile, application: Path, out: Path) -> None:
    """Raises OutputNotEmpty, OutputInsideApplication, PlanStale, PathIsLink, PathLeavesFolder, or OSError; then `out`
    is as it was."""
    check_output(application, out)
    with _appearing(out) as building:
        for file in plan.files:
            _write(file, application, building)
        written = [JournalFile(path=f.path, before_sha256=None, after_sha256=f.after_sha256) for f in plan.files]
        new_journal("new_folder", written, "done").begin(building)


def write_texts(texts: Mapping[str, str], out: Path) -> None:
    """Files by name into a new or empty folder. Raises OutputNotWritable for what the disk says; then `out` is as it
    was."""
    try:
        with _appearing(out) as building:
            for name, text in texts.items():
                put(inside(building, name), text.encode("utf-8"))
    except OSError as error:
        raise OutputNotWritable(out, error.strerror or str(error)) from error


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well, and else goes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield building
        sync_tree(building)
        building.chmod(0o755)
        if out.exists():
            out.rmdir()  # it is empty: see check_output
        building.rename(out)
        sync(out.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def check_output(application: Path, out: Path) -> None:
    """Raises OutputNotEmpty for anything but a new or empty folder, OutputInsideApplication for one inside of it."""
    check_empty(out)
    if out.resolve().is_relative_to(application.resolve()):
        raise OutputInsideApplication(out, application)


def check_empty(out: Path) -> None:
    """Raises OutputNotEmpty for anything but a new or empty folder."""
    if out.is_symlink() or out.is_file():
        raise OutputNotEmpty(out, 1)
    entries = len(list(out.iterdir())) if out.is_dir() else 0
    if entries:
        raise OutputNotEmpty(out, entries)


def _write(file: PlannedFile, application: Path, building: Path) -> None:
    source = application / file.path if file.generated else inside(application, file.path)
    found = None if file.generated or not source.is_file() else source.read_bytes()
    found_sha = sha256_of(source) if found is None else sha256(found)
    if found_sha != file.before_sha256:
        raise PlanStale(file.path, file.before_sha256, found_sha)
    content = found if file.content is None else file.content.encode("utf-8")
    assert content is not None, "a copy has a hash before, and it was just compared"
    put(inside(building, file.path), content, like=None if found is None else source)

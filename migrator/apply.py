"""Writes a plan into a new or empty folder: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path, PurePosixPath

from migrator.errors import AccountDoesNotClose, OutputInsideApplication, OutputNotEmpty, RewriteInvalid
from migrator.rewrite.edit import Plan


def apply_plan(plan: Plan, out: Path) -> None:
    """Writes beside `out` first, and renames when everything is on the disk.

    Raises OutputNotEmpty, AccountDoesNotClose, RewriteInvalid (also when the application has changed since the plan
    was made), or OSError; then `out` is as it was.
    """
    check_output(plan.application, out)
    differences = plan.account.imbalance()
    if differences:
        raise AccountDoesNotClose(differences)
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        _write(plan, building)
        building.chmod(0o755)
        if out.exists():
            out.rmdir()  # it is empty: see check_output
        building.rename(out)
        _sync(out.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def check_output(application: Path, out: Path) -> None:
    """Raises OutputNotEmpty for anything but a new or empty folder, and for one inside of the application."""
    if out.is_symlink() or out.is_file():
        raise OutputNotEmpty(out, 1)
    entries = len(list(out.iterdir())) if out.is_dir() else 0
    if entries:
        raise OutputNotEmpty(out, entries)
    if out.resolve().is_relative_to(application.resolve()):
        raise OutputInsideApplication(out, application)


def _write(plan: Plan, building: Path) -> None:
    for edit in plan.edits:
        source = plan.application / edit.path
        if edit.before is not None and source.read_bytes().decode("utf-8") != edit.before:
            raise RewriteInvalid(edit.path, "it has changed since the plan was made")
        _put(_target(building, edit.path), edit.after.encode("utf-8"))
        if edit.before is not None:
            shutil.copymode(source, building / edit.path)
    for path in plan.copies:
        source = plan.application / path
        _put(_target(building, path), source.read_bytes())
        shutil.copymode(source, building / path)
    for folder, _folders, _files in os.walk(building):
        _sync(Path(folder))


def _target(building: Path, path: str) -> Path:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise RewriteInvalid(path, "it would be written outside of the new folder")
    target = building / parts
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _put(target: Path, content: bytes) -> None:
    with target.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Makes renames and new names in the folder last through a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

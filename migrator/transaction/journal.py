"""What a run wrote, kept beside it: enough to finish an interrupted run, and to take a whole one back."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from migrator.inventory.record import Record
from migrator.state import FOLDER
from migrator.transaction.disk import put, sync
from migrator.transaction.errors import JournalUnreadable
from migrator.writing import write_file

PLACE: Final = Path(FOLDER) / "journal"

NEW_FOLDER: Final = "0-new-folder"
"""The journal of a new folder is its first, and the same for the same plan."""


class JournalFile(Record):
    path: str
    before_sha256: str | None = Field(description="None for a file that was not there")
    after_sha256: str


class Journal(Record):
    schema_version: Literal[1] = 1
    id: str = Field(description="0-new-folder, or the UTC time at which the run began and four random characters")
    kind: Literal["new_folder", "in_place"]
    state: Literal["writing", "done"]
    files: tuple[JournalFile, ...]

    def path(self, folder: Path) -> Path:
        return folder / PLACE / f"{self.id}.json"

    def before(self, folder: Path) -> Path:
        """Holds the files as they were."""
        return folder / PLACE / self.id / "before"

    def after(self, folder: Path) -> Path:
        """Holds the files that still have to take their place."""
        return folder / PLACE / self.id / "after"

    def begin(self, folder: Path) -> None:
        """Written and on the disk when this returns; git does not see it."""
        ignored = folder / PLACE / ".gitignore"
        if not ignored.exists():
            put(ignored, b"*\n")
        self.write(folder)

    def finish(self, folder: Path) -> None:
        self.model_copy(update={"state": "done"}).write(folder)
        shutil.rmtree(self.after(folder), ignore_errors=True)

    def remove(self, folder: Path) -> None:
        """With all that it kept; the folders of the journals too when it was the last one."""
        self.path(folder).unlink(missing_ok=True)
        shutil.rmtree(folder / PLACE / self.id, ignore_errors=True)
        place = folder / PLACE
        if place.is_dir() and all(path.name.startswith(".") for path in place.iterdir()):  # none, or half-written ones
            shutil.rmtree(place)
            if not any(place.parent.iterdir()):
                place.parent.rmdir()

    def write(self, folder: Path) -> None:
        write_file(self.path(folder), self.model_dump_json(indent=2) + "\n")
        sync(folder / PLACE)


def new_journal(
    kind: Literal["new_folder", "in_place"], files: Sequence[JournalFile], state: Literal["writing", "done"]
) -> Journal:
    name = NEW_FOLDER if kind == "new_folder" else f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(2)}"
    return Journal(id=name, kind=kind, state=state, files=tuple(files))


def journals(folder: Path) -> list[Journal]:
    """The oldest first. Raises JournalUnreadable."""
    return [_read(path) for path in sorted((folder / PLACE).glob("*.json"))]


def sweep(folder: Path) -> None:
    """Removes what runs left that ended before their journal was written: nothing of theirs is in its place."""
    for left in (folder / PLACE).glob("*"):
        if left.is_dir() and not left.is_symlink() and not left.with_name(f"{left.name}.json").exists():
            shutil.rmtree(left, ignore_errors=True)


def _read(path: Path) -> Journal:
    try:
        return Journal.model_validate_json(path.read_bytes())
    except OSError as error:
        raise JournalUnreadable(path, error.strerror or str(error)) from error
    except ValidationError as error:
        raise JournalUnreadable(path, error.errors(include_url=False)[0]["msg"]) from error

"""A plan as a value that can be kept, read, and applied later: every file with its hash before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from migrator.errors import AccountDoesNotClose
from migrator.inventory.record import Record
from migrator.rewrite.edit import FileEdit, Plan
from migrator.rewrite.result import MigrationResult, result_of
from migrator.transaction.disk import inside, sha256, sha256_of
from migrator.transaction.errors import PlanStale, PlanUnreadable
from migrator.validation import first_problem


class PlannedFile(Record):
    """One file of the new application."""

    path: str = Field(description="POSIX path relative to the folder")
    before_sha256: str | None = Field(description="of the file that the application has there; None for none")
    after_sha256: str
    content: str | None = Field(description="the whole text, line ends as on the disk; None for a copy byte for byte")
    generated: bool = Field(default=False, description="True when it is not made from the application's file there")

    @model_validator(mode="after")
    def _hash_fits(self) -> PlannedFile:
        expected = self.before_sha256 if self.content is None else sha256(self.content.encode("utf-8"))
        if expected != self.after_sha256:
            raise ValueError(f"{self.path}: the content is not that of its hash")
        return self


class PlanFile(Record):
    schema_version: Literal[1] = 1
    files: tuple[PlannedFile, ...] = Field(description="sorted by path")
    result: MigrationResult = Field(description="the account of the migration")


def plan_file_of(plan: Plan) -> PlanFile:
    """Reads the application once more, for the hashes. Raises AccountDoesNotClose, PlanStale, or OSError."""
    differences = plan.account.imbalance()
    if differences:
        raise AccountDoesNotClose(differences)
    edited = [_edited(plan.application, edit) for edit in plan.edits]
    copied = [_copied(plan.application, path) for path in plan.copies]
    return PlanFile(files=tuple(sorted((*edited, *copied), key=lambda file: file.path)), result=result_of(plan))


def read_plan(path: Path) -> PlanFile:
    """Raises PlanUnreadable."""
    try:
        return PlanFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise PlanUnreadable(path, error.strerror or str(error)) from error
    except ValidationError as error:
        raise PlanUnreadable(path, first_problem(error)) from error


def _edited(application: Path, edit: FileEdit) -> PlannedFile:
    # what we write anew says nothing of a link that has its name there
    found = sha256_of(application / edit.path if edit.before is None else inside(application, edit.path))
    if edit.before is not None and found != (planned := sha256(edit.before.encode("utf-8"))):
        raise PlanStale(edit.path, planned, found)
    return PlannedFile(
        path=edit.path,
        before_sha256=found,
        after_sha256=sha256(edit.after.encode("utf-8")),
        content=edit.after,
        generated=edit.before is None,
    )


def _copied(application: Path, path: str) -> PlannedFile:
    found = sha256_of(inside(application, path))
    if found is None:
        raise PlanStale(path, None, None)
    return PlannedFile(path=path, before_sha256=found, after_sha256=found, content=None)

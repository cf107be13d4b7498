"""Writes a plan into a new or empty folder: all of it, or nothing."""

from __future__ import annotations

from pathlib import Path

from migrator.rewrite.edit import Plan
from migrator.transaction.new_folder import check_output, write_new_folder
from migrator.transaction.plan_file import plan_file_of


def apply_plan(plan: Plan, out: Path) -> None:
    """Raises OutputNotEmpty, OutputInsideApplication, AccountDoesNotClose, PlanStale when the application has changed
    since the plan was made, PathIsLink, PathLeavesFolder, or OSError; then `out` is as it was."""
    check_output(plan.application, out)
    write_new_folder(plan_file_of(plan), plan.application, out)

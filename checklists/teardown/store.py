"""Plans and runs as files: `.ws2sse/teardown/` of an application has one folder a run, named by its plan's digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from checklists.teardown.allowed import operation_of
from checklists.teardown.digests import plan_digest
from checklists.teardown.errors import NoRun, PlanChanged, PlanUnreadable
from checklists.teardown.execute.journal import read_journal
from checklists.teardown.execute.progress import Progress, progress_of
from checklists.teardown.model import TeardownPlan
from checklists.teardown.order import check
from migrator.state import FOLDER
from migrator.validation import first_problem
from migrator.writing import write_file
from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 64 * 1024 * 1024
PLAN: Final = "plan.json"
JOURNAL: Final = "journal.jsonl"


def runs_folder(app: Path) -> Path:
    return app / FOLDER / "teardown"


def run_folder(app: Path, plan: TeardownPlan) -> Path:
    return runs_folder(app) / plan.digest[:12]


def to_json(plan: TeardownPlan) -> str:
    return plan.model_dump_json(indent=2) + "\n"


def read_plan(path: Path) -> TeardownPlan:
    """Raises PlanUnreadable, PlanChanged, PlanDisordered or CallNotAllowed."""
    try:
        plan = TeardownPlan.model_validate_json(read_at_most(path, MAX_BYTES))
    except OSError as error:
        raise PlanUnreadable(path, error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise PlanUnreadable(path, str(error)) from error
    except ValidationError as error:
        raise PlanUnreadable(path, first_problem(error, "the file")) from error
    if plan.digest != plan_digest(plan):
        raise PlanChanged(path)
    check(plan.steps)
    for step in plan.steps:
        for call in (*step.made, *step.undo.calls):
            operation_of(call)
    return plan


@dataclass(frozen=True)
class Begun:
    """A run that was begun, at its end or not."""

    folder: Path
    plan: TeardownPlan
    progress: Progress


def begin(app: Path, plan: TeardownPlan) -> Path:
    """The folder of the run, with its plan in it. Raises NotWritable."""
    folder = run_folder(app, plan)
    if not (folder / PLAN).exists():
        write_file(folder / PLAN, to_json(plan))
    return folder


def begun_runs(app: Path) -> list[Begun]:
    """Oldest first. Raises what `read_plan` and `read_journal` raise: a run that can't be read is not passed over."""
    folder = runs_folder(app)
    found = [one.parent for one in folder.glob(f"*/{JOURNAL}")] if folder.is_dir() else []
    runs = []
    for one in found:
        events = read_journal(one / JOURNAL)
        if events:
            runs.append((events[0].at, Begun(one, read_plan(one / PLAN), progress_of(events))))
    return [run for _at, run in sorted(runs, key=lambda pair: pair[0])]


def newest_run(app: Path) -> Begun:
    """Raises NoRun."""
    runs = begun_runs(app)
    if not runs:
        raise NoRun(runs_folder(app))
    return runs[-1]

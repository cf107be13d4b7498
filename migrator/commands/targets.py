"""Where a plan goes: `--out`, `--in-place`, and what is asked before something of the user's changes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from migrator.commands.options import Function, with_options
from migrator.console import say
from migrator.errors import OutputNotWritable
from migrator.transaction.errors import TreeDirty, listed
from migrator.transaction.git import uncommitted
from migrator.transaction.in_place import write_in_place
from migrator.transaction.new_folder import write_new_folder
from migrator.transaction.plan_file import PlanFile


def target_options(function: Function) -> Function:
    """`--out`, `--in-place` and `--allow-dirty`, handed on as `out`, `in_place`, `allow_dirty`."""
    options = (
        click.option("--out", type=click.Path(path_type=Path), help="New or empty folder for the result."),
        click.option("--in-place", is_flag=True, help="Write into APP itself; `ws2sse undo APP` takes it back."),
        click.option("--allow-dirty", is_flag=True, help="In place also where git has changes that are not committed."),
    )
    return with_options(function, *options)


def check_target(out: Path | None, *, in_place: bool, allow_dirty: bool) -> None:
    """Raises UsageError for what doesn't go together."""
    if out is not None and in_place:
        raise click.UsageError("Give --out or --in-place, not both.")
    if allow_dirty and not in_place:
        raise click.UsageError("--allow-dirty goes with --in-place.")


def check_clean(app: Path, *, allow_dirty: bool) -> None:
    """Before anything is planned in place. Raises TreeDirty off a terminal, Abort where a person says no."""
    changes = uncommitted(app) if not allow_dirty else None
    if not changes:
        return
    if not sys.stdin.isatty():
        raise TreeDirty(app, changes)
    say(f"{app} has changes that are not committed:{listed(changes)}")
    click.confirm("Write into it all the same?", abort=True, err=True)


def write(plan: PlanFile, app: Path, out: Path | None) -> None:
    """`out`: None for in place. Raises OutputNotWritable for what the disk says."""
    try:
        if out is None:
            write_in_place(plan, app)
        else:
            write_new_folder(plan, app, out)
    except OSError as error:
        raise OutputNotWritable(out or app, error.strerror or str(error)) from error


def say_written(app: Path, out: Path | None) -> None:
    if out is None:
        say(f"Wrote into {app}; the account is in {app / 'MIGRATION.md'}. `ws2sse undo {app}` takes it back.")
    else:
        say(f"Wrote {out}. How to start it stands in {out / 'README.md'}, the whole account in {out / 'MIGRATION.md'}.")

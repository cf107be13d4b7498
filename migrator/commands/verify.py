"""`ws2sse verify`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from migrator.commands.options import app_argument, format_option
from migrator.console import say, stderr_console, stdout_console
from migrator.errors import WsSseError
from migrator.isolation import isolated
from migrator.scan import scan_application
from migrator.sessions import identities_from_config, plan_sessions
from migrator.state import verify_report_path
from migrator.writing import write_file
from shim.dualrun.replay.driver import Progress as TellProgress
from shim.dualrun.report.forms import FORMS, SUFFIXES, Form, write_report
from shim.dualrun.report.text import print_report
from shim.dualrun.run import verify

ENTRY = Path("sse_service") / "main.py"
"""What makes a folder a migrated application."""

_KEPT: Final[Form] = "json"
"""The form that `ws2sse checklist` reads."""


class NotMigrated(WsSseError):
    """Raised when the second folder isn't what `ws2sse migrate` writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return f"{self.path} has no {ENTRY}. Give a folder that `ws2sse migrate APP --out` has written."


@click.command("verify")
@app_argument
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other sessions and messages.")
@format_option(*FORMS)
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help=f"File to write the report to, in the form that its name ends in ({', '.join(SUFFIXES)}). May be repeated.",
)
@click.option("--record", is_flag=True, help="Keep the report in APP/.ws2sse, as evidence for `ws2sse checklist`.")
@click.pass_context
def command(
    ctx: click.Context, app: Path, new: Path, seed: int, form: Form, reports: tuple[Path, ...], record: bool
) -> None:
    """Runs generated sessions of several clients through APP over WebSocket, twice, and through NEW over SSE + POST,
    and compares what each client received, in order.

    Both run on this machine, with AWS played in their processes. Ends with 0 for PASS, 1 for FAIL, 3 for INCONCLUSIVE.

    \b
    Examples:
      ws2sse verify examples/chat build/chat-sse
      ws2sse verify . ../new --report verify.html --report junit.xml --record
      ws2sse verify . ../new --format markdown > comment.md
    """
    files = [*_report_files(reports, form), *([(verify_report_path(app), _KEPT)] if record else [])]
    inventory = isolated(partial(scan_application, app))
    if not (new / ENTRY).is_file():
        raise NotMigrated(new)
    plan = plan_sessions(inventory, seed=seed, identities=identities_from_config(app), given=os.environ, app=app)
    with _progress(3 * len(plan.sessions)) as progress:
        result = verify(
            app,
            new,
            plan.sessions,
            environment=plan.environment,
            service_environment=plan.service_environment,
            tables=inventory.table_definitions,
            routes=plan.routes,
            silent_routes=plan.silent,
            gaps=plan.gaps,
            assumed=plan.assumed,
            progress=progress,
        )
    if form == "text":
        print_report(result, stdout_console())
    else:
        click.echo(write_report(result, form), nl=False)
    for path, wanted in files:
        write_file(path, write_report(result, wanted))
        say(f"Wrote {path}.")
    if not files:
        say("Nothing was written. --record keeps this result as evidence for `ws2sse checklist`.")
    ctx.exit(result.exit_status)


def _report_files(paths: Sequence[Path], form: Form) -> list[tuple[Path, Form]]:
    """A name that says no form takes that of --format; found before anything runs."""
    files: list[tuple[Path, Form]] = []
    for path in paths:
        wanted = SUFFIXES.get(path.suffix.lower(), form)
        if wanted == "text" and path.suffix.lower() not in SUFFIXES:
            endings = ", ".join(SUFFIXES)
            raise click.UsageError(f"--report {path}: the name ends in none of {endings}, and no --format is given.")
        files.append((path, wanted))
    return files


@contextmanager
def _progress(total: int) -> Iterator[TellProgress]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr_console(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("starting", total=total)
        yield lambda session, index, _: bar.update(task, description=session, completed=index - 1)

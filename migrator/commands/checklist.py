"""`ws2sse checklist`."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

import checklists
from migrator.commands.options import app_argument, format_option
from migrator.console import say
from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from migrator.isolation import isolated
from migrator.scan import scan_application
from migrator.state import last_verify_report, newest_source
from migrator.writing import write_file

MARKDOWN = "checklist.md"
HTML = "checklist.html"


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is not a date; give one as 2026-11-22", param, ctx)


@click.command("checklist")
@app_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Folder for {MARKDOWN} and {HTML}; what people wrote there is kept.",
)
@click.option(
    "--verify",
    "verify_report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Report of a dual run. Default: the last one that was recorded in APP.",
)
@click.option(
    "--started",
    type=Day(),
    help="First day of the migration, from which deadlines count. Default: the recorded one, or today.",
)
@click.option("--today", type=Day(), help="The day as of which it is judged. Default: today.")
@format_option("markdown", "html", "json", what="What is printed when no --out is given.")
@click.pass_context
def command(
    ctx: click.Context,
    app: Path,
    out: Path | None,
    verify_report: Path | None,
    started: date | None,
    today: date | None,
    form: str,
) -> None:
    """Renders the developer, infrastructure and operations checklists of APP, each item with its evidence.

    With --out it can be run again at any time: ticks, owners and notes that people wrote are kept.
    Ends with 0 when all is done, 1 when something is overdue, 3 when items remain.

    \b
    Examples:
      ws2sse checklist examples/chat
      ws2sse checklist . --out docs/migration --verify verify.json
    """
    inventory = isolated(partial(scan_application, app))
    previous = _previous(out)
    report, stale = _verify(app, verify_report, inventory)
    built = checklists.build(
        inventory,
        verify=report,
        verify_stale=stale,
        previous=previous,
        today=today or datetime.now().astimezone().date(),
        started=started,
    )
    if out is not None:
        write_file(out / MARKDOWN, checklists.render_markdown(built))
        write_file(out / HTML, checklists.render_html(built))
        say(f"Wrote {out / MARKDOWN} and {out / HTML}.")
        say(_summary(built))
    elif form == "json":
        click.echo(checklists.to_json(built), nl=False)
    else:
        click.echo(checklists.render_html(built) if form == "html" else checklists.render_markdown(built), nl=False)
    ctx.exit(built.exit_status)


def _previous(out: Path | None) -> str | None:
    """The existing document, line ends untouched."""
    if out is None or not (out / MARKDOWN).exists():
        return None
    try:
        return (out / MARKDOWN).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WsSseError(f"{out / MARKDOWN} can't be read ({error}). Nothing was overwritten.") from error


def _verify(app: Path, given: Path | None, inventory: Inventory) -> tuple[dict[str, object] | None, bool]:
    """The report and whether a source file of the application is newer than it."""
    path = given or last_verify_report(app)
    if path is None:
        return None, False
    try:
        return checklists.read_verify_report(path), newest_source(app, inventory) > path.stat().st_mtime
    except OSError as error:
        raise WsSseError(f"{path} can't be read ({error.strerror or error}).") from error


def _summary(built: checklists.Checklist) -> str:
    done = sum(entry.done for entry in built.entries)
    overdue = sum(entry.overdue_days > 0 for entry in built.entries)
    return f"{done} of {len(built.entries)} items are done; {overdue} overdue."

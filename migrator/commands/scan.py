"""`ws2sse scan`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from migrator.commands.options import FILE_PATH, app_argument, format_option
from migrator.commands.progress import following
from migrator.commands.selecting import selection_options
from migrator.configuration import settings_of
from migrator.console import say, stdout_console
from migrator.inventory.model import Inventory
from migrator.inventory.selection import Selection
from migrator.isolation import isolated
from migrator.phases import phase
from migrator.ratchet import baseline_of, compare, read_baseline, text_of
from migrator.scan import scan_application
from migrator.scan.report import render_text
from migrator.scan.report_markdown import markdown_inventory
from migrator.scan.report_sarif import sarif_inventory
from migrator.writing import write_file


@click.command("scan")
@app_argument
@selection_options
@click.option(
    "--baseline",
    type=FILE_PATH,
    help="File with the uses that are accepted: ends with 1, and lists them, when there are new ones.",
)
@click.option("--write-baseline", is_flag=True, help="Accept what is there now: write the file of --baseline.")
@format_option("text", "json", "markdown", "sarif")
@click.pass_context
def command(
    ctx: click.Context, app: Path, selection: Selection, baseline: Path | None, write_baseline: bool, form: str
) -> None:
    """Prints the inventory of APP: its API, routes, handlers, pushes, connection stores, clients and resources.

    Reads only: nothing of APP is executed, nothing is written, no link is followed, and what git ignores is left out.
    Ends with 0, or with 3 when a part that is declared could not be understood. With --baseline it is a ratchet: 0
    when there is no new use of the WebSocket API and there are no more markers than in the baseline, else 1.

    \b
    Examples:
      ws2sse scan .
      ws2sse scan examples/chat --format json | jq '.apis[].routes[].key'
      ws2sse scan . --format sarif > ws2sse.sarif
      ws2sse scan . --baseline ws2sse-baseline.json --write-baseline
      ws2sse scan . --baseline ws2sse-baseline.json
    """
    if baseline is None and (said := settings_of(app).scan.baseline) is not None:
        baseline = app / said
    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline wants --baseline FILE.")
    accepted = read_baseline(baseline) if baseline is not None and not write_baseline else None
    with following() as progress, phase("scan"):
        inventory = isolated(partial(scan_application, app, selection))
    if accepted is not None:
        ratchet = compare(accepted, app, inventory)
        click.echo(text_of(ratchet), nl=False, err=form != "text")
        if form != "text":
            _print(inventory, form)
        ctx.exit(0 if ratchet.holds else 1)
    if write_baseline and baseline is not None:
        write_file(baseline, baseline_of(app, inventory).model_dump_json(indent=1) + "\n")
        say(f"What is there now is accepted in {baseline}.")
        return
    _print(inventory, form)
    progress.say_end(inventory.files)
    if any(problem.serious for problem in inventory.problems):
        ctx.exit(3)


def _print(inventory: Inventory, form: str) -> None:
    if form == "text":
        render_text(inventory, stdout_console())
    elif form == "markdown":
        click.echo(markdown_inventory(inventory), nl=False)
    else:
        click.echo(sarif_inventory(inventory) if form == "sarif" else inventory.model_dump_json(indent=2))

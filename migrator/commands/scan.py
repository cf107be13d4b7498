"""`ws2sse scan`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from migrator.commands.options import app_argument, format_option
from migrator.commands.progress import following
from migrator.console import stdout_console
from migrator.inventory.model import Inventory
from migrator.isolation import isolated
from migrator.phases import phase
from migrator.scan import scan_application
from migrator.scan.report import render_text
from migrator.scan.report_markdown import markdown_inventory
from migrator.scan.report_sarif import sarif_inventory


@click.command("scan")
@app_argument
@format_option("text", "json", "markdown", "sarif")
@click.pass_context
def command(ctx: click.Context, app: Path, form: str) -> None:
    """Prints the inventory of APP: its API, routes, handlers, pushes, connection stores, clients and resources.

    Reads only: nothing of APP is executed, and nothing is written. Ends with 0, or with 3 when a part that is
    declared could not be understood.

    \b
    Examples:
      ws2sse scan .
      ws2sse scan examples/chat --format json | jq '.apis[].routes[].key'
      ws2sse scan . --format sarif > ws2sse.sarif
    """
    with following() as progress, phase("scan"):
        inventory = isolated(partial(scan_application, app))
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

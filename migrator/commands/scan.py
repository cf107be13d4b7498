"""`ws2sse scan`."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.commands.options import app_argument, format_option
from migrator.console import stdout_console
from migrator.scan import scan_application
from migrator.scan.report import render_text


@click.command("scan")
@app_argument
@format_option("text", "json")
@click.pass_context
def command(ctx: click.Context, app: Path, form: str) -> None:
    """Prints the inventory of APP: its API, routes, handlers, pushes, connection stores, clients and resources.

    Reads only: nothing of APP is executed, and nothing is written. Ends with 0, or with 3 when a part that is
    declared could not be understood.

    \b
    Examples:
      ws2sse scan .
      ws2sse scan examples/chat --format json | jq '.apis[].routes[].key'
    """
    inventory = scan_application(app)
    if form == "json":
        click.echo(inventory.model_dump_json(indent=2))
    else:
        render_text(inventory, stdout_console())
    if any(problem.serious for problem in inventory.problems):
        ctx.exit(3)

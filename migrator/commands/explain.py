"""`ws2sse explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from migrator.commands.progress import following
from migrator.explaining import explanation, place_of
from migrator.isolation import isolated
from migrator.phases import phase
from migrator.repository import plan_repository
from migrator.rewrite.result import result_of
from migrator.rewrite.rule_pages import rule_page
from migrator.rewrite.rules import rule
from migrator.scan import scan_application


@click.command("explain")
@click.argument("what", metavar="RULE|SITE")
@click.argument("app", type=click.Path(path_type=Path), default=".")
def command(what: str, app: Path) -> None:
    """Explains a RULE by its name, or a SITE of APP by its place, as reports print it: path:line or path:line:column.

    Of a rule: what it looks for, an example, how safe it is and what it leaves alone. Of a site: what was found there,
    what becomes of it, the reason, and what only looked like something. APP is the current folder where none is given.

    \b
    Examples:
      ws2sse explain stream_send
      ws2sse explain handlers.py:41 examples/chat
    """
    place = place_of(what)
    if place is None:
        click.echo(rule_page(rule(what)), nl=False)
        return
    with following():
        with phase("scan"):
            inventory = isolated(partial(scan_application, app))
        with phase("plan"):
            plan = isolated(partial(plan_repository, app, inventory))
    click.echo(explanation(place, inventory, result_of(plan)), nl=False)

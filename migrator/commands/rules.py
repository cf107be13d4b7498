"""`ws2sse rules`."""

from __future__ import annotations

import click

from migrator.rewrite.rules import all_rules


@click.command("rules")
def command() -> None:
    """Lists the rules of `ws2sse migrate`: name, safety, and what each does. `ws2sse explain RULE` tells more.

    \b
    Example:
      ws2sse rules | grep review
    """
    rules = all_rules()
    width = max(map(len, rules))
    for name, page in rules.items():
        click.echo(f"{name:<{width}}  {page.safety:<6}  {page.title}")

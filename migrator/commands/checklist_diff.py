"""`ws2sse checklist diff`."""

from __future__ import annotations

from pathlib import Path

import click

from checklists.history.diff import ItemChange, RunDiff, choose, compare
from checklists.history.file import read_history
from checklists.live import Seen
from checklists.model import Status
from checklists.outputs.words import STATUS_NAMES
from migrator.commands.options import app_argument, format_option
from migrator.console import say
from templates.text import days, visible

_SIGNS = {"better": "+", "worse": "!", "other": " "}


@click.command("diff")
@app_argument
@click.argument("runs", nargs=-1)
@format_option("text", "json")
@click.pass_context
def diff_command(ctx: click.Context, app: Path, runs: tuple[str, ...], form: str) -> None:
    """Shows what has changed between two recorded runs of APP: by default the last two.

    RUNS: one or two ids, or beginnings of them such as 20261130; one is compared with the last.
    Ends with 0 when nothing has changed, 1 when something has.

    \b
    Examples:
      ws2sse checklist diff .
      ws2sse checklist diff . 20261101 20261130 --format json
    """
    if len(runs) > 2:
        raise click.UsageError("At most two runs can be compared.")
    history = read_history(app)
    if history.cut:
        say(f"The last line of {history.path} is cut off, and left out.")
    found = compare(*choose(history, runs))
    click.echo(found.model_dump_json(indent=2) if form == "json" else "\n".join(_lines(found)))
    ctx.exit(0 if found.same else 1)


def _lines(found: RunDiff) -> list[str]:
    lines = [
        f"{found.before} -> {found.after}, {days(found.days)}: {found.done:+d} done, {found.sites:+d} sites",
        *(_change(one) for one in found.items),
        *(_thing("+", one) for one in found.appeared),
        *(_thing("-", one) for one in found.vanished),
    ]
    return lines if len(lines) > 1 else [*lines, "Nothing has changed."]


def _change(one: ItemChange) -> str:
    if one.before == one.after:
        return f"  {visible(one.id)}: {_status(one.after)}, on other evidence"
    return f"{_SIGNS[one.turn]} {visible(one.id)}: {_status(one.before)} -> {_status(one.after)}"


def _status(one: Status | None) -> str:
    return STATUS_NAMES[one] if one else "not there"


def _thing(sign: str, one: Seen) -> str:
    return f"{sign} {one.kind} {visible(one.name)} ({one.account} {one.region}), {one.lot}"

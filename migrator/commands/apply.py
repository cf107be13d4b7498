"""`ws2sse apply`."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.commands.account import in_form
from migrator.commands.options import FILE_PATH, app_argument, format_option
from migrator.commands.targets import check_clean, check_target, say_written, target_options, write
from migrator.transaction.plan_file import read_plan


@click.command("apply")
@click.argument("plan", type=FILE_PATH)
@app_argument
@target_options
@format_option("text", "json", "markdown", "sarif", what="Form of the account.")
@click.pass_context
def command(
    ctx: click.Context, plan: Path, app: Path, out: Path | None, in_place: bool, allow_dirty: bool, form: str
) -> None:
    """Writes a PLAN that `ws2sse migrate APP --plan PLAN` made, all of it or nothing.

    A plan is refused when a file of APP has changed since it was made. Ends with 0, or with 3 when sites remain for a
    person.

    \b
    Examples:
      ws2sse migrate . --plan plan.json
      ws2sse apply plan.json . --out ../chat-sse
      ws2sse apply plan.json . --in-place
    """
    check_target(out, in_place=in_place, allow_dirty=allow_dirty)
    if out is None and not in_place:
        raise click.UsageError("Say where it goes: --out FOLDER or --in-place.")
    if in_place:
        check_clean(app, allow_dirty=allow_dirty)
    planned = read_plan(plan)
    write(planned, app, out)
    click.echo(in_form(planned.result, form), nl=False)
    say_written(app, out)
    ctx.exit(planned.result.exit_code)

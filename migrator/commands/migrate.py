"""`ws2sse migrate`."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.apply import apply_plan
from migrator.commands.options import app_argument, format_option
from migrator.commands.progress import following
from migrator.console import say
from migrator.errors import OutputNotWritable
from migrator.phases import phase
from migrator.rewrite import plan_migration
from migrator.rewrite.report import text_report, unified_diff
from migrator.rewrite.report_markdown import markdown_report
from migrator.rewrite.report_sarif import sarif_report
from migrator.rewrite.result import MigrationResult, result_of
from migrator.scan import scan_application


@click.command("migrate")
@app_argument
@click.option(
    "--out", type=click.Path(path_type=Path), help="New or empty folder for the result. Without it nothing is written."
)
@format_option("text", "json", "markdown", "sarif", what="Form of the account.")
@click.pass_context
def command(ctx: click.Context, app: Path, out: Path | None, form: str) -> None:
    """Rewrites APP as a FastAPI + sse-starlette application, and accounts for every site.

    Without --out nothing is written: the diff goes to stdout and the account to stderr (with another --format than
    text the account goes to stdout, in the place of the diff), and it ends with 1: changes are needed. With --out it
    writes the new application there, APP stays as it is, the account is printed, and it ends with 0, or with 3 when
    sites remain for a person.

    \b
    Examples:
      ws2sse migrate examples/chat | less
      ws2sse migrate examples/chat --out build/chat-sse
      ws2sse migrate examples/chat --format markdown > pull-request.md
    """
    with following() as progress:
        with phase("scan"):
            inventory = scan_application(app)
        with phase("plan"):
            plan = plan_migration(app, inventory)
        result = result_of(plan)
        if out is not None:
            with phase("write"):
                try:
                    apply_plan(plan, out)
                except OSError as error:
                    raise OutputNotWritable(out, error.strerror or str(error)) from error
    if out is not None or form != "text":
        click.echo(in_form(result, form), nl=False)
    if out is None:
        if form == "text":
            click.echo(unified_diff(plan), nl=False)
            say(text_report(result).rstrip("\n"))
        say("Nothing was written. --out FOLDER writes the new application.")
    else:
        say(f"Wrote {out}. How to start it stands in {out / 'README.md'}, the whole account in {out / 'MIGRATION.md'}.")
    progress.say_end(inventory.files)
    ctx.exit(result.exit_code if out is not None else 2 if result.findings else 1)


def in_form(result: MigrationResult, form: str) -> str:
    """The account, with a line end."""
    if form == "text":
        return text_report(result)
    if form == "markdown":
        return markdown_report(result)
    return f"{sarif_report(result) if form == 'sarif' else result.model_dump_json(indent=2)}\n"

"""`ws2sse migrate`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from migrator.apply import apply_plan
from migrator.commands.options import app_argument, format_option
from migrator.console import say
from migrator.errors import OutputNotWritable
from migrator.rewrite import Plan, plan_migration
from migrator.rewrite.report import exit_code, text_report, unified_diff
from migrator.scan import scan_application


@click.command("migrate")
@app_argument
@click.option(
    "--out", type=click.Path(path_type=Path), help="New or empty folder for the result. Without it nothing is written."
)
@format_option("text", "json", what="Form of the account.")
@click.pass_context
def command(ctx: click.Context, app: Path, out: Path | None, form: str) -> None:
    """Rewrites APP as a FastAPI + sse-starlette application, and accounts for every site.

    Without --out it prints the diff on stdout and the account on stderr, writes nothing, and ends with 1: changes are
    needed. With --out it writes the new application there, APP stays as it is, the account is printed, and it ends
    with 0, or with 3 when sites remain for a person.

    \b
    Examples:
      ws2sse migrate examples/chat | less
      ws2sse migrate examples/chat --out build/chat-sse
    """
    inventory = scan_application(app)
    plan = plan_migration(app, inventory)
    if out is None:
        click.echo(unified_diff(plan), nl=False)
        say(_account(plan, form))
        say("Nothing was written. --out FOLDER writes the new application.")
        ctx.exit(2 if plan.findings else 1)
    try:
        apply_plan(plan, out)
    except OSError as error:
        raise OutputNotWritable(out, error.strerror or str(error)) from error
    click.echo(_account(plan, form))
    say(f"Wrote {out}. How to start it stands in {out / 'README.md'}, the whole account in {out / 'MIGRATION.md'}.")
    ctx.exit(exit_code(plan))


def _account(plan: Plan, form: str) -> str:
    if form == "text":
        return text_report(plan)
    return json.dumps(
        {
            "schema_version": 1,
            "totals": plan.account.totals,
            "routes": [
                {"key": route.key, "handler": route.handler, "level": route.level, "reason": route.reason}
                for route in plan.routes
            ],
            "outcomes": [outcome.model_dump(mode="json") for outcome in plan.account.outcomes],
            "findings": [str(finding) for finding in plan.findings],
        },
        indent=2,
    )

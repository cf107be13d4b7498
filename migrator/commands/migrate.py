"""`ws2sse migrate`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from migrator.commands.account import in_form
from migrator.commands.options import FILE_PATH, app_argument, format_option
from migrator.commands.progress import following
from migrator.commands.scoping import scope_options
from migrator.commands.selecting import selection_options
from migrator.commands.targets import check_clean, check_target, say_written, target_options, write
from migrator.console import say
from migrator.inventory.selection import Selection
from migrator.isolation import isolated
from migrator.patches import patches
from migrator.phases import phase
from migrator.repository import plan_repository
from migrator.rewrite import Plan
from migrator.rewrite.report import text_report, unified_diff
from migrator.rewrite.scope import Scope
from migrator.scan import scan_application
from migrator.transaction.new_folder import check_output, write_texts
from migrator.transaction.plan_file import plan_file_of
from migrator.writing import write_file


@click.command("migrate")
@app_argument
@target_options
@click.option(
    "--plan",
    "plan_path",
    type=FILE_PATH,
    help="File for the plan: every file with its hash before and after, for `ws2sse apply`.",
)
@click.option(
    "--patches",
    "patches_path",
    type=click.Path(path_type=Path),
    help="New or empty folder for patches in deployable order: the service, each route, the clients.",
)
@scope_options
@selection_options
@format_option("text", "json", "markdown", "sarif", what="Form of the account.")
@click.pass_context
def command(
    ctx: click.Context,
    app: Path,
    out: Path | None,
    in_place: bool,
    allow_dirty: bool,
    plan_path: Path | None,
    patches_path: Path | None,
    api: str | None,
    scope: Scope,
    selection: Selection,
    form: str,
) -> None:
    """Rewrites APP as a FastAPI + sse-starlette application, and accounts for every site.

    Without --out, --in-place and --plan nothing is written: the diff goes to stdout and the account to stderr (with
    another --format than text the account goes to stdout, in the place of the diff), and it ends with 1: changes are
    needed. With --out it writes the new application there, and APP stays as it is. With --in-place it writes into
    APP: git has to be clean, files that are there keep their names, and nothing is deleted. Both are whole or not at
    all, and end with 0, or with 3 when sites remain for a person.

    A repository that declares several APIs in folders that share nothing holds several applications: each goes to
    its folder below --out, in one transaction with one account.

    \b
    Examples:
      ws2sse migrate examples/chat | less
      ws2sse migrate examples/chat --out build/chat-sse
      ws2sse migrate samples --api orders/OrdersApi --out build/orders
      ws2sse migrate examples/chat --format markdown > pull-request.md
      ws2sse migrate . --plan plan.json && ws2sse apply plan.json . --in-place
      ws2sse migrate . --patches build/patches && git am --keep-cr build/patches/*.patch
      ws2sse migrate . --route sendMessage --ignore connection_table --in-place
    """
    check_target(out, in_place=in_place, allow_dirty=allow_dirty)
    if in_place:
        check_clean(app, allow_dirty=allow_dirty)
    for folder in (out, patches_path):
        if folder is not None:
            check_output(app, folder)
    with following() as progress:
        with phase("scan"):
            inventory = isolated(partial(scan_application, app, selection))
        if patches_path is not None and inventory.applications and api is None:
            raise click.UsageError(f"{app} holds several applications; say which with --api.")

        def plan_within(wanted: Scope) -> Plan:
            return isolated(partial(plan_repository, app, inventory, api, wanted))

        with phase("plan"):
            plan = plan_within(scope)
            planned = plan_file_of(plan)
        if patches_path is not None and plan.left is None:
            made = patches(plan, scope, plan_within)
            write_texts({patch.name: patch.text for patch in made}, patches_path)
        asked = out is not None or in_place
        is_written = asked and plan.left is None
        if is_written:
            with phase("write"):
                write(planned, app, out)
    result = planned.result
    if plan_path is not None:
        write_file(plan_path, planned.model_dump_json(indent=1) + "\n")
    if asked or form != "text" or plan_path is not None or patches_path is not None:
        click.echo(in_form(result, form), nl=False)
    else:
        click.echo(unified_diff(plan), nl=False)
        say(text_report(result).rstrip("\n"))
    if is_written:
        say_written(app, out)
    elif plan.left is not None:
        say("Nothing was written.")
    _say_kept(plan_path, patches_path if plan.left is None else None, nothing=not asked and plan.left is None)
    progress.say_end(inventory.files)
    ctx.exit(result.exit_code if asked or plan.left is not None else 2 if result.findings else 1)


def _say_kept(plan: Path | None, folder: Path | None, *, nothing: bool) -> None:
    for what, path in (("plan is", plan), ("patches are", folder)):
        if path is not None:
            say(f"The {what} in {path}.")
    if nothing and plan is None and folder is None:
        say("Nothing was written. --out FOLDER writes it.")

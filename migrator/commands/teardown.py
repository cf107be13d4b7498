"""`ws2sse teardown`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from checklists.cost.settings import cost_settings
from checklists.looking import look, window_of
from checklists.teardown.doubts import check_names
from checklists.teardown.errors import NothingToTearDown
from checklists.teardown.planning import chosen_apis, declared_places, make_plan
from checklists.teardown.policy import write_policy
from checklists.teardown.rendering import FORMS, Form, is_conclusive, write_plan
from checklists.teardown.script import to_script
from checklists.teardown.store import newest_run, read_plan, to_json
from migrator.commands.checklist_sources import checklist_settings
from migrator.commands.checklist_survey import Asked, estate_of, survey_options
from migrator.commands.options import FILE_PATH, app_argument, format_option
from migrator.commands.teardown_acting import apply_command, settings_of_app, undo_command
from migrator.commands.teardown_words import status_lines
from migrator.console import say
from migrator.isolation import isolated
from migrator.scan import scan_application
from migrator.writing import write_file

plan_option = click.option("--plan", "path", type=FILE_PATH, required=True, help="The plan that `plan --out` wrote.")


@click.group("teardown")
def command() -> None:
    """Removes what is left of WebSocket APIs in AWS: planned, gated, step by step, and back where AWS allows it.

    `plan` and `status` only read. `apply` and `undo` show what they would do until --no-dry-run is given; the account
    has to be in [teardown] accounts of ws2sse.toml, and its alias has to be typed.

    \b
    Examples:
      ws2sse teardown plan . --aws --region eu-central-1 --out plan.json
      ws2sse teardown apply . --plan plan.json
      ws2sse teardown apply . --plan plan.json --no-dry-run
      ws2sse teardown status .
      ws2sse teardown undo . --no-dry-run
    """


@command.command("plan", short_help="Plans the teardown: ordered steps with gates, reasons and ways back.")
@app_argument
@survey_options
@click.option("--api", "names", multiple=True, metavar="NAME", help="Only this API, by name or id. Default: APP's.")
@click.option("--out", type=FILE_PATH, help="File for the plan as JSON, for the other commands.")
@format_option(*FORMS)
@click.pass_context
def plan_command(
    ctx: click.Context, /, app: Path, names: tuple[str, ...], out: Path | None, form: Form, asked: Asked
) -> None:
    """Plans the teardown: ordered steps with their gates, what is deleted, edited and kept and why, and each way back.

    Ends with 0 when all that can be asked now holds, or nothing is left, and with 3 when something is not known or
    speaks against it.

    \b
    Examples:
      ws2sse teardown plan . --aws --region eu-central-1 --out plan.json
      ws2sse teardown plan . --estate survey.json --api chat-prod --format markdown
    """
    if not (asked.aws or asked.estate):
        raise click.UsageError("A plan needs a survey: give --aws, or --estate with one that was saved.")
    inventory = isolated(partial(scan_application, app))
    settings, _path = settings_of_app(app)
    track = checklist_settings(app)
    now = datetime.now(UTC).replace(microsecond=0)
    estate = estate_of(asked, window=max(window_of(track), settings.business_cycle), now=now, region=inventory.region)
    assert estate is not None
    if names:
        chosen = {thing.id for arn in chosen_apis(estate, names) if (thing := estate.thing(arn)) is not None}
        track = track.model_copy(update={"apis": tuple(sorted(chosen))})
    live = look(estate, inventory, settings=track, now=now, target=cost_settings(app))
    if not live.apis:
        say(str(NothingToTearDown(tuple(one.id for one in estate.accounts), estate.regions, len(estate.gaps))))
        ctx.exit(3 if estate.gaps else 0)
    apis = chosen_apis(estate, sorted(live.apis), among=live.apis)
    if not track.apis:
        check_names(live.matching, estate, apis, inventory.application)
    plan = make_plan(
        estate,
        live.fates,
        apis,
        application=inventory.application,
        now=now,
        settings=settings,
        idle=live.idle,
        costs=live.cost.words if live.cost is not None else "",
        savings=live.savings,
        declared=declared_places(live.matching),
    )
    if out is not None:
        write_file(out, to_json(plan))
        say(f"Wrote {out}.")
    click.echo(write_plan(plan, form), nl=False)
    ctx.exit(0 if is_conclusive(plan) else 3)


@command.command("script", short_help="Writes a plan as a Bash script to review, with why and how back.")
@app_argument
@plan_option
@click.option("--out", type=FILE_PATH, help="File for the script. Default: it is printed.")
def script_command(app: Path, path: Path, out: Path | None) -> None:
    """Writes a plan as a Bash script of AWS CLI calls to review, one step a time, with why and how back.

    \b
    Example:
      ws2sse teardown script . --plan plan.json --out teardown.sh
    """
    script = to_script(read_plan(path))
    if out is None:
        click.echo(script, nl=False)
    else:
        write_file(out, script)
        say(f"Wrote {out}. Read it before you run it.")


@command.command("iam-policy", short_help="Prints the least IAM policy that a plan needs, and its way back.")
@app_argument
@plan_option
def policy_command(app: Path, path: Path) -> None:
    """Prints the least IAM policy with which a plan can be carried out and taken back. For reading there is
    `ws2sse checklist iam-policy`.

    \b
    Example:
      ws2sse teardown iam-policy . --plan plan.json > write-policy.json
    """
    click.echo(json.dumps(write_policy(read_plan(path)), indent=2))


@command.command("status")
@app_argument
@format_option("text", "json")
@click.pass_context
def status_command(ctx: click.Context, app: Path, form: str) -> None:
    """Shows how far the newest teardown is, as its journal tells. AWS is not asked.

    Ends with 0 when it is at its end, 3 when steps remain.

    \b
    Example:
      ws2sse teardown status .
    """
    run = newest_run(app)
    if form == "json":
        states = {step.id: run.progress.state(step) for step in run.plan.steps}
        told = {"plan": run.plan.digest, "ended": run.progress.ended, "stopped": run.progress.stopped, "steps": states}
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo("\n".join(status_lines(run)))
    ctx.exit(0 if run.progress.ended else 3)


command.add_command(apply_command)
command.add_command(undo_command)

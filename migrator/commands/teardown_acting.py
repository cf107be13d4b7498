"""`ws2sse teardown apply` and `undo`: the two that may change something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklists.teardown.clock import SystemClock
from checklists.teardown.execute.admission import refusal
from checklists.teardown.execute.ending import Ending
from checklists.teardown.execute.progress import Progress
from checklists.teardown.execute.rehearsal import exit_status, rehearse
from checklists.teardown.execute.run import Wishes
from checklists.teardown.execute.undo import to_undo
from checklists.teardown.model import TeardownPlan
from checklists.teardown.settings import TeardownSettings, teardown_settings
from checklists.teardown.store import begun_runs, newest_run, read_plan
from migrator.commands.checklist_sources import checklist_settings
from migrator.commands.options import FILE_PATH, app_argument
from migrator.commands.teardown_words import rehearsed_lines, undo_lines
from migrator.configuration import configuration
from migrator.console import say
from templates.text import visible

if TYPE_CHECKING:
    from checklists.aws.access import AccountAccess


def _acting_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--account-alias", metavar="ALIAS", help="The account's alias, instead of being asked for it."),
        click.option("--no-dry-run", "act", is_flag=True, help="Do it. Without, it only shows what it would do."),
        click.option("--role", metavar="ARN", help="Role to assume."),
        click.option("--profile", metavar="NAME", help="Profile to use. Default: the session's credentials."),
    ):
        function = option(function)
    return function


@click.command("apply")
@app_argument
@click.option("--plan", "path", type=FILE_PATH, help="The plan. Default: the one that was begun last.")
@_acting_options
@click.option("--wait", is_flag=True, help="Wait through quiet periods and nights, instead of ending and coming back.")
@click.option("--max-deletions", type=click.IntRange(1), help="At most so many in this run. Default: the setting.")
@click.option("--done", "numbers", type=int, multiple=True, help="Number of a step that a person has done. Repeatable.")
@click.pass_context
def apply_command(
    ctx: click.Context,
    /,
    app: Path,
    path: Path | None,
    profile: str | None,
    role: str | None,
    act: bool,
    account_alias: str | None,
    wait: bool,
    max_deletions: int | None,
    numbers: tuple[int, ...],
) -> None:
    """Carries a plan out, or goes on with it. Each step's gates are looked at right before it.

    A brownout keeps this process busy until it is over, and opens the door again also at Ctrl-C. Quiet periods end the
    run, and it says when to come back. The journal and what was there before lie in APP/.ws2sse/teardown.
    Ends with 0 when all is done, 1 when a gate does not hold or somebody still comes, 2 when AWS refused, 3 when it
    waits for time or for a person.

    \b
    Examples:
      ws2sse teardown apply . --plan plan.json
      ws2sse teardown apply . --plan plan.json --profile prod --no-dry-run
      ws2sse teardown apply . --no-dry-run --done 24
    """
    from checklists.teardown.execute.apply import apply_plan  # noqa: PLC0415 - boto3 only where AWS is asked
    from checklists.teardown.execute.aws_eyes import AwsEyes  # noqa: PLC0415
    from checklists.teardown.execute.aws_hands import AwsHands  # noqa: PLC0415

    settings, configured_in = settings_of_app(app)
    plan = read_plan(path) if path is not None else newest_run(app).plan
    access, clock = _access(profile, role), SystemClock()
    eyes = AwsEyes(access, plan, clock)
    if not act:
        rehearsed = list(rehearse(plan, _progress(app, plan), settings=settings, eyes=eyes, clock=clock))
        click.echo("\n".join(rehearsed_lines(rehearsed)))
        refused = refusal(plan, app, settings, configured_in, clock)
        say(f"--no-dry-run would be refused. {refused}" if refused else "Nothing was done. --no-dry-run does it.")
        ctx.exit(exit_status(rehearsed) or (3 if refused else 0))
    ending = apply_plan(
        plan,
        app,
        settings=settings,
        configured_in=configured_in,
        eyes=eyes,
        hands=AwsHands(access, plan.partition),
        clock=clock,
        typed=_typed(account_alias, plan),
        say=_talk,
        wishes=Wishes(
            wait=wait,
            deletions=max_deletions or settings.max_deletions,
            attested=frozenset(step.id for step in plan.steps if step.number in numbers),
        ),
    )
    _end(ctx, ending)


@click.command("undo", short_help="Takes back what the newest teardown did, newest step first.")
@app_argument
@_acting_options
@click.pass_context
def undo_command(
    ctx: click.Context,
    /,
    app: Path,
    profile: str | None,
    role: str | None,
    act: bool,
    account_alias: str | None,
) -> None:
    """Takes back what the newest teardown did, newest step first, and says what can't be taken back and what to do.

    \b
    Examples:
      ws2sse teardown undo .
      ws2sse teardown undo . --profile prod --no-dry-run
    """
    from checklists.teardown.execute.aws_eyes import AwsEyes  # noqa: PLC0415 - boto3 only where AWS is asked
    from checklists.teardown.execute.aws_hands import AwsHands  # noqa: PLC0415
    from checklists.teardown.execute.undo import undo_run  # noqa: PLC0415

    settings, configured_in = settings_of_app(app)
    run = newest_run(app)
    if not act:
        click.echo("\n".join(undo_lines(to_undo(run.plan, run.progress), run.plan.partition)))
        say("Nothing was done. --no-dry-run does it.")
        ctx.exit(0)
    access, clock = _access(profile, role), SystemClock()
    ending = undo_run(
        run.plan,
        app,
        settings=settings,
        configured_in=configured_in,
        eyes=AwsEyes(access, run.plan, clock),
        hands=AwsHands(access, run.plan.partition),
        clock=clock,
        typed=_typed(account_alias, run.plan),
        say=_talk,
    )
    _end(ctx, ending)


def settings_of_app(app: Path) -> tuple[TeardownSettings, Path]:
    """And the file that they are from. Raises SettingInvalid or ConfigurationInvalid."""
    path, table = configuration(app)
    return teardown_settings(table.get("teardown", {}), checklist_settings(app).business_cycle_days), path


def _progress(app: Path, plan: TeardownPlan) -> Progress:
    runs = [run.progress for run in begun_runs(app) if run.plan.digest == plan.digest]
    return runs[-1] if runs else Progress()


def _access(profile: str | None, role: str | None) -> AccountAccess:
    from checklists.aws.access import by_default, by_profile, by_role  # noqa: PLC0415 - boto3 only where AWS is asked

    base = by_profile(profile) if profile else by_default()
    return by_role(role, base=base) if role else base


def _typed(alias: str | None, plan: TeardownPlan) -> Callable[[str], str]:
    def ask(expected: str) -> str:
        if alias is not None:
            return alias
        what = "id" if expected == plan.account else "alias"
        return str(click.prompt(f"Type the {what} of the account", err=True, default="", show_default=False))

    return ask


def _talk(words: str) -> None:
    say(visible(words))


def _end(ctx: click.Context, ending: Ending) -> None:
    click.echo("\n".join(visible(line) for line in ending.words))
    if ending.come_back is not None:
        click.echo(f"Come back after {ending.come_back:%Y-%m-%d %H:%M} UTC with the same command.")
    ctx.exit(ending.exit_status)

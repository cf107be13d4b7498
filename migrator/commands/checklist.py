"""`ws2sse checklist`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

import checklists
from checklists.gate import gate
from checklists.history.file import append_run
from checklists.history.model import run_of
from checklists.phases import PhaseName
from migrator.commands.checklist_building import MARKDOWN, build_checklist, judging_options
from migrator.commands.checklist_cost import AskedCost, cost_options
from migrator.commands.checklist_diff import diff_command
from migrator.commands.checklist_issues import issues_command
from migrator.commands.checklist_policy import policy_command
from migrator.commands.checklist_survey import Asked, survey_options
from migrator.commands.options import app_argument, format_option
from migrator.console import say
from migrator.writing import write_file

HTML = "checklist.html"

SUBCOMMANDS: dict[str, click.Command] = {"diff": diff_command, "iam-policy": policy_command, "issues": issues_command}


class ChecklistCommand(click.Command):
    """A command that also has a few of its own. A folder of such a name is meant by ./NAME."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> click.Context:
        if args and args[0] in SUBCOMMANDS:
            return SUBCOMMANDS[args[0]].make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Commands in place of APP"):
            formatter.write_dl([(name, one.get_short_help_str(90)) for name, one in SUBCOMMANDS.items()])


class PhaseGate(click.ParamType[str]):
    """phase=NAME."""

    name = "gate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        what, _, name = str(value).partition("=")
        if what != "phase":
            self.fail(f"{value} is not phase=NAME", param, ctx)
        choice: str = click.Choice(get_args(PhaseName)).convert(name, param, ctx)
        return choice


@click.command("checklist", cls=ChecklistCommand)
@app_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Folder for {MARKDOWN} and {HTML}; what people wrote there is kept.",
)
@judging_options
@survey_options
@cost_options
@click.option("--record", is_flag=True, help="Add this run to the history in APP: .ws2sse/history/checklist.jsonl.")
@click.option(
    "--gate",
    "phase",
    type=PhaseGate(),
    metavar="phase=NAME",
    help="End as one phase stands: 0 through, 1 something speaks against it, 3 something is not known or remains.",
)
@format_option(*checklists.FORMS, what="What is printed when no --out is given.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    app: Path,
    out: Path | None,
    verify_path: Path | None,
    started: date | None,
    today: date | None,
    record: bool,
    phase: PhaseName | None,
    form: checklists.Form,
    asked: Asked,
    asked_cost: AskedCost,
) -> None:
    """Renders the developer, infrastructure and operations checklists of APP, each item with its evidence.

    With --out it can be run again at any time: ticks, owners and notes that people wrote are kept. With --aws it looks
    into the account too, and reads only. What a team changes about it stands in [checklist] of ws2sse.toml.
    Ends with 0 when nothing is left to do, 1 when something is overdue or is called done against the evidence, 3 when
    items remain.

    \b
    Examples:
      ws2sse checklist examples/chat
      ws2sse checklist . --out docs/migration --verify verify.json
      ws2sse checklist . --aws --profile prod --region eu-central-1 --record --out docs/migration
      ws2sse checklist . --estate survey.json --gate phase=drain
      ws2sse checklist diff .
    """
    made = build_checklist(
        app,
        previous=out / MARKDOWN if out else None,
        verify=verify_path,
        started=started,
        today=today,
        asked=asked,
        asked_cost=asked_cost,
    )
    built = made.checklist
    _deliver(built, out, form)
    if record:
        say(f"Recorded in {append_run(app, run_of(built, made.seen, made.now))}.")
    ctx.exit(_gate_status(built, phase) if phase else built.exit_status)


def _deliver(built: checklists.Checklist, out: Path | None, form: checklists.Form) -> None:
    if out is None:
        click.echo(checklists.write_checklist(built, form), nl=False)
        return
    write_file(out / MARKDOWN, checklists.render_markdown(built))
    write_file(out / HTML, checklists.render_html(built))
    say(f"Wrote {out / MARKDOWN} and {out / HTML}.")
    waived = " or waived" if built.waived else ""
    against = f", {len(built.disputed)} called done against the evidence" if built.disputed else ""
    say(f"{built.settled} of {built.applying} items are done{waived}; {len(built.overdue)} overdue{against}.")


def _gate_status(built: checklists.Checklist, phase: PhaseName) -> int:
    decided = gate(built, phase)
    whole = len(decided.passed) + len(decided.against) + len(decided.open)
    against = f"; against it: {', '.join(decided.against)}" if decided.against else ""
    remaining = f"; open: {', '.join(decided.open)}" if decided.open else ""
    say(f"Phase {phase}: {len(decided.passed)} of {whole} items are done{against}{remaining}.")
    return decided.exit_status

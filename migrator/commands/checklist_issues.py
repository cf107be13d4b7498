"""`ws2sse checklist issues`."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from migrator.commands.checklist_building import MARKDOWN, build_checklist, judging_options
from migrator.commands.checklist_survey import Asked, survey_options
from migrator.commands.options import FILE_PATH, app_argument, format_option
from migrator.console import say
from migrator.errors import WsSseError
from templates.text import visible

if TYPE_CHECKING:
    from checklists.outputs.github import Plan

TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
API_VARIABLE: Final = "GITHUB_API_URL"
"""As GitHub Actions sets it: https://docs.github.com/en/actions/reference/workflows-and-actions/variables"""

MAX_TOKEN: Final = 4096
SIGNS: Final = {"create": "+", "update": "~", "close": "x", "reopen": "o", "leave": "."}


@click.command("issues", short_help="Lets issues in a GitHub repository follow the checklist of APP.")
@app_argument
@click.option("--repo", required=True, metavar="OWNER/NAME", help="Repository whose issues follow the checklist.")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Folder of {MARKDOWN}, whose ticks and owners count. Default: none.",
)
@click.option("--no-dry-run", "act", is_flag=True, help="Do it. Without, the plan is shown and nothing is written.")
@click.option(
    "--token-file",
    type=FILE_PATH,
    help=f"File that holds the token and nothing else. Default: {' or '.join(TOKENS)}.",
)
@click.option(
    "--api-url",
    metavar="URL",
    help=f"REST API of a GitHub Enterprise Server. Default: {API_VARIABLE}, or https://api.github.com.",
)
@judging_options
@survey_options
@format_option("text", "json", what="Form of the plan.")
@click.pass_context
def issues_command(
    ctx: click.Context,
    /,
    app: Path,
    repo: str,
    folder: Path | None,
    act: bool,
    token_file: Path | None,
    api_url: str | None,
    verify_path: Path | None,
    started: date | None,
    today: date | None,
    form: str,
    asked: Asked,
) -> None:
    """Lets issues in a GitHub repository follow the checklist of APP: one parent, a sub-issue for each item, and what
    blocks what.

    Shows the plan and writes nothing, unless --no-dry-run is given. Issues are found again by a marker in their text;
    what people write around it, and what they close or reopen, stays. Ends with 0 when all is as it should be, 1 when
    the plan has changes, 3 when something is left for a person.

    \b
    Examples:
      ws2sse checklist issues . --repo example/chat --from docs/migration
      ws2sse checklist issues . --repo example/chat --from docs/migration --no-dry-run
    """
    from checklists.outputs.github import GitHub, carry_out, look, plan, wanted  # noqa: PLC0415 - httpx is an extra
    from checklists.outputs.github.client import API  # noqa: PLC0415

    previous = folder / MARKDOWN if folder else None
    if started is None and not (previous and previous.exists()):
        say(f"Without the {MARKDOWN} of --from or a --started due dates count from today, and change with the day.")
    made = build_checklist(app, previous=previous, verify=verify_path, started=started, today=today, asked=asked)
    wants, token = wanted(made.checklist), _token(token_file)
    name = made.checklist.application
    with GitHub(repo, token, wait=_wait, now=time.time, api=api_url or os.environ.get(API_VARIABLE) or API) as github:
        found = look(github, name, wants)
        planned = plan(wants, found)
        click.echo(json.dumps(planned.to_json(), indent=2) if form == "json" else "\n".join(_lines(planned)))
        if not act:
            say("Nothing was written. Add --no-dry-run to do it." if not planned.empty else "Nothing is to be done.")
            ctx.exit(1 if not planned.empty else 3 if _left(planned) else 0)
        done = carry_out(planned, found, github, name, lambda words: say(visible(words)))
    for words in done.left:
        say(f"Left: {visible(words)}")
    say(f"{done.sent} changes were made in {repo}.")
    ctx.exit(3 if done.left or _left(planned) else 0)


def _lines(planned: Plan) -> list[str]:
    lines = [
        f"{SIGNS[step.kind]} {step.kind:<6} {f'#{step.issue.number}' if step.issue else '':<6}"
        f" {visible(step.wanted.title)} ({visible(step.why)})"
        for step in planned.steps
        if step.kind != "leave" or step.for_a_person
    ]
    counted = Counter(step.kind for step in planned.steps)
    lines += [f"! {visible(note)}" for note in planned.notes]
    said = ", ".join(f"{number} to {kind}" for kind, number in counted.items())
    links = f"; {len(planned.attach)} to attach to the parent, {len(planned.block)} times one blocks another"
    return [*lines, f"{said}{links}."]


def _left(planned: Plan) -> bool:
    return any(step.for_a_person for step in planned.steps)


def _wait(seconds: float) -> None:
    if seconds > 5:
        say(f"GitHub's rate limit: going on in {seconds:.0f} s.")
    time.sleep(seconds)


def _token(path: Path | None) -> str:
    """Raises TokenMissing, or WsSseError for a file that can't be read or holds something else."""
    from checklists.outputs.github.errors import TokenMissing  # noqa: PLC0415

    if path is None:
        token = next((value for name in TOKENS if (value := os.environ.get(name, "").strip())), "")
    else:
        try:
            with path.open(encoding="ascii") as file:
                token = file.read(MAX_TOKEN + 1).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WsSseError(f"The token in {path} can't be read ({type(error).__name__}).") from error
    if not token:
        raise TokenMissing(TOKENS)
    if not token.isascii() or not token.isprintable() or " " in token or len(token) > MAX_TOKEN:
        raise WsSseError("What was given as a token is none: it has spaces or characters that no token has.")
    return token

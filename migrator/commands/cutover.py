"""`ws2sse cutover`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from migrator.commands.cutover_desk import desk_of
from migrator.commands.options import FILE_PATH, format_option
from migrator.console import say
from shim.dualrun.cutover.stages import Stage
from shim.dualrun.cutover.verdict_words import verdict_words
from templates.text import visible


def _shim_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which shim is meant, and who asks."""
    for option in (
        click.option(
            "--token-file",
            type=FILE_PATH,
            help="File with an operator's token. Default: what WS2SSE_CUTOVER_TOKEN says, or none.",
        ),
        click.option(
            "--url", metavar="URL", help="Address of the shim, such as http://127.0.0.1:8000. Default: APP's."
        ),
        click.argument("app", type=click.Path(path_type=Path), required=False),
    ):
        function = option(function)
    return function


@click.group("cutover")
def command() -> None:
    """Takes users from the old service to the new one, in stages, on a running shim whose configuration has [cutover].

    The stages are legacy, tap, shadow, live, rampdown, complete; docs/reference/cut-over.md says what each means.

    \b
    Examples:
      ws2sse cutover status .
      ws2sse cutover set . --stage shadow --why "no difference while tapped"
    """


@command.command("status")
@_shim_options
@format_option("text", "json")
def status(app: Path | None, url: str | None, token_file: Path | None, form: str) -> None:
    """Shows the stage, who is chosen, and the running verdict.

    \b
    Examples:
      ws2sse cutover status .
      ws2sse cutover status --url http://127.0.0.1:8000 --format json
    """
    holds = desk_of(app, url, token_file).status()
    click.echo(json.dumps(holds, indent=2) if form == "json" else "\n".join(_holding(holds)))


@command.command("set")
@_shim_options
@click.option("--stage", type=click.Choice(get_args(Stage)), help="Forward one stage at a time, back any number.")
@click.option("--share", type=click.FloatRange(0, 100), metavar="PERCENT", help="Share of the users that is chosen.")
@click.option("--user", "users", multiple=True, help="Users that are chosen; replaces the list. One empty: none.")
@click.option("--canary", "canaries", multiple=True, help="Users whose clients may hold pairs; replaces the list.")
@click.option("--shadow-route", "routes", multiple=True, help="Mutating routes that are shadowed; replaces the list.")
@click.option("--freeze/--unfreeze", "frozen", default=None, help="Frozen, nothing changes without --force.")
@click.option(
    "--force", is_flag=True, help="Also what the rules refuse: leaving out stages, forward after a fall-back."
)
@click.option("--why", required=True, help="For the journal.")
@format_option("text", "json")
def change(
    app: Path | None,
    url: str | None,
    token_file: Path | None,
    stage: str | None,
    share: float | None,
    users: tuple[str, ...],
    canaries: tuple[str, ...],
    routes: tuple[str, ...],
    frozen: bool | None,
    force: bool,
    why: str,
    form: str,
) -> None:
    """Changes it at once, after it was written to the journal. Refused when somebody else was first.

    \b
    Examples:
      ws2sse cutover set . --stage tap --canary ana --why "first look"
      ws2sse cutover set . --stage live --share 5 --why "no difference in 900 sessions"
      ws2sse cutover set . --freeze --why "maintenance tonight"
    """
    given: dict[str, Any] = {"stage": stage, "share_percent": share, "frozen": frozen}
    changes = {name: value for name, value in given.items() if value is not None}
    for name, names in (("users", users), ("canaries", canaries), ("mutating_routes", routes)):
        if names:
            changes[name] = [one for one in names if one]
    if not changes:
        raise click.UsageError("Nothing is to be changed; give --stage, --share or another option.")
    desk = desk_of(app, url, token_file)
    entry = desk.change(changes, why=why, force=force, seen=desk.status()["number"])
    click.echo(json.dumps(entry, indent=2) if form == "json" else _line(entry))
    if form == "text":
        say(f"Digest of the journal now: {entry['digest']}")


@command.command("history")
@_shim_options
@click.option("--last", type=click.IntRange(1, 1_000), default=50, show_default=True, help="So many entries at most.")
@format_option("text", "json")
def history(app: Path | None, url: str | None, token_file: Path | None, last: int, form: str) -> None:
    """Lists who changed what, when and why, oldest first, after the journal was checked for tampering.

    \b
    Example:
      ws2sse cutover history . --last 10
    """
    told = desk_of(app, url, token_file).history(last)
    if form == "json":
        click.echo(json.dumps(told, indent=2))
        return
    for entry in told["entries"]:
        click.echo(_line(entry))
    if told["total"] > len(told["entries"]):
        say(f"{told['total'] - len(told['entries'])} entries before these are not shown; --last shows more.")


def _holding(holds: dict[str, Any]) -> list[str]:
    last = holds["last"]
    lines = [
        f"Stage        {holds['stage']}{' (frozen)' if holds['frozen'] else ''}: {holds['about']}",
        f"Chosen       {holds['share_percent']:g} % of the users{_listed(' and ', holds['users'])}",
        f"Canaries     {_listed('', holds['canaries']) or 'none'}",
        f"Shadowed     {_listed('', [*holds['read_only_routes'], *holds['mutating_routes']]) or 'no route'}",
        f"Connections  {holds['clients']['old']} at the old service, {holds['clients']['new']} at the new one",
        f"Verdict      {holds['observed']['verdict']}: {verdict_words(holds['observed'])}",
        f"Compared     {_compared(holds['observed'])}",
        f"Last change  {_line(last)}",
    ]
    if holds["held_s"]:
        lines.append(f"Held         nobody goes forward for another {holds['held_s']:.0f} s without --force")
    if holds["unwritten"]:
        lines.append("Journal      the last change could not be written yet; see the log")
    return lines


def _compared(observed: dict[str, Any]) -> str:
    """What the verdict rests on."""
    told = [
        f"{observed['messages_compared']} messages",
        f"{observed['pairs']} pairs and {observed['shadows']} shadows open",
    ]
    told += [f"{count} {kind}" for kind, count in observed["unexplained"].items()]
    told += [f"{count} shadows {why}" for why, count in observed["shadow_problems"].items()]
    return visible(", ".join(told))


def _line(entry: dict[str, Any]) -> str:
    """One entry, with what is different after it."""
    before, after = entry["from"] or {}, entry["to"]
    changed = ", ".join(
        f"{name} {_shown(before.get(name))} -> {_shown(value)}"
        for name, value in after.items()
        if before.get(name) != value
    )
    forced = ", forced" if entry["forced"] else ""
    return visible(f"{entry['number']}  {entry['at']}  {entry['by']}{forced}: {entry['why']} ({changed})")


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return "[" + ", ".join(map(str, value)) + "]" if isinstance(value, list) else str(value)


def _listed(before: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return visible(f"{before}{', '.join(names[:5])}{more}")

"""`ws2sse verify`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from migrator.commands.margin import margin_from_config, margin_option
from migrator.commands.noise import known_noise, noise_options, write_learned
from migrator.commands.options import format_option
from migrator.commands.verify_install import install_options, libraries_of
from migrator.commands.verify_output import report_files, session_progress
from migrator.commands.verify_remote import record_at, replay_at, server_at
from migrator.commands.verify_repro import telling, write_repro
from migrator.commands.verify_ways import way_of
from migrator.console import say, stdout_console
from migrator.errors import WsSseError
from migrator.isolation import isolated
from migrator.scan import scan_application
from migrator.sessions import Identity, identities_from_config, plan_sessions, redacted_paths_from_config
from migrator.sessions.plan import GivenSessions
from migrator.sessions.stubs import stubs_from_config, stubs_of_archives
from migrator.state import verify_report_path
from migrator.writing import write_file
from shim.dualrun.compare.noise_file import NoiseFile
from shim.dualrun.errors import DualRunError
from shim.dualrun.judge.margin import Margin
from shim.dualrun.record.scenario import Session
from shim.dualrun.record.sources import sessions_from_file
from shim.dualrun.replay.server import Server
from shim.dualrun.report.forms import FORMS, SUFFIXES, Form, write_report
from shim.dualrun.report.report import Report
from shim.dualrun.report.text import print_report
from shim.dualrun.run import verify

ENTRY = Path("sse_service") / "main.py"
"""What makes a folder a migrated application."""

_KEPT: Final[Form] = "json"
"""The form that `ws2sse checklist` reads."""


class NotMigrated(WsSseError):
    """Raised when the second folder isn't what `ws2sse migrate` writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)

    def __str__(self) -> str:
        return f"{self.path} has no {ENTRY}. Give a folder that `ws2sse migrate APP --out` has written."


FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("verify")
@click.argument("app", type=click.Path(path_type=Path), required=False)
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option(
    "--sessions",
    "sessions_file",
    type=FILE,
    help="Sessions to run instead of generated ones: a scenario (YAML), a recording, or an HTTP archive (HAR).",
)
@click.option("--record", "record_file", type=FILE, help="Record the sessions at --url, the legacy path, in this file.")
@click.option("--replay", "replay_file", type=FILE, help="Replay what --record wrote at --url, the new path; compare.")
@click.option("--url", help="Server that runs already: ws:// and wss:// for WebSocket, http:// and https:// for SSE.")
@click.option("--key", "key_file", type=FILE, help="Key of the recording. Default: beside it, with the ending .key.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other sessions and messages.")
@format_option(*FORMS)
@click.option(
    "--report",
    "reports",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help=f"File to write the report to, in the form that its name ends in ({', '.join(SUFFIXES)}). May be repeated.",
)
@click.option(
    "--repro",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the shortest session that shows the first difference, found by replaying shorter ones.",
)
@click.option("--keep", is_flag=True, help="Keep the report in APP/.ws2sse, as evidence for `ws2sse checklist`.")
@margin_option
@install_options
@noise_options
@click.pass_context
def command(
    ctx: click.Context,
    app: Path | None,
    new: Path | None,
    sessions_file: Path | None,
    record_file: Path | None,
    replay_file: Path | None,
    url: str | None,
    key_file: Path | None,
    seed: int,
    form: Form,
    reports: tuple[Path, ...],
    repro: Path | None,
    keep: bool,
    margin: Margin | None,
    install: bool,
    allow_builds: bool,
    noise: Path | None,
    learn: Path | None,
) -> None:
    """Runs sessions of several clients through APP over WebSocket, twice, and through NEW over SSE + POST, and compares
    what each client received, in order.

    Both run on this machine, with AWS played in their processes. With --record and --replay they are servers that run
    already. Ends with 0 for PASS, 1 for FAIL, 3 for INCONCLUSIVE.

    \b
    Examples:
      ws2sse verify examples/chat build/chat-sse
      ws2sse verify . ../new --sessions scenarios/chat.yaml
      ws2sse verify . ../new --report verify.html --report junit.xml --keep
      ws2sse verify . ../new --format markdown > comment.md
      ws2sse verify . ../new --noise noise.toml --learn noise.toml
      ws2sse verify . ../new --repro repro
      ws2sse verify . ../new --margin 20%,100ms
      ws2sse verify . ../new --install
      ws2sse verify . --record legacy.jsonl --url wss://abc.execute-api.eu-west-1.amazonaws.com/prod
      ws2sse verify . --replay legacy.jsonl --url https://chat.example.org/stream
    """
    way = way_of(ctx)
    kept = [(verify_report_path(app), _KEPT)] if keep and app is not None else []
    files = [*report_files(reports, form), *kept]
    given = None if sessions_file is None else partial(_given, sessions_file)
    today = datetime.now(UTC).date()
    try:
        known = known_noise(noise, today)
        if way == "here":
            assert app is not None
            assert new is not None
            result = _verify(app, new, seed, given, known, margin, repro, install=install, allow_builds=allow_builds)
        else:
            assert url is not None
            server = server_at(url)
            if way == "record":
                assert record_file is not None
                _record(record_file, server, app, seed, given, key_file)
                return
            assert replay_file is not None
            with session_progress(0) as progress:
                result, notes = replay_at(
                    replay_file,
                    server,
                    app=app,
                    key_file=key_file,
                    noise=known,
                    margin=margin or margin_from_config(app or replay_file.parent),
                    progress=progress,
                )
            _say_all(notes)
        write_learned(noise, learn, result.rules, today)
    except DualRunError as error:
        raise WsSseError(str(error)) from error
    if form == "text":
        print_report(result, stdout_console())
    else:
        click.echo(write_report(result, form), nl=False)
    for path, wanted in files:
        write_file(path, write_report(result, wanted))
        say(f"Wrote {path}.")
    if not files and not learn and repro is None:
        say("Nothing was written. --keep keeps this result as evidence for `ws2sse checklist`.")
    ctx.exit(result.exit_status)


def _verify(
    app: Path,
    new: Path,
    seed: int,
    given: GivenSessions | None,
    noise: NoiseFile,
    margin: Margin | None,
    repro: Path | None,
    *,
    install: bool,
    allow_builds: bool,
) -> Report:
    inventory = isolated(partial(scan_application, app))
    if not (new / ENTRY).is_file():
        raise NotMigrated(new)
    plan = plan_sessions(
        inventory, seed=seed, identities=identities_from_config(app), given=os.environ, app=app, instead=given
    )
    redact = redacted_paths_from_config(app)
    recorded = stubs_of_archives(app)
    stubs, margin = (*stubs_from_config(app), *recorded.stubs), margin or margin_from_config(app)
    libraries = libraries_of(app, inventory, allow_builds=allow_builds) if install else None
    with session_progress(3 * len(plan.sessions)) as progress:
        report = verify(
            app,
            new,
            plan.sessions,
            environment=plan.environment,
            service_environment=plan.service_environment,
            tables=inventory.local_tables(),
            routes=plan.routes,
            silent_routes=plan.silent,
            gaps=plan.gaps,
            assumed=(*plan.assumed, *recorded.told, *(libraries.told if libraries else ())),
            stubs=stubs,
            functions=plan.functions,
            resources=inventory.local_calls(),
            libraries=libraries.folder if libraries else None,
            noise=noise,
            margin=margin,
            progress=progress,
            shorten=None if repro is None else telling(progress, 3 * len(plan.sessions)),
        )
    if repro is not None:
        write_repro(repro, report, app=app, new=new, identities=plan.identities, redact=redact)
    return report


def _record(
    file: Path, server: Server, app: Path | None, seed: int, given: GivenSessions | None, key_file: Path | None
) -> None:
    with session_progress(0) as progress:
        problems = record_at(file, server, app=app, seed=seed, given=given, key_file=key_file, progress=progress)
    _say_all(problems)
    say(f"Wrote {file}, with two runs of the same sessions. Secrets are hidden; keep the key for --replay.")


def _given(file: Path, identities: tuple[Identity, ...]) -> tuple[tuple[Session, ...], tuple[str, ...]]:
    source = sessions_from_file(file, environment=os.environ, identities=identities)
    _say_all(source.notes)
    return source.sessions, source.gaps


def _say_all(notes: Sequence[str]) -> None:
    for note in notes:
        say(note)

"""`ws2sse verify --record` and `--replay`: sessions against servers that run already.

Without APP its settings are those of a ws2sse.toml beside the recording.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click

from migrator.inventory.model import Inventory
from migrator.isolation import isolated
from migrator.scan import scan_application
from migrator.sessions import identities_from_config, plan_sessions, redacted_paths_from_config
from migrator.sessions.plan import GivenSessions
from shim.dualrun.compare.noise_file import NoiseFile
from shim.dualrun.judge.margin import Margin
from shim.dualrun.record.errors import NothingRecorded
from shim.dualrun.record.keyed import Hasher, key_beside, read_key, read_or_make_key
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Session
from shim.dualrun.remote import Known, record, replay
from shim.dualrun.replay.driver import Progress
from shim.dualrun.replay.server import Server
from shim.dualrun.report.report import Report


def server_at(url: str) -> Server:
    """Raises UsageError for what is no address of a server."""
    parts = urlsplit(url)
    if parts.scheme not in {"ws", "wss", "http", "https"} or not parts.hostname:
        raise click.UsageError("--url is an address such as wss://host/stage or https://host/stage.")
    if parts.query or parts.username or parts.password:
        raise click.UsageError("--url has no query and no user: what a client brings is in its identity.")
    return Server(url)


def record_at(
    file: Path,
    server: Server,
    *,
    app: Path | None,
    seed: int,
    given: GivenSessions | None,
    key_file: Path | None,
    progress: Progress,
) -> tuple[str, ...]:
    """The problems of both runs. Raises DualRunError."""
    known, gaps = _sessions(app, file.parent, seed, given)
    sessions = tuple(session for session in known if not session.advances)
    if len(sessions) < len(known):
        named = ", ".join(repr(session.name) for session in known if session.advances)
        gaps = (*gaps, f"Left out, as a server that runs already has a clock of its own: {named}.")
    if not sessions:
        raise NothingRecorded(file, gaps[0] if gaps else "there are no sessions")
    key = read_or_make_key(key_file or key_beside(file))
    redactor = Redactor(Hasher(key), redacted_paths_from_config(app or file.parent))
    application = app.resolve().name if app is not None else str(urlsplit(server.url).hostname)
    recorded = asyncio.run(
        record(file, server, sessions, application=application, redactor=redactor, progress=progress)
    )
    return (*gaps, *(str(problem) for one in recorded for problem in one.problems))


def replay_at(
    file: Path,
    server: Server,
    *,
    app: Path | None,
    key_file: Path | None,
    noise: NoiseFile,
    margin: Margin | None,
    progress: Progress,
) -> tuple[Report, tuple[str, ...]]:
    """The report, and what is odd about the file. Raises DualRunError."""
    inventory = _inventory(app)
    key = read_key(key_file or key_beside(file))
    paths = redacted_paths_from_config(app or file.parent)
    return asyncio.run(
        replay(
            file,
            server,
            identities=identities_from_config(app or file.parent),
            redactor=lambda names: Redactor(Hasher(key, names), paths),
            known=replace(_known(inventory, app), noise=noise, margin=margin),
            progress=progress,
        )
    )


def _sessions(
    app: Path | None, folder: Path, seed: int, given: GivenSessions | None
) -> tuple[tuple[Session, ...], tuple[str, ...]]:
    identities = identities_from_config(app or folder)
    inventory = _inventory(app)
    if inventory is not None:
        plan = plan_sessions(
            inventory, seed=seed, identities=identities, given=os.environ, app=app, instead=given, outside=False
        )
        return plan.sessions, plan.gaps
    if given is None:
        raise click.UsageError("--record needs APP, for sessions to be generated from, or --sessions FILE.")
    return given(identities)


def _inventory(app: Path | None) -> Inventory | None:
    return None if app is None else isolated(partial(scan_application, app))


def _known(inventory: Inventory | None, app: Path | None) -> Known:
    if inventory is None or not inventory.apis:
        return Known()
    plan = plan_sessions(inventory, given=os.environ, app=app, instead=lambda _: ((), ()), outside=False)
    return Known(inventory.apis[0].route_selection_expression, plan.routes, plan.silent, plan.gaps)

"""Sessions from whatever somebody has: a scenario file, a recording, an HTTP archive."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.errors import RecordingUnreadable
from shim.dualrun.record.har import read_har
from shim.dualrun.record.header import FORMAT, TRAFFIC
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.rebuild import sessions_of_run
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Send, Session
from shim.dualrun.record.scenario_file import read_scenario
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.substitution import with_identities
from shim.dualrun.record.traffic import sessions_of_traffic
from shim.gateway.selection import select_route

SourceKind = Literal["scenario", "recording", "archive"]

_HEAD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Source:
    """notes: what is odd about the file. gaps: what its sessions can't test, in sentences."""

    kind: SourceKind
    sessions: tuple[Session, ...]
    notes: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


def sessions_from_file(path: Path, *, environment: Mapping[str, str], identities: Sequence[Identity]) -> Source:
    """`environment`: for `${NAME}` in scenario files. `identities`: in place of secrets that recordings don't have.

    Raises a RecordingError.
    """
    kind = kind_of(path)
    if kind == "scenario":
        by_name = {identity.name: identity for identity in identities}
        return Source(kind, read_scenario(path, environment=environment, identities=by_name))
    if kind == "recording":
        loaded = load_recordings(path)
        notes = tuple(f"{path}, {note}" for note in loaded.notes)
        first = loaded.parts[0]
        if first.header.run != TRAFFIC:
            return _substituted(kind, sessions_of_run(first.recording).sessions, identities, notes)
        traffic = sessions_of_traffic([part.recording for part in loaded.parts])
        notes = (*notes, *(f"{path}, {note}" for note in traffic.notes))
        return _substituted(kind, traffic.sessions, identities, notes)
    archive = read_har(path)
    traffic = sessions_of_traffic([_redacted(archive.recording)])
    notes = tuple(f"{path}, {note}" for note in (*archive.notes, *traffic.notes))
    return _substituted(kind, traffic.sessions, identities, notes)


def kind_of(path: Path) -> SourceKind:
    """By what is in it; its name doesn't matter. Raises RecordingUnreadable."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8-sig", "replace").lstrip()
    except OSError as error:
        raise RecordingUnreadable(path, error.strerror or str(error)) from error
    if not head.startswith("{"):
        return "scenario"
    if f'"{FORMAT}"' in head.partition("\n")[0]:
        return "recording"
    return "archive"


def with_routes(sessions: Sequence[Session], expression: str, routes: Sequence[str]) -> tuple[Session, ...]:
    """Each message has the route that the expression selects for it, unless its author has named one."""

    def routed(send: Send | Spoof) -> Send | Spoof:
        return send if send.route is not None else replace(send, route=select_route(expression, send.text, routes))

    return tuple(
        replace(
            session, steps=tuple(routed(step) if isinstance(step, Send | Spoof) else step for step in session.steps)
        )
        for session in sessions
    )


def _substituted(
    kind: SourceKind, sessions: Sequence[Session], identities: Sequence[Identity], notes: tuple[str, ...]
) -> Source:
    done = with_identities(sessions, identities)
    return Source(kind, done.sessions, notes, done.gaps)


def _redacted(recording: Recording) -> Recording:
    """With a key that nobody has: an archive is treated as a recording is, whose secrets are not known."""
    redactor = Redactor(Hasher(secrets.token_bytes(32)))
    sent = tuple(redactor.event(event) for event in recording.sent)
    return replace(recording, sent=sent)

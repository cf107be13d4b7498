"""Writes what somebody needs to see the difference again."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.header import new_header
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Send, describe
from shim.dualrun.record.writer import write_recordings
from shim.dualrun.report.repro.reduce import Shortest
from shim.dualrun.report.repro.scenario_out import scenario_of
from templates import render

SESSION: Final = "session.yaml"
LEGACY: Final = "legacy.jsonl"
CANDIDATE: Final = "candidate.jsonl"
README: Final = "README.md"


def repro_files(
    found: Shortest, folder: Path, *, legacy: str, candidate: str, identities: Mapping[str, Identity]
) -> dict[str, str]:
    """The text files of a repro folder by name; the recordings are for `write_runs`. Nothing of it is a secret.

    `legacy`, `candidate`: the two applications, as the command was given them.
    """
    redactor = _redactor()
    scenario = scenario_of(found.session, identities, redactor)
    readme = render(
        "reports/verify/repro.md.j2",
        found=found,
        command=shlex.join(["ws2sse", "verify", legacy, candidate, "--sessions", str(folder / SESSION)]),
        steps=[redactor.text(describe(step)) for step in found.session.steps],
        messages=sum(isinstance(step, Send) for step in found.session.steps),
        expected=redactor.text(found.difference.expected),
        received=redactor.text(found.difference.found),
        scenario=scenario,
        session_file=SESSION,
    )
    return {SESSION: scenario.text, README: readme}


def write_runs(found: Shortest, folder: Path, application: str) -> None:
    """The two legacy runs in one file, the run of the new path in another. Raises RecordingUnwritable."""
    redactor = _redactor()
    for name, runs in ((LEGACY, found.runs[:2]), (CANDIDATE, found.runs[2:])):
        headers = [
            new_header(application, run.run, run.path, redactions=redactor.redactions, key_id=redactor.key_id)
            for run in runs
        ]
        hidden = [_hidden(run, redactor) for run in runs]
        write_recordings(folder / name, list(zip(headers, hidden, strict=True)))


def _redactor() -> Redactor:
    """With a key that nobody keeps: the files are read as they are, and compared with no others."""
    return Redactor(Hasher(secrets.token_bytes(32)))


def _hidden(run: Recording, redactor: Redactor) -> Recording:
    return replace(run, events=tuple(map(redactor.event, run.events)), sent=tuple(map(redactor.event, run.sent)))

"""What somebody needs to see the difference again."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.header import Header, new_header
from shim.dualrun.record.hidden_step import hidden_step
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Send, describe
from shim.dualrun.report.repro.looks import Shortest
from shim.dualrun.report.repro.scenario_out import scenario_of
from templates import render

SESSION: Final = "session.yaml"
LEGACY: Final = "legacy.jsonl"
CANDIDATE: Final = "candidate.jsonl"
README: Final = "README.md"


Parts = list[tuple[Header, Recording]]


@dataclass(frozen=True, slots=True)
class Repro:
    """Files of a folder by name. Nothing of them is a secret."""

    texts: dict[str, str]
    recordings: dict[str, Parts]
    """The two legacy runs in one file, the run of the new path in another."""


def repro_of(
    found: Shortest,
    folder: Path,
    *,
    legacy: str,
    candidate: str,
    application: str,
    identities: Mapping[str, Identity],
    redact: Collection[str] = (),
) -> Repro:
    """`legacy`, `candidate`: the two applications, as the command was given them. `redact`: the paths of a Redactor."""
    # The files are read as they are, and compared with no others: nobody keeps the key.
    redactor = Redactor(Hasher(secrets.token_bytes(32)), redact)
    # The runs come first: their handshakes say which words of all other texts are secrets.
    hidden = [(_header(run, application, redactor), redactor.recording(run)) for run in found.runs]
    scenario = scenario_of(found.session, identities, redactor)
    readme = render(
        "reports/verify/repro.md.j2",
        found=found,
        detail=redactor.text(found.difference.detail),
        command=shlex.join(["ws2sse", "verify", legacy, candidate, "--sessions", str(folder / SESSION)]),
        steps=[describe(hidden_step(step, redactor)) for step in found.session.steps],
        messages=sum(isinstance(step, Send) for step in found.session.steps),
        expected=redactor.text(found.difference.expected),
        received=redactor.text(found.difference.found),
        scenario=scenario,
        session_file=SESSION,
    )
    return Repro({SESSION: scenario.text, README: readme}, {LEGACY: hidden[:2], CANDIDATE: hidden[2:]})


def _header(run: Recording, application: str, redactor: Redactor) -> Header:
    return new_header(
        application,
        run.run,
        run.path,
        redactions=redactor.redactions,
        key_id=redactor.key_id,
        settled=run.settled,
    )

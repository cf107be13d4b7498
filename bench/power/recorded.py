"""Three recordings of one application and the sessions they are of, in a folder, so that injecting needs no process."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.power.session_records import records_of, sessions_of
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.header import Header, new_header
from shim.dualrun.record.hidden_step import hidden_step
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Session
from shim.dualrun.record.writer import write_recordings

SESSIONS: Final = "sessions.json"
LEGACY: Final = "legacy.jsonl"
CANDIDATE: Final = "candidate.jsonl"


@dataclass(frozen=True)
class Recorded:
    sessions: tuple[Session, ...]
    legacy: tuple[Recording, Recording]
    candidate: Recording

    @property
    def usable(self) -> tuple[Session, ...]:
        """Sessions that all three runs went through."""
        runs = (*self.legacy, self.candidate)
        broken = {problem.session for run in runs for problem in run.problems}
        return tuple(session for session in self.sessions if session.name not in broken)


def write(recorded: Recorded, folder: Path) -> None:
    """The project's own files, without secrets: what is equal stays equal, since one key hides all of them, and nobody
    keeps it. The folder is there as a whole, or not at all. Raises RecordingUnwritable.
    """
    redactor = Redactor(Hasher(secrets.token_bytes(32)))
    first, second, candidate = (redactor.recording(run) for run in (*recorded.legacy, recorded.candidate))
    sessions = [
        replace(one, steps=tuple(hidden_step(step, redactor) for step in one.steps)) for one in recorded.sessions
    ]
    name = folder.name.partition("@")[0]

    def headed(run: Recording) -> tuple[Header, Recording]:
        redactions, key_id = redactor.redactions, redactor.key_id
        return new_header(name, run.run, run.path, redactions=redactions, key_id=key_id, settled=run.settled), run

    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        (made / SESSIONS).write_text(json.dumps({"sessions": records_of(sessions)}), "utf-8")
        write_recordings(made / LEGACY, [headed(first), headed(second)])
        write_recordings(made / CANDIDATE, [headed(candidate)])
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def read(folder: Path) -> Recorded:
    """Raises RecordingError, such as for files of another version."""
    sessions = sessions_of(json.loads((folder / SESSIONS).read_text("utf-8"))["sessions"])
    first, second = (part.recording for part in load_recordings(folder / LEGACY).parts)
    (candidate,) = (part.recording for part in load_recordings(folder / CANDIDATE).parts)
    return Recorded(sessions, (first, second), candidate)

"""Three recordings of one application and the sessions they are of, in one file, so that injecting needs no process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.power.session_records import records_of, sessions_of
from shim.dualrun.record.canonical import Event, Problem, Recording
from shim.dualrun.record.scenario import Session


@dataclass(frozen=True)
class Recorded:
    """silent: routes that send nothing to anybody."""

    sessions: tuple[Session, ...]
    legacy: tuple[Recording, Recording]
    candidate: Recording
    silent: frozenset[str] = frozenset()

    @property
    def usable(self) -> tuple[Session, ...]:
        """Sessions that all three runs went through."""
        runs = (*self.legacy, self.candidate)
        broken = {problem.session for run in runs for problem in run.problems}
        return tuple(session for session in self.sessions if session.name not in broken)


def write(recorded: Recorded, path: Path) -> None:
    told = {
        "sessions": {"schema_version": 1, "sessions": records_of(recorded.sessions)},
        "runs": [_run(run) for run in (*recorded.legacy, recorded.candidate)],
        "silent": sorted(recorded.silent),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(told), "utf-8")
    partial.replace(path)


def read(path: Path) -> Recorded:
    told = json.loads(path.read_text("utf-8"))
    first, second, candidate = (_recording(run) for run in told["runs"])
    sessions = sessions_of(told["sessions"]["sessions"])
    return Recorded(sessions, (first, second), candidate, frozenset(told["silent"]))


def _run(run: Recording) -> dict[str, Any]:
    return {
        "run": run.run,
        "path": run.path,
        "events": [asdict(event) for event in run.events],
        "sent": [asdict(event) for event in run.sent],
        "skipped": sorted(run.skipped),
        "problems": [asdict(problem) for problem in run.problems],
    }


def _recording(told: dict[str, Any]) -> Recording:
    return Recording(
        told["run"],
        told["path"],
        _events(told["events"]),
        frozenset((str(session), int(step)) for session, step in told["skipped"]),
        tuple(Problem(**problem) for problem in told["problems"]),
        _events(told["sent"]),
    )


def _events(told: Iterable[dict[str, Any]]) -> tuple[Event, ...]:
    return tuple(Event(**event) for event in told)


def named(recordings: Sequence[Path]) -> list[tuple[str, Recorded]]:
    """By the name of the file, without its suffix."""
    return [(path.stem, read(path)) for path in recordings]

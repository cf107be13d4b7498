"""Sessions against servers that run already: the deployed legacy API, and whatever takes its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.evaluate import evaluate
from shim.dualrun.judge.margin import Margin
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.errors import KeyIsAnother, NothingRecorded, NotRecordedTwice
from shim.dualrun.record.header import new_header
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.rebuild import sessions_of_run
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Session
from shim.dualrun.record.sources import with_routes
from shim.dualrun.record.substitution import with_identities
from shim.dualrun.record.writer import write_recordings
from shim.dualrun.replay.counting import counted
from shim.dualrun.replay.driver import Progress, no_progress, run_sessions
from shim.dualrun.replay.server import Server
from shim.dualrun.replay.settling import Timing
from shim.dualrun.report.report import Report, build_report

REMOTE_TIMING: Final = Timing(quiet=0.5, first_quiet=2.0, limit=5.0, extra=0.2, settle=0.5)
"""A network and cold starts are slower than this machine."""

LEGACY_RUNS: Final = ("legacy-1", "legacy-2")


async def record(
    file: FilePath,
    server: Server,
    sessions: Sequence[Session],
    *,
    application: str,
    redactor: Redactor,
    timing: Timing = REMOTE_TIMING,
    progress: Progress = no_progress,
) -> tuple[Recording, Recording]:
    """The sessions twice, since what differs between two runs of the same server is noise; writes both, redacted.

    Raises DualRunError.
    """
    if not sessions:
        raise NothingRecorded(file, "there are no sessions")
    of = counted(progress, 2 * len(sessions))
    first = await run_sessions(
        sessions,
        server.client(),
        run=LEGACY_RUNS[0],
        path=server.path,
        timing=timing,
        progress=of(LEGACY_RUNS[0]),
    )
    if not first.events:
        raise NothingRecorded(file, first.problems[0].sentence if first.problems else "no client received anything")
    second = await run_sessions(
        sessions,
        server.client(),
        run=LEGACY_RUNS[1],
        path=server.path,
        first=first,
        timing=timing,
        progress=of(LEGACY_RUNS[1]),
    )
    recordings = (redactor.recording(first), redactor.recording(second))
    headers = [
        new_header(application, one.run, one.path, redactions=redactor.redactions, key_id=redactor.key_id)
        for one in recordings
    ]
    write_recordings(file, zip(headers, recordings, strict=True))
    return recordings


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the application beside its recording; without it, routes have no names.

    expression, routes: how a message selects its route. silent: routes that send nothing. gaps, noise, margin: as of
    `evaluate`.
    """

    expression: str = ""
    routes: tuple[str, ...] = ()
    silent: Collection[str] = ()
    gaps: tuple[str, ...] = ()
    noise: NoiseFile = NO_FILE
    margin: Margin | None = None


async def replay(
    file: FilePath,
    server: Server,
    *,
    identities: Sequence[Identity],
    redactor: Callable[[dict[str, str]], Redactor],
    known: Known,
    timing: Timing = REMOTE_TIMING,
    progress: Progress = no_progress,
) -> tuple[Report, tuple[str, ...]]:
    """What `record` wrote, against the new server, compared and judged; and what is odd about the file.

    `identities`: in place of the secrets that the recording doesn't have. `redactor`: made with the recording's key,
    and with the names that it gives to secrets of today. Raises DualRunError.
    """
    loaded = load_recordings(file)
    parts = {part.header.run: part for part in loaded.parts}
    if not all(run in parts for run in LEGACY_RUNS):
        raise NotRecordedTwice(file, tuple(part.header.run for part in loaded.parts))
    first = parts[LEGACY_RUNS[0]]
    if redactor({}).key_id != first.header.key_id:
        raise KeyIsAnother(file, first.header.key_id, redactor({}).key_id)
    rebuilt = sessions_of_run(first.recording)
    given = with_identities(rebuilt.sessions, identities)
    sessions = with_routes(given.sessions, known.expression, known.routes) if known.expression else given.sessions
    legacy = rebuilt.renumbered(first.recording), rebuilt.renumbered(parts[LEGACY_RUNS[1]].recording)
    candidate = await run_sessions(
        sessions,
        server.client(),
        run="candidate",
        path=server.path,
        first=legacy[0],
        timing=timing,
        progress=progress,
    )
    cut_off = tuple(
        f"{part.header.run} was not recorded to its end." for part in loaded.parts if not part.whole or part.lost
    )
    evaluation = evaluate(
        sessions,
        legacy,
        redactor(given.names).recording(candidate),
        routes=known.routes,
        silent=known.silent,
        gaps=(*known.gaps, *given.gaps, *cut_off),
        noise=known.noise,
        margin=known.margin,
    )
    report = build_report(
        evaluation, tuple(sessions), application=first.header.application, legacy=str(file), candidate=server.url
    )
    return report, tuple(f"{file}, {note}" for note in loaded.notes)

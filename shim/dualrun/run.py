"""`ws2sse verify APP NEW`: the same sessions through both paths, compared and judged."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from shim.dualrun.canonical import Recording
from shim.dualrun.driver import DEFAULT_TIMING, Progress, Timing, no_progress, run_sessions
from shim.dualrun.errors import DualRunError
from shim.dualrun.evaluate import evaluate
from shim.dualrun.processes import candidate_process, legacy_process
from shim.dualrun.report import Report, build_report, now
from shim.dualrun.scenario import Session
from shim.dualrun.stream_client import StreamClient
from shim.dualrun.websocket_client import WebSocketClient


def verify(
    legacy_app: Path,
    candidate: Path,
    sessions: Sequence[Session],
    *,
    environment: Mapping[str, str],
    tables: Sequence[Mapping[str, Any]],
    routes: Sequence[str] = (),
    silent_routes: Collection[str] = (),
    gaps: Sequence[str] = (),
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
) -> Report:
    """Runs all sessions twice over the legacy path and once over the new one; each run has a fresh process.

    `environment`: variables of the application, the same for both sides. `tables`: CreateTable arguments.
    `routes`: route keys that have to be tested; those that the sessions exercise are added.
    `silent_routes`: those that send nothing to anybody, so that silence on both sides is a result.
    `gaps`: sentences on what the sessions can't test; with any, there is no PASS.
    `progress` is called before each session of each run, so three times the number of sessions.
    A failure of the harness gives an INCONCLUSIVE report, not an exception.
    """
    sides = (legacy_app.resolve(), candidate.resolve())
    try:
        legacy, new, last_words = asyncio.run(_record(sides, sessions, environment, tables, timing, progress))
    except DualRunError as error:
        return Report(
            verdict="INCONCLUSIVE",
            application=sides[0].name,
            legacy=str(legacy_app),
            candidate=str(candidate),
            finished_at=now(),
            sessions=0,
            routes={},
            reasons=(str(error), *gaps),
            would_change=("Both sides have to come up; what they said last is above.",),
        )
    evaluation = evaluate(sessions, legacy, new, routes=routes, silent=silent_routes, gaps=gaps)
    report = build_report(
        evaluation, tuple(sessions), application=sides[0].name, legacy=str(legacy_app), candidate=str(candidate)
    )
    return replace(report, reasons=(*report.reasons, *last_words))


async def _record(
    sides: tuple[Path, Path],
    sessions: Sequence[Session],
    environment: Mapping[str, str],
    tables: Sequence[Mapping[str, Any]],
    timing: Timing,
    progress: Progress,
) -> tuple[tuple[Recording, Recording], Recording, tuple[str, ...]]:
    """The recordings, and the last words of processes that ended while they were needed."""

    def report(before: int, run: str) -> Progress:
        total = 3 * len(sessions)
        return lambda session, index, _: progress(f"{run}: {session}", before + index, total)

    legacy: list[Recording] = []
    last_words: list[str] = []
    for number in (1, 2):
        run = f"legacy-{number}"
        async with legacy_process(sides[0], environment) as side:
            recording = await run_sessions(
                sessions,
                partial(WebSocketClient, side.url),
                run=run,
                path="websocket",
                first=legacy[0] if legacy else None,
                timing=timing,
                progress=report(len(legacy) * len(sessions), run),
            )
            last_words += await side.last_words()
        legacy.append(recording)
    async with candidate_process(sides[1], environment, tables) as side:
        new = await run_sessions(
            sessions,
            partial(StreamClient, side.url),
            run="candidate",
            path="stream",
            first=legacy[0],
            timing=timing,
            progress=report(2 * len(sessions), "candidate"),
        )
        last_words += await side.last_words()
    return (legacy[0], legacy[1]), new, tuple(last_words)

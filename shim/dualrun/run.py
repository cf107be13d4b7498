"""`ws2sse verify APP NEW`: the same sessions through both paths, compared and judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shim.dualrun.compare.noise_file import NO_FILE, NoiseFile
from shim.dualrun.errors import ControlLost, DualRunError
from shim.dualrun.evaluate import evaluate
from shim.dualrun.failed_functions import failures_by_route, failures_of_new
from shim.dualrun.judge.margin import Margin
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Session
from shim.dualrun.repeating import Repeating
from shim.dualrun.replay.counting import counted
from shim.dualrun.replay.driver import Progress, no_progress, run_sessions
from shim.dualrun.replay.functions import OutsideFunction
from shim.dualrun.replay.processes import Side, candidate_process, legacy_process
from shim.dualrun.replay.server import Server
from shim.dualrun.replay.settling import DEFAULT_TIMING, Timing
from shim.dualrun.replay.stubs import Stub, uses_by_name
from shim.dualrun.replay.world import World
from shim.dualrun.report.report import Report, build_report, now
from shim.dualrun.report.repro.looks import Tell
from shim.dualrun.report.repro.reduce import reduce_divergence


@dataclass(frozen=True, slots=True)
class Recorded:
    """One run. last_words: what its process said when it ended while it was needed; usually nothing.

    failures: by function outside of the API how it failed last; of the legacy path also by route, what failed most
    often behind it.
    stubs: how often each answered in place of what lies outside.
    """

    recording: Recording
    last_words: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    stubs: Mapping[str, int] = field(default_factory=dict)


def verify(
    legacy_app: Path,
    candidate: Path,
    sessions: Sequence[Session],
    *,
    environment: Mapping[str, str],
    service_environment: Mapping[str, str] | None = None,
    tables: Sequence[Mapping[str, Any]],
    routes: Sequence[str] = (),
    silent_routes: Collection[str] = (),
    gaps: Sequence[str] = (),
    assumed: Sequence[str] = (),
    stubs: Sequence[Stub] = (),
    functions: Sequence[OutsideFunction] = (),
    resources: Sequence[Mapping[str, Any]] = (),
    libraries: Path | None = None,
    noise: NoiseFile = NO_FILE,
    margin: Margin | None = None,
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
    shorten: Tell | None = None,
) -> Report:
    """Runs all sessions twice over the legacy path and once over the new one; each run has a fresh process.

    `environment`: variables of the application, the same for both sides. `service_environment`: more of them for the
    new path, which the old one gives to each function by itself; None for none. `tables`: CreateTable arguments.
    `routes`: route keys that have to be tested; those that the sessions exercise are added.
    `silent_routes`: those that send nothing to anybody, so that silence on both sides is a result.
    `gaps`: sentences on what the sessions can't test; with any, there is no PASS.
    `assumed`: sentences on what both sides were given because nothing declares it; they are only told.
    `stubs`: answer in place of other hosts, and of AWS; for what none of them matches an answer is made up, and told.
    `functions`: those that something other than routes runs: a session's triggers, streams, queues, other functions.
    `resources`: of AWS, beside tables, as `start_local_aws` takes them.
    `libraries`: folder of packages that both sides may import beside those that are there; None for none.
    `noise`: rules and waivers of the user's own that have not expired.
    `margin`: how much slower is tolerated; None for telling latency without judging it.
    `progress` is called before each session of each run, so three times the number of sessions.
    `shorten`: looks for the shortest session with the first difference, by replay of shorter ones, and is told of it;
    None doesn't look.
    A failure of the harness gives an INCONCLUSIVE report, not an exception.
    """
    sides = (legacy_app.resolve(), candidate.resolve())
    world = World(stubs=tuple(stubs), functions=tuple(functions), resources=tuple(resources), libraries=libraries)

    async def record_all() -> tuple[Recorded, Recorded, Recorded]:
        of = counted(progress, 3 * len(sessions))
        first = await record_legacy(
            sides[0], sessions, environment, world=world, timing=timing, progress=of("legacy-1")
        )
        known = first.recording
        second, new = await asyncio.gather(  # both know from the first run what to wait for
            record_legacy(
                sides[0],
                sessions,
                environment,
                run="legacy-2",
                first=known,
                world=world,
                timing=timing,
                progress=of("legacy-2"),
            ),
            record_candidate(
                sides[1],
                sessions,
                {**(service_environment or {}), **environment},
                tables,
                first=known,
                world=world,
                timing=timing,
                progress=of("candidate"),
            ),
        )
        return first, second, new

    try:
        first, second, new = asyncio.run(record_all())
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
            assumed=tuple(assumed),
        )
    legacy = (first.recording, second.recording)
    evaluation = evaluate(
        sessions,
        legacy,
        new.recording,
        routes=routes,
        silent=silent_routes,
        gaps=gaps,
        noise=noise,
        margin=margin,
        failures=failures_by_route(first.failures, sessions),
    )
    report = build_report(
        evaluation, tuple(sessions), application=sides[0].name, legacy=str(legacy_app), candidate=str(candidate)
    )
    last_words = (
        *first.last_words,
        *second.last_words,
        *new.last_words,
        *failures_of_new(first.failures, new.failures),
    )
    used = uses_by_name((run.recording.run, run.stubs) for run in (first, second, new))
    told = (*assumed, *(str(use) for use in used))
    report = replace(report, reasons=(*report.reasons, *last_words), assumed=told, stubs=used)
    if shorten is None or report.first is None:
        return report

    runs = (*legacy, new.recording)
    with Repeating(
        *sides,
        environment=environment,
        service_environment=service_environment or {},
        tables=tables,
        world=world,
        timing=timing,
    ) as replay:
        found = reduce_divergence(
            report.first.difference, sessions, runs, replay, noise=noise, seconds=time.monotonic, tell=shorten
        )
    return replace(report, shortest=found)


async def record_legacy(
    app: Path,
    sessions: Sequence[Session],
    environment: Mapping[str, str],
    *,
    run: str = "legacy-1",
    first: Recording | None = None,
    world: World | None = None,
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
) -> Recorded:
    """The sessions over WebSocket, in front of the unchanged application. Raises DualRunError.

    `first`: an earlier run, from which this one knows what to wait for; None is for the first. `world`: of all runs
    that are to be compared; None is one that begins now.
    """
    async with legacy_process(app, environment, world) as side:
        recorded = await _recorded(side, sessions, run, first, timing, progress)
        return replace(recorded, failures={**recorded.failures, **side.failures()})


async def record_candidate(
    app: Path,
    sessions: Sequence[Session],
    environment: Mapping[str, str],
    tables: Sequence[Mapping[str, Any]],
    *,
    first: Recording,
    world: World | None = None,
    timing: Timing = DEFAULT_TIMING,
    progress: Progress = no_progress,
) -> Recorded:
    """The sessions over SSE + POST, against the migrated application. Raises DualRunError."""
    async with candidate_process(app, environment, tables, world) as side:
        return await _recorded(side, sessions, "candidate", first, timing, progress)


async def _recorded(
    side: Side, sessions: Sequence[Session], run: str, first: Recording | None, timing: Timing, progress: Progress
) -> Recorded:
    server = Server(side.url)
    recording = await run_sessions(
        sessions,
        server.client(),
        run=run,
        path=server.path,
        first=first,
        line=side.line,
        timing=timing,
        progress=progress,
    )
    stubs, failures = await _told(side, "stubs"), await _told(side, "failures")
    return Recorded(recording, tuple(await side.last_words()), failures, stubs)


async def _told(side: Side, op: str) -> dict[str, Any]:
    """Nothing of a process that has ended."""
    try:
        told: dict[str, Any] = await side.line.ask(op)
    except ControlLost:
        return {}
    return told

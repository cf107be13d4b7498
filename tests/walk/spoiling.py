"""The legacy path of the example, recorded once, and copies of its migrated form with a fault in them."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.scan import scan_application
from migrator.sessions import SessionPlan, plan_sessions
from shim.dualrun.evaluate import Evaluation, evaluate
from shim.dualrun.record.canonical import Recording
from shim.dualrun.repeating import Repeating
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.world import World
from shim.dualrun.report.report import Report, build_report
from shim.dualrun.report.repro.reduce import reduce_divergence
from shim.dualrun.run import record_candidate, record_legacy
from tests.running import CHAT

TIMING = Timing(limit=1.5)

Edit = tuple[str, str, str]
"""A file, what it holds exactly once, and what stands there instead."""


@dataclass(frozen=True)
class Legacy:
    plan: SessionPlan
    runs: tuple[Recording, Recording]
    world: World


def record_twice(names: Collection[str]) -> Legacy:
    whole = plan_sessions(scan_application(CHAT))
    plan = replace(whole, sessions=tuple(session for session in whole.sessions if session.name in names))
    assert {session.name for session in plan.sessions} == set(names)

    world = World()

    async def twice() -> tuple[Recording, Recording]:
        first = await record_legacy(CHAT, plan.sessions, plan.environment, world=world)
        second = await record_legacy(
            CHAT, plan.sessions, plan.environment, run="legacy-2", first=first.recording, world=world, timing=TIMING
        )
        return first.recording, second.recording

    return Legacy(plan, asyncio.run(twice()), world)


def judge(legacy: Legacy, candidate: Path) -> Evaluation:
    return evaluated(legacy, run_candidate(legacy, candidate))


def run_candidate(legacy: Legacy, candidate: Path) -> Recording:
    plan = legacy.plan
    new = asyncio.run(
        record_candidate(
            candidate,
            plan.sessions,
            plan.environment,
            (),
            first=legacy.runs[0],
            world=legacy.world,
            timing=TIMING,
        )
    )
    return new.recording


def evaluated(legacy: Legacy, new: Recording) -> Evaluation:
    plan = legacy.plan
    return evaluate(plan.sessions, legacy.runs, new, routes=(), silent=plan.silent, gaps=plan.gaps)


def report_of(legacy: Legacy, candidate: Path, new: Recording) -> Report:
    """With the shortest session that shows the first difference, as `ws2sse verify --repro` finds it."""
    plan = legacy.plan
    evaluation = evaluated(legacy, new)
    report = build_report(evaluation, plan.sessions, application=CHAT.name, legacy=str(CHAT), candidate=str(candidate))
    assert report.first is not None
    with Repeating(
        CHAT,
        candidate,
        environment=plan.environment,
        service_environment=plan.service_environment,
        tables=(),
        world=legacy.world,
        timing=TIMING,
    ) as replay:
        found = reduce_divergence(
            report.first.difference, plan.sessions, (*legacy.runs, new), replay, seconds=time.monotonic
        )
    return replace(report, shortest=found)


def spoil(migrated: Path, into: Path, edits: Iterable[Edit]) -> Path:
    """A copy with one fault in it; a fault that does not apply any more is an error of the test."""
    copy = shutil.copytree(migrated, into / "spoiled")
    for path, before, after in edits:
        text = (copy / path).read_text()
        assert text.count(before) == 1, f"{path} does not hold it exactly once: {before}"
        (copy / path).write_text(text.replace(before, after))
    return copy

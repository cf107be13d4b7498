"""python -m bench.replay NEW [--sessions N]: one run over each path, in seconds of the clock and of the processor."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import time
from collections.abc import Awaitable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from migrator.scan import scan_application
from migrator.sessions import plan_sessions
from shim.dualrun.record.scenario import Session
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.world import World
from shim.dualrun.run import Recorded, record_candidate, record_legacy

CHAT = Path(__file__).resolve().parents[2] / "examples" / "chat"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__)
    parser.add_argument("new", type=Path, help="examples/chat as `ws2sse migrate` writes it")
    parser.add_argument("--sessions", type=int, default=1000)
    arguments = parser.parse_args()
    inventory = scan_application(CHAT)
    plan = plan_sessions(inventory, app=CHAT)
    numbered = enumerate(islice(cycle(plan.sessions), arguments.sessions))
    sessions = [replace(session, name=f"{number}: {session.name}") for number, session in numbered]
    world, timing = World(), Timing(run_limit=7200)

    async def run() -> None:
        legacy = record_legacy(CHAT, sessions, plan.environment, world=world, timing=timing)
        first = await _measured(legacy, sessions)
        environment = {**plan.service_environment, **plan.environment}
        await _measured(
            record_candidate(
                arguments.new.resolve(),
                sessions,
                environment,
                inventory.table_definitions,
                first=first.recording,
                world=world,
                timing=timing,
            ),
            sessions,
        )

    asyncio.run(run())


async def _measured(recording: Awaitable[Recorded], sessions: list[Session]) -> Recorded:
    wall, own, theirs = time.perf_counter(), time.process_time(), _children()
    recorded: Recorded = await recording
    wall, own, theirs = time.perf_counter() - wall, time.process_time() - own, _children() - theirs
    steps = sum(len(session.steps) for session in sessions)
    found = recorded.recording
    print(
        f"{found.run}: {len(sessions)} sessions, {steps} steps, {len(found.events)} events in {wall:.1f} s; "
        f"CPU: driver {own:.1f} s, server {theirs:.1f} s; load {os.getloadavg()[0]:.1f}; "
        f"problems: {len(found.problems)}"
    )
    return recorded


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()

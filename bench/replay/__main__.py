"""python -m bench.replay NEW [--sessions N]: one run over each path, in seconds of the clock and of the processor.

A session is that of two clients of one tenant: both connect, three messages, of which all but one go to both, both
leave. `--generated` takes the sessions that `ws2sse verify` makes up instead, again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import time
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from migrator.scan import scan_application
from migrator.sessions import plan_sessions
from shim.dualrun.record.scenario import Close, Connect, Send, Session
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.world import World
from shim.dualrun.run import Recorded, record_candidate, record_legacy

CHAT = Path(__file__).resolve().parents[2] / "examples" / "chat"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__)
    parser.add_argument("new", type=Path, help="examples/chat as `ws2sse migrate` writes it")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--generated", action="store_true", help="the sessions that verify makes up")
    arguments = parser.parse_args()
    inventory = scan_application(CHAT)
    plan = plan_sessions(inventory, app=CHAT)
    kinds = plan.sessions if arguments.generated else (talk(plan.sessions),)
    numbered = enumerate(islice(cycle(kinds), arguments.sessions))
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


def talk(generated: Iterable[Session]) -> Session:
    """Of two clients that connect in a session of the generated ones, and that are not to be refused."""
    connects: dict[str, Connect] = {}
    for session in generated:
        if session.name == "connects":
            connects |= {step.client: step for step in session.steps if isinstance(step, Connect) and not step.refused}
    one, other = list(connects)[:2]
    said = [
        Send(one, json.dumps({"type": "chat", "text": "hello"}), "chat"),
        Send(other, json.dumps({"type": "chat", "text": "hello to you"}), "chat"),
        Send(one, json.dumps({"type": "ping"}), "ping"),
    ]
    return Session("talk", (connects[one], connects[other], *said, Close(one), Close(other)))


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

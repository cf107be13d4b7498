"""Records one application and its migrated form. Started by the harness: python -m bench.power.record APP NEW FOLDER"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.corpus.variables import needed
from bench.power.recorded import Recorded, write
from migrator.scan import scan_application
from migrator.sessions import identities_from_config, plan_sessions
from shim.dualrun.replay.world import World
from shim.dualrun.run import record_candidate, record_legacy


async def record(app: Path, new: Path) -> Recorded:
    """As `ws2sse verify` does: the legacy path, and then the legacy path again beside the new one."""
    inventory = scan_application(app)
    plan = plan_sessions(inventory, identities=identities_from_config(app))
    sessions, environment = plan.sessions, {**needed(new), **plan.environment}
    world = World()
    first = await record_legacy(app, sessions, environment, world=world)
    second, candidate = await asyncio.gather(
        record_legacy(app, sessions, environment, run="legacy-2", first=first.recording, world=world),
        record_candidate(
            new,
            sessions,
            {**plan.service_environment, **environment},
            inventory.table_definitions,
            first=first.recording,
            world=world,
        ),
    )
    return Recorded(sessions, (first.recording, second.recording), candidate.recording)


if __name__ == "__main__":
    write(asyncio.run(record(Path(sys.argv[1]), Path(sys.argv[2]))), Path(sys.argv[3]))

"""Three nodes behind nginx are ended and started anew, one after the other, while they are pushed to: what is lost, and
for how long clients are without a stream.

python -m bench.rolling_restart [--clients 200] [--between-s 3] [--front-end haproxy]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.processes import allow_open_files
from tests.chaos.clients import Directory
from tests.chaos.network import MARK, enter_network
from tests.chaos.rolling import roll
from tests.chaos.world import ground_in
from tests.frontends.front_ends import NAMES, Name

GOAL_S = 3.0
"""For the pause that one client in a hundred has."""


async def measure(folder: Path, behind: Name, clients: int, between_s: float) -> dict[str, Any]:
    async with ground_in(folder) as ground:
        rolled = await roll(0, folder / "run", ground, behind, clients=clients, between_s=between_s)
    verdict = rolled.result.verdict
    return {
        "networks": os.environ[MARK],
        "clients": clients,
        "pushes_acknowledged": verdict.counts["taken"],
        "received": verdict.counts["received"],
        "violations": list(map(str, verdict.violations)),
        "resumed": len(rolled.pauses_s),
        "pause_p50_s": round(rolled.pause_s(0.5), 2),
        "pause_p99_s": round(rolled.pause_s(0.99), 2),
        "pause_max_s": round(rolled.pauses_s[-1], 2),
        "notes": rolled.result.notes,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--between-s", type=float, default=3.0)
    parser.add_argument("--front-end", choices=NAMES, default="nginx")
    given = parser.parse_args()
    enter_network()
    allow_open_files()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=Directory) as runner:
        found = runner.run(measure(Path(folder), given.front_end, given.clients, given.between_s))
    print(json.dumps(found, indent=2))
    return 0 if not found["violations"] and found["pause_p99_s"] < GOAL_S else 1


if __name__ == "__main__":
    sys.exit(main())

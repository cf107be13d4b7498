"""Nodes over one Redis beside one without, and beside what others do with Redis: `python -m bench.cluster --help`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cluster.counts import count
from bench.cluster.goals import CLUSTER, OURS
from bench.cluster.site import site
from bench.generator import build_generator
from bench.goals import judge
from bench.measure import Plan
from bench.processes import allow_open_files
from bench.report import report
from bench.run import RESULTS, about_run, measured, new_folder, say_what_is_missing, was_wrong
from bench.servers import SERVERS

USUAL = ("shim", OURS, "shim-redis-2", "naive-redis", "nchan-redis")


def main() -> int:
    """0: measured, answered rightly, and every goal that was measured is met; 1: not so; 2: can't be measured here."""
    given = _arguments()
    servers = [SERVERS[name]() for name in given.only or USUAL]
    if say_what_is_missing(servers):
        return 2
    build_generator()
    allow_open_files()
    plan = Plan(streams=given.streams, idle=given.idle, seconds=given.seconds)
    started = datetime.now(UTC)
    folder, about = new_folder(started), about_run(started, given.machine, plan, servers)
    rounds: list[dict[str, dict[str, Any]]] = []
    for number in range(given.rounds):
        rounds.append({})
        for server in servers:
            rounds[-1][server.name] = measured(server, plan, number)
        if OURS in rounds[-1]:
            rounds[-1][OURS]["counts"] = _counted(given.counted, given.idle_s)
        (folder / "run.json").write_text(json.dumps({"about": about, "rounds": rounds}, indent=1))
    text = report(rounds, about, CLUSTER)
    (folder / "report.md").write_text(text)
    if not given.only:
        (RESULTS / "cluster-latest.md").write_text(text)
    print(text)
    print(f"written to {folder}", file=sys.stderr)
    missed = [one for one in judge(rounds, CLUSTER) if one.met is False]
    return 1 if missed or was_wrong(rounds, OURS) else 0


def _counted(streams: int, idle_s: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, site(2, Path(folder)) as nodes:
        return asyncio.run(count(nodes, streams, idle_s))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default 5, about four minutes each")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each phase; default 3")
    parser.add_argument("--only", action="append", choices=sorted(SERVERS), help="may come several times")
    parser.add_argument("--streams", type=int, default=1_000, help="that are pushed to; default 1,000")
    parser.add_argument("--idle", type=int, default=5_000, help="of the phases beside idle ones; default 5,000")
    parser.add_argument("--counted", type=int, default=1_000, help="streams with which Redis is counted; default 1,000")
    parser.add_argument("--idle-s", type=float, default=60.0, help="for which they are idle; default 60")
    parser.add_argument("--machine", help="what the report calls this machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

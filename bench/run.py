"""Measures servers in turn, round after round, and writes what came of it: `python -m bench.run --help`."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.generator import GeneratorFailed, build_generator
from bench.measure import Plan, Profile, WrongAnswer, measure
from bench.processes import NeverListened, allow_open_files
from bench.profiles import Profiles
from bench.report import report
from bench.servers import SERVERS
from bench.servers.base import Server

RESULTS = Path(__file__).parent / "results"
USUAL = ("naive", "nchan", "pushpin", "shim")
QUICK = Plan(seconds=1.5)


def main() -> int:
    """0: measured, and the shim answered everything rightly; 1: it did not; 2: something can't be measured here."""
    given = _arguments()
    servers = [SERVERS[name]() for name in given.only or USUAL]
    if say_what_is_missing(servers):
        return 2
    build_generator()
    allow_open_files()
    plan = Plan(
        streams=given.streams,
        idle=given.idle,
        seconds=given.seconds or (QUICK.seconds if given.quick else Plan.seconds),
    )
    started = datetime.now(UTC)
    folder = new_folder(started)
    profile = Profiles(folder / "profiles").phase if given.profile else None
    about = about_run(started, given.machine, plan, servers)
    rounds: list[dict[str, dict[str, Any]]] = []
    for number in range(given.rounds or (1 if given.quick else 5)):
        rounds.append({})
        for server in servers:
            rounds[-1][server.name] = measured(server, plan, number, profile)
            (folder / "run.json").write_text(json.dumps({"about": about, "rounds": rounds}, indent=1))
    text = report(rounds, about)
    (folder / "report.md").write_text(text)
    if not given.profile and not given.only:
        (RESULTS / "latest.md").write_text(text)
    print(text)
    print(f"written to {folder}", file=sys.stderr)
    return 1 if was_wrong(rounds, "shim") else 0


def say_what_is_missing(servers: Sequence[Server]) -> bool:
    """Whether some can't be measured here; which and why goes to stderr."""
    missing = {server.name: why for server in servers if (why := server.missing())}
    for name, why in missing.items():
        print(f"{name} can't be measured here: {why}", file=sys.stderr)
    return bool(missing)


def new_folder(started: datetime) -> Path:
    """For what a run writes."""
    folder = RESULTS / started.strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True)
    return folder


def about_run(started: datetime, machine: str | None, plan: Plan, servers: Sequence[Server]) -> dict[str, Any]:
    return {
        "date": started.strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine or machine_words(),
        "seconds": plan.seconds,
        "streams": plan.streams,
        "idle": plan.idle,
        "servers": {server.name: server.says for server in servers},
    }


def measured(server: Server, plan: Plan, number: int, profile: Profile | None = None) -> dict[str, Any]:
    print(f"round {number + 1}: {server.name}", file=sys.stderr, end=" ", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            found = measure(server, plan, Path(folder), profile)
        except (WrongAnswer, GeneratorFailed, NeverListened) as error:
            found = {"wrong": str(error)}
            print(error, file=sys.stderr)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return found


def was_wrong(rounds: list[dict[str, dict[str, Any]]], name: str) -> bool:
    found = [of_round[name] for of_round in rounds if name in of_round]
    return any("wrong" in result or any("wrong" in phase for phase in _phases(result)) for result in found)


def _phases(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [phase for phase in result.values() if isinstance(phase, dict)]


def machine_words() -> str:
    """The class of the machine, not its name."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    gigabytes = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return f"{len(models)} cores ({model}), {gigabytes:.0f} GiB, Linux {platform.release().split('-')[0]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round with shorter phases: under 4 minutes")
    parser.add_argument("--rounds", type=int, help="default 5, with --quick 1")
    parser.add_argument("--seconds", type=float, help="of each phase; default 3, with --quick 1.5")
    parser.add_argument("--only", action="append", choices=sorted(SERVERS), help="may come several times")
    parser.add_argument("--streams", type=int, default=Plan.streams, help="0 leaves these phases out")
    parser.add_argument("--idle", type=int, default=Plan.idle, help="0 leaves these phases out")
    parser.add_argument("--profile", action="store_true", help="writes where each phase spends its time")
    parser.add_argument("--machine", help="what the report calls this machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Measures servers in turn, round after round, and writes what came of it: `python -m bench.run --help`."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
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
    missing = {server.name: why for server in servers if (why := server.missing())}
    if missing:
        for name, why in missing.items():
            print(f"{name} can't be measured here: {why}", file=sys.stderr)
        return 2
    build_generator()
    allow_open_files()
    plan = Plan(
        streams=given.streams,
        idle=given.idle,
        seconds=given.seconds or (QUICK.seconds if given.quick else Plan.seconds),
    )
    started = datetime.now(UTC)
    folder = RESULTS / started.strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True)
    profile = Profiles(folder / "profiles").phase if given.profile else None
    about = {
        "date": started.strftime("%Y-%m-%d %H:%M UTC"),
        "machine": given.machine or machine_words(),
        "seconds": plan.seconds,
        "streams": plan.streams,
        "idle": plan.idle,
        "servers": {server.name: server.says for server in servers},
    }
    rounds: list[dict[str, dict[str, Any]]] = []
    for number in range(given.rounds or (1 if given.quick else 5)):
        rounds.append({})
        for server in servers:
            rounds[-1][server.name] = _measured(server, plan, number, profile)
            (folder / "run.json").write_text(json.dumps({"about": about, "rounds": rounds}, indent=1))
    text = report(rounds, about)
    (folder / "report.md").write_text(text)
    if not given.profile and not given.only:
        (RESULTS / "latest.md").write_text(text)
    print(text)
    print(f"written to {folder}", file=sys.stderr)
    return 1 if _shim_was_wrong(rounds) else 0


def _measured(server: Server, plan: Plan, number: int, profile: Profile | None) -> dict[str, Any]:
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


def _shim_was_wrong(rounds: list[dict[str, dict[str, Any]]]) -> bool:
    found = [measured["shim"] for measured in rounds if "shim" in measured]
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

"""python -m tests.chaos [--runs 200] [--first 0] [--servers one]; SEED=7 for one run, with its story."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from typing import get_args

from tests.chaos.checker import check
from tests.chaos.clients import Directory
from tests.chaos.history import History, Trouble
from tests.chaos.network import MARK, enter_network, is_own
from tests.chaos.one_way import drops_one_way
from tests.chaos.redis_under_test import Keeps, Servers
from tests.chaos.run import Result, run
from tests.chaos.world import HERE, ground_in, new_folder


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.chaos")
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--keeps", choices=get_args(Keeps), help="what Redis has after kill -9, whatever the seed says")
    asked.add_argument("--servers", choices=get_args(Servers), help="of Redis, whatever the seed says")
    asked.add_argument("--check", type=Path, help="only checks a history that was kept")
    options = asked.parse_args()
    if options.check is not None:
        verdict = check(History.load(options.check))
        print("\n".join(map(str, verdict.violations)), verdict.counts, verdict.excused)
        return 1 if verdict.violations else 0
    enter_network()
    single = os.environ.get("SEED")
    seeds = [int(single)] if single else list(range(options.first, options.first + options.runs))
    with asyncio.Runner(loop_factory=Directory) as runner:
        return runner.run(_all(seeds, options.keeps, options.servers, verbose=single is not None))


async def _all(seeds: list[int], keeps: Keeps | None, servers: Servers | None, *, verbose: bool) -> int:
    began = time.monotonic()
    folder = new_folder(HERE / f"work-{os.getpid()}")
    results = []
    async with ground_in(folder) as ground:
        turned = "can" if ground.clock else "can not"
        cut = "can" if is_own() and drops_one_way() else "can not"
        print(
            f"networks of nodes: {os.environ[MARK]}; wall clocks {turned} be turned; one direction, and the way to one "
            f"server of several, {cut} be cut",
            flush=True,
        )
        for seed in seeds:
            result = await run(seed, folder / f"seed-{seed}", ground, keeps=keeps, servers=servers)
            results.append(result)
            _tell(result, verbose=verbose)
            if result.verdict.violations or verbose:
                kept = HERE / f"seed-{seed}"
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(folder / f"seed-{seed}", kept)
            shutil.rmtree(folder / f"seed-{seed}")
    shutil.rmtree(folder)
    return _sum_up(results, time.monotonic() - began)


def _tell(result: Result, *, verbose: bool) -> None:
    counts = result.verdict.counts
    print(
        f"seed {result.seed}: {result.history.rules.nodes} nodes, Redis: {result.servers}, keeps {result.keeps}, "
        f"{counts['pushes']} pushes, {counts['received']} received, {counts['gaps']} gaps, {counts['over']} over, "
        f"{result.seconds:.0f} s; {', '.join(map(str, result.plan))}",
        flush=True,
    )
    for note in result.notes:
        print(f"    {note}")
    if verbose:
        for trouble in result.history.of(Trouble):
            print(f"    {trouble}")
    for violation in result.verdict.violations[:20]:
        print(f"  VIOLATION {violation}", flush=True)


def _sum_up(results: list[Result], seconds: float) -> int:
    counts: Counter[str] = Counter()
    excused: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for result in results:
        counts += result.verdict.counts
        excused += result.verdict.excused
        kinds += Counter({violation.kind: 1 for violation in result.verdict.violations})
        done += Counter(trouble.what for trouble in result.history.of(Trouble))
    wrong = [result.seed for result in results if result.verdict.violations]
    print(f"\n{len(results)} runs in {seconds:.0f} s")
    for title, table in (("what was done", done), ("counted", counts), ("excused", excused), ("runs with", kinds)):
        print(f"{title}:")
        for name, count in table.most_common():
            print(f"    {count:>8} {name}")
    print(f"violations in {len(wrong)} runs{': seeds ' + ', '.join(map(str, wrong)) if wrong else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

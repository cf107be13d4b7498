"""python -m tests.simulation [--runs 200] [--first 0]; SEED=7 for one run, with its story."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.simulation.run import Result, simulate


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.simulation")
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--first", type=int, default=0)
    options = asked.parse_args()
    single = os.environ.get("SEED")
    seeds = [int(single)] if single else range(options.first, options.first + options.runs)
    results = []
    for seed in seeds:
        result = _run(seed)
        results.append(result)
        print(
            f"seed {seed}: {result.kind}, {result.deaths} deaths, {', '.join(result.troubles) or 'no troubles'}",
            flush=True,
        )
        if single or result.violations:
            print("".join(f"    {line}\n" for line in result.story), end="")
        print("".join(f"  VIOLATION {line}\n" for line in result.violations), end="", flush=True)
    print(f"{len(results)} runs: {dict(Counter(result.kind for result in results))}")
    wrong = [result.seed for result in results if result.violations]
    print(f"violations in {len(wrong)} runs{': seeds ' + ', '.join(map(str, wrong)) if wrong else ''}")
    return 1 if wrong else 0


def _run(seed: int) -> Result:
    memory = Path("/dev/shm")  # a disk takes longer for the journal than all the rest
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        return simulate(seed, Path(folder))


if __name__ == "__main__":
    sys.exit(main())

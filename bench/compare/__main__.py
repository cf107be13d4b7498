"""`python -m bench.compare`: compares generated recordings of several sizes, each in a process of its own.

`--whole`: from the files of three recordings to the JSON report, beside a comparison that pairs by position.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.compare import whole
from bench.compare.generated import recording, sessions
from shim.dualrun.compare.learning import learn, runs_by_session

SIZES = ((1, 10_000), (20, 100_000), (1, 100_000), (200, 1_000_000), (1, 1_000_000))
"""Sessions, and events of both sides together."""


def measure(number: int, events: int) -> dict[str, float]:
    """Seconds of CPU time and MB of memory at most: of the recordings alone, of learning, and of comparing."""
    listed = sessions(number)
    each = events // 2
    runs = [recording(listed, run, each, seed) for seed, run in enumerate(("legacy-1", "candidate"))]
    legacy, candidate = (runs_by_session(run) for run in runs)
    gc.freeze()  # recordings are not garbage
    loaded = _peak_mb()
    began = time.process_time()
    learned = learn(listed, (legacy, candidate))
    after_learning = time.process_time()
    new = learned.candidate()
    unexplained = sum(
        len(new.compare(session, legacy[session.name], candidate[session.name]).unexplained) for session in listed
    )
    ended = time.process_time()
    return {
        "sessions": number,
        "events": sum(len(run.events) for run in runs),
        "unexplained": unexplained + len(learned.unstable),
        "learn_s": after_learning - began,
        "compare_s": ended - after_learning,
        "recordings_mb": loaded,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, type=int, metavar=("SESSIONS", "EVENTS"), help="measure this here, as JSON")
    parser.add_argument("--whole", action="store_true", help="from files to the report")
    parser.add_argument("--events", type=int, default=1_000_000, help="of the whole: in the three recordings together")
    parser.add_argument("--rounds", type=int, default=3, help="of the whole")
    parser.add_argument("--here", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(whole.measure(options.here, options.events)))
        return
    if options.whole:
        whole.main(options.events, options.rounds)
        return
    if options.one:
        print(json.dumps(measure(*options.one)))
        return
    print("| sessions | events | compare, CPU s | learn, CPU s | recordings, MB | at most, MB |")
    print("|--:|--:|--:|--:|--:|--:|")
    for number, events in SIZES:
        command = [sys.executable, "-m", "bench.compare", "--one", str(number), str(events)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if found["unexplained"]:
            raise SystemExit(f"{found['unexplained']} differences where there are none: {found}")
        print(
            f"| {found['sessions']} | {found['events']:,} | {found['compare_s']:.1f} | {found['learn_s']:.1f} |"
            f" {found['recordings_mb']:.0f} | {found['peak_mb']:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

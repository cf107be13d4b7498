"""`python -m tests.conformance [TARGET …]`: runs every case against each target, and prints the score.

Ends with 1 when the shim fails a case, or a peer one that `peers/<target>.md` does not explain; with 2 when a target
can't be started.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from tests.conformance.model import Case, load_cases
from tests.conformance.runner import Outcome, running
from tests.conformance.score import explanations, failures, score_table
from tests.conformance.targets.aws import Aws
from tests.conformance.targets.ministack import Ministack
from tests.conformance.targets.serverless_offline import ServerlessOffline
from tests.conformance.targets.shim import Shim
from tests.conformance.targets.target import Target, TargetUnavailable

TARGETS: dict[str, Callable[[], Target]] = {
    "shim": Shim,
    "serverless-offline": ServerlessOffline,
    "ministack": Ministack,
    "aws": Aws,
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; default: shim")
    parser.add_argument("--case", action="append", default=[], help="only cases with this in their id")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.targets if name not in TARGETS]:
        parser.error(f"no such target: {', '.join(unknown)}")
    cases = [case for case in load_cases() if not chosen.case or any(part in case.id for part in chosen.case)]
    outcomes: dict[str, list[Outcome]] = {}
    for name in chosen.targets or ["shim"]:
        try:
            outcomes[name] = _run(TARGETS[name](), cases)
        except TargetUnavailable as error:
            print(error, file=sys.stderr)
            return 2
    print(score_table(outcomes))
    worst = 0
    for name, each in outcomes.items():
        lines = failures(name, each)
        known = explanations(name)
        if any(outcome.verdict == "failed" and outcome.case.id not in known for outcome in each):
            worst = 1
        print(*(["", f"## What {name} fails", "", *(f"- {line}" for line in lines)] if lines else ()), sep="\n")
    return worst


def _run(target: Target, cases: Sequence[Case]) -> list[Outcome]:
    started = time.monotonic()
    with running(target, cases) as runner:
        outcomes = []
        for number, case in enumerate(cases, 1):
            if sys.stderr.isatty():
                print(f"\r{target.name} {number}/{len(cases)} {case.id[:40]:40}", end="", file=sys.stderr, flush=True)
            outcomes.append(runner.run(case))
    print(f"\n{target.name}: {len(cases)} cases in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return outcomes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

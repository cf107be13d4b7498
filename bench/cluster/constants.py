"""Measures what each act costs, and writes it for `ws2sse capacity`: `python -m bench.cluster.constants --help`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cluster.acts import Plan, measured
from bench.cluster.site import site
from bench.generator import build_generator
from bench.measure import PAYLOAD_BYTES
from bench.processes import allow_open_files
from bench.run import machine_words
from bench.statistics import spread
from checklists.capacity.constants import SHIPPED, Constants

QUICK = Plan(streams=500, back=100, posts=300, seconds=2.0, idle_s=16.0, pushes=500, broadcasts=15)


def main() -> int:
    given = _arguments()
    build_generator()
    allow_open_files()
    plan = QUICK if given.quick else Plan()
    rounds, version = [], ""
    for number in range(given.rounds):
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as name, site(2, Path(name)) as nodes:
            version = nodes.masters[0].info("server")["redis_version"]
            rounds.append(measured(nodes, plan, Path(name)))
    found = Constants.model_validate(
        {
            "measured_on": datetime.now(UTC).date(),
            "machine": given.machine or machine_words(),
            "redis": f"Redis {version}, over TCP on the same machine",
            "rounds": len(rounds),
            "streams": plan.streams,
            "message_bytes": PAYLOAD_BYTES,
            **together(rounds),
        }
    )
    given.out.write_text(found.model_dump_json(indent=1) + "\n")
    print(f"Wrote {given.out}.")
    return 0


def together(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same shape, with the median, the least and the most of the rounds for each number."""
    first = rounds[0]
    return {
        name: together([one[name] for one in rounds])
        if isinstance(value, Mapping)
        else _spread([one[name] for one in rounds])
        for name, value in first.items()
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    found = spread(values)
    assert found is not None
    return {
        name: _digits(value) for name, value in (("median", found.median), ("least", found.least), ("most", found.most))
    }


def _digits(value: float) -> float:
    """Four of them: a measurement has no more."""
    return float(f"{value:.4g}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster.constants", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="default 5, about two minutes each")
    parser.add_argument("--quick", action="store_true", help="fewer streams and shorter phases: half a minute a round")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="default: the file that the product reads")
    parser.add_argument("--machine", help="what the file calls this machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

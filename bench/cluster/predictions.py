"""Predicts what so many connections take here, then measures it: `python -m bench.cluster.predictions --help`.

Two nodes with half of the streams each. Pushes to those of the second are asked of the first, which is then killed, and
its clients come back to the second. What is predicted comes from the measured constants alone, by the code that
`ws2sse capacity` runs; everything is measured after that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cluster.returning import Crowd
from bench.cluster.site import SETTLED_S, Site, site
from bench.generator import Generator, build_generator
from bench.measure import Session
from bench.processes import allow_open_files
from bench.run import RESULTS, machine_words
from bench.servers.base import Started
from bench.servers.shim import Shim
from checklists.capacity.constants import Constants, load_constants
from checklists.capacity.demand import Demand
from checklists.capacity.flat import LEVELS, Cost, Flat
from checklists.capacity.rates import redis_bytes
from checklists.capacity.simulation.run import simulate
from checklists.capacity.sizing import NodeSize, Shape, Size, redis_size

NODES = 2
PUSHES_S, PUSHED_S = 400.0, 10.0
MIB = 1024.0**2

Numbers = dict[str, float]


def predicted(flat: Flat, streams: int) -> Numbers:
    """By the names of what `measured` gives."""
    demand = Demand(connections=streams, pushes_s=0, received_s=0, life_minutes=525_600)
    idle = flat.act("idle_second").times(streams * PUSHED_S)
    pushed = flat.act("push_elsewhere").times(PUSHES_S * PUSHED_S).plus(idle)
    lost = simulate(flat, demand, _two_nodes(flat, demand), "node-loss")
    opened = flat.act("open").times(streams)
    return _numbers(
        flat.bytes("node_bytes") + streams / NODES * flat.bytes("stream_bytes"),
        redis_bytes(flat, demand),
        opened,
        pushed,
        (lost.pause_median_s, lost.pause_p99_s, lost.pause_most_s),
    )


def _two_nodes(flat: Flat, demand: Demand) -> Size:
    busy = flat.act("idle_second").times(demand.connections).node_cpu_s / NODES
    nodes = NodeSize(
        nodes=NODES,
        core_busy=busy,
        core_busy_one_lost=2 * busy,
        connections=demand.connections // NODES,
        connections_one_lost=demand.connections,
        memory_bytes=0,
        bound_by="",
    )
    return Size(shape=Shape(vcpu=1, memory_gb=2), nodes=nodes, redis=redis_size(flat, demand, NODES))


def _numbers(
    node_bytes: float, redis_memory: float, opened: Cost, pushed: Cost, pauses: tuple[float, float, float]
) -> Numbers:
    """`pauses`: after which half, 99 % and all are back."""
    half, nearly, most = pauses
    return {
        "memory of a node, MiB": node_bytes / MIB,
        "memory of Redis, MiB": redis_memory / MIB,
        **_spent("to open all", opened),
        **_spent(f"{PUSHES_S * PUSHED_S:,.0f} pushes in {PUSHED_S:g} s", pushed),
        "back after the loss of a node, half, s": half,
        "back after the loss of a node, 99 %, s": nearly,
        "back after the loss of a node, all, s": most,
    }


def _spent(what: str, cost: Cost) -> Numbers:
    return {
        f"{what}: nodes, s of a core": cost.node_cpu_s,
        f"{what}: Redis, s of a core": cost.redis_cpu_s,
        f"{what}: operations of Redis": cost.redis_operations,
    }


async def measured(nodes: Site, streams: int, folder: Path) -> Numbers:
    """What it was, on nodes that were started for it."""
    crowd = Crowd(nodes.ports[0], nodes.ports[1], streams // NODES)
    with Generator() as generator:
        at = Started(nodes.pids[1], nodes.ports[1], nodes.ports[0])
        session = Session(Shim(), at, generator, folder)
        before = nodes.read()
        session.open(streams // NODES)
        await crowd.open()
        opened = nodes.read()
        node_bytes = nodes.resident(0)
        count = int(PUSHES_S * PUSHED_S) + 1
        await asyncio.sleep(SETTLED_S)
        settled = nodes.read()
        await asyncio.to_thread(session.unicast, "pushes", count, outstanding=64, rate=PUSHES_S, seconds=PUSHED_S)
        pushed = nodes.read()
        os.kill(nodes.pids[0], signal.SIGKILL)
        pauses = await crowd.back()
        await crowd.leave()
    return _numbers(
        node_bytes,
        opened.memory,
        opened.since(before).cost,
        pushed.since(settled).cost,
        (pauses[len(pauses) // 2], pauses[int(0.99 * (len(pauses) - 1))], pauses[-1]),
    )


def table(constants: Constants, found: list[dict[str, Any]]) -> Iterator[str]:
    """Markdown."""
    yield "| connections | what | predicted | measured | measured / predicted |"
    yield "|--:|--|--:|--:|--:|"
    for one in found:
        levels = [predicted(Flat(constants, level), one["streams"]) for level in LEVELS]
        for name, value in one["measured"].items():
            least, middle, most = sorted(level[name] for level in levels)
            span = f"{middle:,.3g}" if least == most else f"{middle:,.3g} ({least:,.3g} to {most:,.3g})"
            ratio = f"{value / middle:.2f}" if middle else "-"
            yield f"| {one['streams']:,} | {name} | {span} | {value:,.3g} | {ratio} |"


def main() -> int:
    given = _arguments()
    build_generator()
    allow_open_files()
    constants = load_constants(given.constants)
    found: list[dict[str, Any]] = []
    for streams in given.streams:
        for name, value in predicted(Flat(constants), streams).items():
            print(f"{streams:,} predicted: {name}: {value:,.3g}", file=sys.stderr, flush=True)
        options = ("--connections", "40000", "--resume-window", "120")
        with tempfile.TemporaryDirectory(prefix="bench-") as name, site(NODES, Path(name), *options) as nodes:
            found.append({"streams": streams, "measured": asyncio.run(measured(nodes, streams, Path(name)))})
    about = {"measured_on": datetime.now(UTC).date().isoformat(), "machine": given.machine or machine_words()}
    given.out.write_text(json.dumps(about | {"found": found}, indent=1) + "\n")
    print("\n".join(table(constants, found)))
    print(f"written to {given.out}", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster.predictions", description=__doc__)
    parser.add_argument(
        "--streams", type=int, nargs="+", default=[1_000, 5_000, 10_000], help="default 1000 5000 10000"
    )
    parser.add_argument("--constants", type=Path, help="default: those of the product")
    parser.add_argument("--out", type=Path, default=RESULTS / "predictions.json", help="default: where docs read it")
    parser.add_argument("--machine", help="what the file calls this machine")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Runs a module of Python in the pinned world.

Started by the dual run: python -m shim.dualrun.replay.pinned.start OPTIONS MODULE [ARGUMENT …]
"""

from __future__ import annotations

import argparse
import json
import resource
import runpy
import site
import sys
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn.config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from shim.backends.push_seams import install
from shim.dualrun.replay.pinned.advancing import Advancing
from shim.dualrun.replay.pinned.answers import Answers
from shim.dualrun.replay.pinned.application import set_application
from shim.dualrun.replay.pinned.aws_answers import answer_aws
from shim.dualrun.replay.pinned.clock import PinnedClock
from shim.dualrun.replay.pinned.control import Control
from shim.dualrun.replay.pinned.draws import PinnedDraws
from shim.dualrun.replay.pinned.idle import LoopWatch
from shim.dualrun.replay.pinned.network import close_network
from shim.dualrun.replay.pinned.shared import Shared
from shim.dualrun.replay.pinned.sleeps import follow_sleeps
from shim.dualrun.replay.pinned.sparing import spare_moto
from shim.dualrun.replay.pinned.work import Work
from shim.dualrun.replay.pinned.worker import pin_workers, used_by_workers
from shim.dualrun.replay.stubs import Stub

MOST_MEMORY_BYTES = 4 * 1024**3
"""What a side may hold. One that wants more gets a MemoryError, and the machine stays usable."""


def main() -> None:
    arguments = _parser().parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    if arguments.libraries is not None:
        site.addsitedir(str(arguments.libraries))  # behind all that is there: what runs this world stays as it is
    set_application(arguments.application)
    work = Work()
    work.install()
    watch = LoopWatch(work)
    watch.install()
    # uvloop keeps to itself what it has to do, and so nobody could tell when it has nothing left.
    for name in ("auto", "uvloop"):
        uvicorn.config.LOOP_FACTORIES[name] = uvicorn.config.LOOP_FACTORIES["asyncio"]
    # No client hears a server's pings, and in hours that pass each would have to be answered.
    WebSocketsSansIOProtocol.schedule_ping = lambda self: None  # type: ignore[method-assign]
    shared = Shared(arguments.stubs.parent)
    clock, draws = PinnedClock(shared, arguments.at), PinnedDraws(shared)
    clock.start()
    draws.begin(arguments.seed, "", 0)
    draws.start()
    advancing = Advancing(watch, work, clock)
    advancing.install()
    follow_sleeps(work.counting, clock)
    answers = Answers([Stub(**record) for record in json.loads(arguments.stubs.read_text("utf-8"))])
    install(answers)
    spare_moto()
    answer_aws(answers)
    close_network(answers.refused)
    pin_workers(arguments.stubs, arguments.application, arguments.libraries)
    control = Control(arguments.control)
    control.on("stubs", lambda _: Counter(answers.used()) + Counter(used_by_workers(arguments.stubs)))
    control.on("advance", lambda question: advancing.advance(float(question["seconds"]), float(question["limit_s"])))
    control.on("step", partial(_begin_step, clock, draws, arguments.seed))
    control.on("connection", lambda _: draws.connection_id())
    _answer_about_work(control, watch, arguments, work)
    control.start()
    sys.argv = [arguments.module, *arguments.rest]
    runpy.run_module(arguments.module, run_name="__main__", alter_sys=True)


def _begin_step(clock: PinnedClock, draws: PinnedDraws, seed: int, question: Mapping[str, Any]) -> float:
    """Seconds since 1970 that the clock shows then."""
    clock.move(question["seconds"])
    draws.begin(seed, question["session"], question["step"])
    return clock.shown


def _answer_about_work(control: Control, watch: LoopWatch, arguments: argparse.Namespace, work: Work) -> None:
    """Also of functions outside of the API, which most applications don't have."""
    outside = None
    if arguments.functions is not None:
        # moto's models of services take long to import
        from shim.dualrun.replay.pinned.outside.outside import outside_of  # noqa: PLC0415

        outside = outside_of(arguments.application, arguments.functions, work)

    def idle(question: Mapping[str, Any]) -> dict[str, Any]:
        limits = float(question["limit_s"]), float(question["threads_s"])
        if outside is None:
            return {"busy": watch.wait(*limits), "ran": []}
        return {"busy": outside.wait(watch, *limits), "ran": sorted(outside.ran)}

    def settle(_question: Mapping[str, Any]) -> None:
        if outside is not None:
            outside.come_up()
        work.settle_in()

    control.on("settle", settle)
    control.on("idle", idle)
    control.on("trigger", _nothing_to_trigger if outside is None else outside.trigger)
    control.on("failures", lambda _: {} if outside is None else outside.failures())


def _nothing_to_trigger(_question: Mapping[str, Any]) -> dict[str, Any]:
    return {"unknown": True, "stuck": False, "status": None, "failure": ""}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shim.dualrun.replay.pinned.start", description=__doc__)
    parser.add_argument("--control", type=int, required=True, help="socket to be asked on, inherited")
    parser.add_argument("--application", type=Path, required=True, help="folder whose code is the application's")
    parser.add_argument("--at", type=float, required=True, help="first time that the clock shows, seconds since 1970")
    parser.add_argument("--seed", type=int, required=True, help="for all that the application draws")
    parser.add_argument("--stubs", type=Path, required=True, help="JSON list of answers in place of other hosts")
    parser.add_argument("--libraries", type=Path, help="folder of packages that the application may import")
    parser.add_argument("--functions", type=Path, help="JSON of functions that no route runs")
    parser.add_argument("module")
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    main()

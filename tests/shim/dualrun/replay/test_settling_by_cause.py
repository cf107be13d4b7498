"""Steps end when the process has nothing left to do: nothing is waited for by time, and nothing is missed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Connect, Send, Session, Step
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.processes import candidate_process
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.world import World
from tests.shim.dualrun.replay.small_app import small_app

ALICE = Connect("alice", query=(("name", "alice"),))


def act(action: str, **fields: object) -> Send:
    return Send("alice", json.dumps({"action": action, **fields}), action)


@dataclass(frozen=True)
class Ran:
    recording: Recording
    seconds: float

    @property
    def messages(self) -> list[tuple[int, str]]:
        """(step, text)"""
        return [(event.step, event.text) for event in self.recording.events if event.kind == "msg"]


WORLD = World(at=1_800_000_000.0)


async def ran(folder: Path, *steps: Step, timing: Timing | None = None, tables: Sequence[dict[str, Any]] = ()) -> Ran:
    async with candidate_process(folder, {}, tables, WORLD) as side:
        begun = time.monotonic()
        recording = await run_sessions(
            [Session("one", (ALICE, *steps))],
            partial(StreamClient, side.url),
            run="candidate",
            path="stream",
            line=side.line,
            timing=timing or Timing(),
        )
        return Ran(recording, time.monotonic() - begun)


LATER = """
    import asyncio, threading, time
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(4)
    tasks = set()

    def now(me, message):
        push(me, "now")

    def in_a_thread(me, message):
        def run():
            time.sleep(0.3)
            push(me, "from a thread")
        threading.Thread(target=run).start()

    def by_a_timer(me, message):
        threading.Timer(0.3, lambda: push(me, "from a timer")).start()

    def in_a_pool(me, message):
        pool.submit(lambda: (time.sleep(0.3), push(me, "from a pool")))

    async def in_a_task(me, message):
        async def run():
            await asyncio.sleep(0.3)
            push(me, "from a task")
        task = asyncio.create_task(run())
        tasks.add(task)
"""


async def test_what_a_step_causes_belongs_to_it_wherever_the_work_was_done(tmp_path):
    ways = ("in_a_thread", "by_a_timer", "in_a_pool", "in_a_task", "now")
    found = await ran(small_app(tmp_path, LATER), *(act(way) for way in ways))
    assert found.messages == [
        (1, "from a thread"),
        (2, "from a timer"),
        (3, "from a pool"),
        (4, "from a task"),
        (5, "now"),
    ]
    assert found.recording.problems == ()


async def test_a_message_to_oneself_is_not_waited_for_by_time(tmp_path):
    found = await ran(small_app(tmp_path, LATER), *[act("now")] * 150)
    assert len(found.messages) == 150
    assert [step for step, _ in found.messages] == list(range(1, 151))
    # By time each of them takes `quiet`, 0.15 s: 22 s.
    assert found.seconds < 11


async def test_a_thread_that_is_never_done_is_waited_for_once_and_seen_all_the_same(tmp_path):
    source = """
        import threading, time

        def begin(me, message):
            def run():
                while True:
                    time.sleep(0.005)
                    if wanted:
                        push(me, wanted.pop(0))
            threading.Thread(target=run, daemon=True).start()

        wanted = []

        def want(me, message):
            wanted.append(message["text"])
        """
    steps = (act("begin"), act("want", text="one"), *[act("want", text="two")] * 30)
    found = await ran(small_app(tmp_path, source), *steps, timing=Timing(limit=1.0))
    assert found.recording.problems == ()
    assert [text for _, text in found.messages][:1] == ["one"]
    assert found.seconds < 8


async def test_a_thread_that_waits_for_work_since_the_start_does_not_hold_up_a_step(tmp_path):
    source = """
        import queue, threading, time
        jobs = queue.Queue()

        def work():
            while True:
                job = jobs.get()
                time.sleep(0.2)
                job()

        threading.Thread(target=work, daemon=True).start()

        def enqueue(me, message):
            jobs.put(lambda: push(me, message["text"]))
        """
    found = await ran(small_app(tmp_path, source), act("enqueue", text="one"), act("enqueue", text="two"))
    assert found.messages == [(1, "one"), (2, "two")]
    assert found.seconds < 3

"""A server that hangs, crashes or floods costs bounded time and memory, and has a verdict that says so."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Session
from shim.dualrun.replay.driver import MOST_STUCK, run_sessions
from shim.dualrun.replay.processes import candidate_process
from shim.dualrun.replay.session_log import MAX_EVENTS
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.stream_client import StreamClient
from tests.shim.dualrun.replay.small_app import small_app
from tests.shim.dualrun.replay.test_settling_by_cause import ALICE, act

TIMING = Timing(step_limit=2.0, limit=0.5)
SESSIONS = tuple(Session(f"{number}", (ALICE, act("do"), act("do"))) for number in range(5))

GOOD = """
    def do(me, message):
        push(me, "done")
    """


async def recorded(folder: Path, handlers: str, timing: Timing = TIMING) -> tuple[Recording, list[str]]:
    async with candidate_process(small_app(folder, handlers), {}, []) as side:
        make = partial(StreamClient, side.url)
        recording = await run_sessions(SESSIONS, make, run="candidate", path="stream", line=side.line, timing=timing)
        return recording, await side.last_words()


@pytest.mark.parametrize(
    ("handlers", "sentence"),
    [
        ("import time\ndef do(me, message):\n    time.sleep(3600)", "stopped at step 2: it was not over after 2 s"),
        (
            "import time\nasync def do(me, message):\n    time.sleep(3600)",
            "stopped at step 2: it was not over after 2 s",
        ),
        (
            "import threading, time\n"
            "from concurrent.futures import ThreadPoolExecutor\n"
            "pool = ThreadPoolExecutor()\n"
            "def do(me, message):\n    pool.submit(time.sleep, 3600)",
            "stopped at step 2: work was still in flight after 2 s: 1 calls in threads",
        ),
        ("import os\ndef do(me, message):\n    os._exit(3)", "The new path has ended."),
    ],
    ids=["hangs", "blocks the loop", "hangs behind its answer", "crashes"],
)
@pytest.mark.slow
async def test_a_hang_and_a_crash_are_inconclusive_and_bounded(tmp_path, handlers, sentence):
    good, _ = await recorded(tmp_path / "good", GOOD)
    begun = time.monotonic()
    bad, last_words = await recorded(tmp_path / "bad", handlers)
    # A start, and for each session a step and what its end takes; not five sessions with three steps.
    assert time.monotonic() - begun < 75
    assert any(sentence in problem.sentence for problem in bad.problems), bad.problems
    assert {problem.session for problem in bad.problems} == {session.name for session in SESSIONS}
    assert sum("not begun, since 3 sessions" in problem.sentence for problem in bad.problems) == 5 - MOST_STUCK
    assert bool(last_words) == ("_exit" in handlers)
    legacy = (replace(good, run="legacy-1", path="websocket"), replace(good, run="legacy-2", path="websocket"))
    judgement = evaluate(SESSIONS, legacy, bad).judgement
    assert judgement.verdict == "INCONCLUSIVE"
    assert any(sentence in reason for reason in judgement.reasons), judgement.reasons


@pytest.mark.parametrize(
    "handlers",
    [
        "def do(me, message):\n    for n in range(1_000_000):\n        push(me, 'x')",
        "def do(me, message):\n    for n in range(200):\n        push(me, 'x' * 1_000_000)",
    ],
    ids=["of events", "of bytes"],
)
@pytest.mark.slow
async def test_a_flood_is_cut_off_and_inconclusive(tmp_path, handlers):
    begun = time.monotonic()
    recording, _ = await recorded(tmp_path, handlers, Timing(step_limit=30.0))
    assert time.monotonic() - begun < 200
    assert len(recording.events) <= MOST_STUCK * MAX_EVENTS
    assert sum(len(event.text) for event in recording.events) < MOST_STUCK * 70_000_000
    assert "its clients were flooded: at least" in recording.problems[0].sentence


async def test_memory_without_end_is_an_error_of_the_side_and_not_of_the_machine(tmp_path):
    recording, _ = await recorded(tmp_path, "def do(me, message):\n    push(me, str(len(bytearray(8 * 1024**3))))")
    assert {(event.kind, event.status) for event in recording.events if event.step} == {("error", 500)}
    assert json.dumps([str(problem) for problem in recording.problems]) == "[]"

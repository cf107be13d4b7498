"""Time passes in a pinned process: what is due happens in order, at its time, and within the step."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.scenario import Advance, Close, Connect, Send, Session, Step
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.pinned.advancing import LONGEST_S, TOGETHER_S, portion_until
from shim.dualrun.replay.session_log import SessionLog
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.settling_by_cause import LATE_S, ByCause
from shim.dualrun.replay.websocket_client import WebSocketClient
from shim.dualrun.run import record_legacy
from tests.shim.dualrun.replay.small_app import small_app
from tests.shim.dualrun.replay.test_expiry import ROWS
from tests.shim.dualrun.replay.test_settling_by_cause import WORLD, Ran, act, ran
from tests.shim.dualrun.replay.test_worker_processes import CONNECT, two_roots

TIMERS = """
    import asyncio, json, threading, time
    from time import monotonic

    began = {}
    tasks = set()

    def tell(me, what):
        push(me, json.dumps({"what": what, "wall": time.time() - began["wall"], "mono": monotonic() - began["mono"]}))

    async def begin(me, message):
        began.update(wall=time.time(), mono=monotonic())
        loop = asyncio.get_running_loop()
        loop.call_later(500, tell, me, "later")
        loop.call_later(7, tell, me, "soon")

        async def sleeps():
            await asyncio.sleep(100)
            tell(me, "slept")
            await asyncio.sleep(1000)
            tell(me, "slept on")

        def blocks():
            time.sleep(200)
            tell(me, "blocked")

        async def waits():
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 300)
            except TimeoutError:
                tell(me, "timed out")

        tasks.update(map(asyncio.create_task, (sleeps(), waits())))
        if message.get("threads"):
            threading.Thread(target=blocks, daemon=True).start()

    def now(me, message):
        tell(me, "now")
"""


@dataclass(frozen=True)
class Told:
    step: int
    what: str
    wall: float
    mono: float


def told(found: Ran) -> list[Told]:
    assert found.recording.problems == ()
    return [Told(step, **json.loads(text)) for step, text in found.messages]


async def test_what_an_application_has_scheduled_is_due_at_its_time_and_in_its_order(tmp_path: Path) -> None:
    found = await ran(small_app(tmp_path, TIMERS), act("begin"), Advance(450), Advance(60), act("now"), Advance(86_400))

    said = told(found)
    assert [(one.step, one.what) for one in said] == [
        (2, "soon"),
        (2, "slept"),
        (2, "timed out"),
        (3, "later"),
        (4, "now"),
        (5, "slept on"),
    ]
    for one, due in zip(said, (7, 100, 300, 500, 510, 1100), strict=True):
        assert due - 1 < one.wall < due + LONGEST_S + 1, one
        assert due <= one.mono < due + LONGEST_S + 30, one
    received = [event for event in found.recording.events if event.kind == "msg"]
    for (a, b), (first, second) in zip(pairwise(received), pairwise(said), strict=True):
        assert b.at - a.at == pytest.approx(second.wall - first.wall, abs=5)  # events are on the same clock
    assert found.seconds < 30


EXPIRING = """
    import json, time
    import boto3

    rows = boto3.resource("dynamodb", region_name="us-east-1").Table("Rows")

    def put(me, message):
        for days in (0, 1, 4):
            rows.put_item(Item={"id": f"{days} days", "expires": int(time.time()) + days * 86_400})

    def tell(me, message):
        push(me, json.dumps(sorted(item["id"] for item in rows.scan()["Items"])))
"""


@pytest.mark.slow
async def test_rows_go_48_hours_after_they_have_expired(tmp_path: Path) -> None:
    tell = act("tell")
    steps = (act("put"), tell, Advance(47 * 3_600), tell, Advance(2 * 3_600), tell, Advance(86_400), tell)

    found = await ran(small_app(tmp_path, EXPIRING), *steps, tables=[ROWS])

    assert found.recording.problems == ()
    everything = ["0 days", "1 days", "4 days"]
    assert [json.loads(text) for _, text in found.messages] == [everything, everything, everything[1:], everything[2:]]


@given(st.floats(0.5, 20), st.lists(st.floats(0, 2_000), max_size=30))
def test_a_portion_is_no_shorter_than_asked_and_parts_no_timers_that_belong_together(
    shortest: float, due: list[float]
) -> None:
    portion = portion_until(shortest, due)

    assert portion >= shortest
    assert portion == shortest or portion in due
    assert not any(portion < seconds <= portion + TOGETHER_S for seconds in due)


async def test_a_server_with_a_clock_of_its_own_is_not_advanced_and_its_session_says_so() -> None:
    session = Session("idle", (Connect("alice"), Advance(660), Close("alice")))

    async def nowhere(*_: object) -> None:
        return None

    class Client(WebSocketClient):
        connect = nowhere  # type: ignore[assignment]

    recording = await run_sessions([session] * 5, lambda report: Client("ws://x", report), run="x", path="websocket")

    assert [str(problem) for problem in recording.problems] == [
        "x, session 'idle': Step 2 of session 'idle' advances the clock, which only `ws2sse verify APP NEW` can: a server "
        "that runs already has a clock of its own."
    ] * 5


async def test_the_legacy_path_closes_who_is_idle_for_10_minutes_or_2_hours_old(tmp_path: Path) -> None:
    say = [Send(name, json.dumps({"action": "say"}), "say") for name in ("alice", "bob")]
    connects = (Connect("alice"), Advance(20), Connect("bob"))
    two_hours: list[Step] = [Advance(540), *say] * 14
    sessions = [
        Session("idle", (*connects, Advance(400), say[0], Advance(300), say[0], say[1])),
        Session("old", (*connects, *two_hours)),
    ]

    recorded = await record_legacy(two_roots(tmp_path, CONNECT), sessions, {}, world=WORLD)

    assert recorded.recording.problems == ()
    begun = {event.session: event.at for event in reversed(recorded.recording.events) if event.kind == "open"}
    ends = [
        (event.session, event.client, event.step, event.status, round(event.at - begun[event.session], -1))
        for event in recorded.recording.events
        if event.kind == "close"
    ]
    assert ends == [
        ("idle", "bob", 5, 1001, 620),
        ("old", "alice", 42, 1001, 7200),
        ("old", "bob", 42, 1001, 7220),
    ]
    assert ("idle", 7) in recorded.recording.skipped


class _TwoPortions:
    """Answers of a process in which, of the time that passes, the first half lets something be sent by a function."""

    def __init__(self) -> None:
        self.left = 20.0
        self.idles = 0

    async def ask(self, question: str, **_given: object) -> dict[str, object] | float:
        if question == "step":
            return 1e9
        if question == "advance":
            self.left -= 10.0
            return {"left": self.left, "worked": self.left > 0, "busy": ""}
        assert question == "idle"
        self.idles += 1
        return {"busy": "", "ran": self.idles == 1}


async def test_what_time_itself_leads_to_is_waited_for_at_its_end_alone_and_functions_that_ran_meanwhile_are_told():
    session = Session("one", (Connect("alice"), Advance(20.0)))
    expected = Event("legacy-1", "websocket", "one", 1, "alice", 0, "msg", "socket", None, "late", 0.0)
    first = Recording("legacy-1", "websocket", (expected,))
    settling = ByCause(_TwoPortions(), first, Timing())
    log = SessionLog("candidate", "stream", "one")
    await settling.begin_step(session, 0, log)
    log.sink("alice")("open", "stream", 200, "")
    assert abs(log.events[0].at - 1e9) < 60  # as the clock of the world shows, whatever this machine's does
    began = time.monotonic()
    assert await settling.advance(session, 1, {}, log) is True
    assert time.monotonic() - began < LATE_S
    assert await settling.after_step(session, 1, {}, log) is False

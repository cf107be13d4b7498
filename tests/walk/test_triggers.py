"""Both sides of a dual run run the functions that no route runs, and a push that goes wrong there is found."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from migrator.scan import scan_application
from migrator.sessions import plan_sessions
from shim.dualrun.evaluate import Evaluation, evaluate
from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.scenario import Connect, Send, Session
from shim.dualrun.record.trigger import OUTSIDE, Trigger
from shim.dualrun.replay.world import World
from shim.dualrun.run import Recorded, record_candidate, record_legacy
from tests.board import board
from tests.running import ws2sse

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Ran:
    """legacy: twice. wrong: of a candidate whose worker tells everybody of what one room was to know."""

    sessions: Sequence[Session]
    legacy: tuple[Recorded, Recorded]
    candidate: Recorded
    wrong: Recorded

    def judged(self, new: Recorded) -> Evaluation:
        return evaluate(self.sessions, (self.legacy[0].recording, self.legacy[1].recording), new.recording)

    def told(self, new: Recorded, session: str) -> list[tuple[int, str, str]]:
        """(step, client, type or error) of what came in a session."""
        events = [
            event for event in new.recording.events if event.session == session and event.kind in {"msg", "error"}
        ]
        return sorted((event.step, event.client, _type(event.text)) for event in events)


def _type(text: str) -> str:
    told = json.loads(text)
    return str(told.get("type") or told.get("errorType"))


def _note(client: str, text: str) -> Send:
    return Send(client, json.dumps({"action": "note", "text": text}), "note")


ALICE, BOB = Connect("alice", query=(("room", "red"),)), Connect("bob", query=(("room", "blue"),))
BY_ITSELF = Session("by itself", (ALICE, BOB, _note("alice", "now"), _note("bob", "later")))
FAILING = Session(
    "failing", (ALICE, _note("alice", ""), Trigger("src/pins.py:run", "call", '{"room": "red", "pin": ""}'))
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("triggers")
    app, new, wrong = board(folder / "board"), folder / "new", folder / "wrong"
    migrated = ws2sse("migrate", app, "--out", new)
    assert new.is_dir(), migrated.stderr
    shutil.copytree(new, wrong)
    code = (wrong / "src" / "jobs.py").read_text("utf-8")
    (wrong / "src" / "jobs.py").write_text(code.replace('tell(job["room"]', "tell(None"), "utf-8")
    inventory = scan_application(app)
    plan = plan_sessions(inventory)
    generated = [session for session in plan.sessions if OUTSIDE in session.clients]
    sessions = [BY_ITSELF, FAILING, *generated]
    world = World(functions=plan.functions)
    environment = {**plan.service_environment, **plan.environment}

    async def record() -> Ran:
        first = await record_legacy(app, sessions, plan.environment, world=world)
        known: Recording = first.recording
        second, good, bad = await asyncio.gather(
            record_legacy(app, sessions, plan.environment, run="legacy-2", first=known, world=world),
            *(
                record_candidate(side, sessions, environment, inventory.table_definitions, first=known, world=world)
                for side in (new, wrong)
            ),
        )
        return Ran(sessions, (first, second), good, bad)

    return asyncio.run(record())


def test_what_was_migrated_passes_with_all_that_runs_its_functions(ran: Ran) -> None:
    judged = ran.judged(ran.candidate)
    assert (judged.judgement.verdict, judged.unexplained) == ("PASS", ())
    rows = judged.judgement.measures.coverage.rows if judged.judgement.measures else ()
    cells = {(row.route, row.type): row.cells for row in rows}
    for route, kind in (
        ("stream src/changes.py:run", "noted"),
        ("queue src/jobs.py:run", "done"),
        ("topic src/alarm.py:run", "alarm"),
        ("call src/pins.py:run", "pinned"),
        ("schedule src/tick.py:run", "tick"),
        ("http src/announce.py:run", "announcement"),
    ):
        assert cells[route, kind]["trigger"] == "Match", route
        assert judged.judgement.routes[route].verdict == "PASS"
    assert {kind: cells["note", kind]["trigger"] for kind in ("noted", "done", "alarm")} == dict.fromkeys(
        ("noted", "done", "alarm"), "Match"
    )


def test_what_streams_queues_topics_and_functions_run_belongs_to_the_step_that_led_to_it(ran: Ran) -> None:
    told = [(2, "alice", kind) for kind in ("alarm", "done", "noted", "pinned")]
    told += [(3, "bob", kind) for kind in ("alarm", "done", "noted", "pinned")]
    assert ran.told(ran.legacy[0], "by itself") == told
    assert ran.told(ran.candidate, "by itself") == told
    texts = [
        json.loads(event.text)
        for event in ran.candidate.recording.events
        if event.session == "by itself" and "noted" in event.text
    ]
    assert [text["answer"] for text in texts] == ['{"pinned": "now"}', ""]


def test_a_function_that_fails_says_so_to_what_ran_it_on_both_sides(ran: Ran) -> None:
    for side in (ran.legacy[0], ran.candidate):
        assert (2, OUTSIDE, "ValueError") in ran.told(side, "failing")
        assert side.failures["src/pins.py:run"] == "ValueError: nothing to pin"


def test_a_push_to_the_wrong_group_is_found_at_the_trigger(ran: Ran) -> None:
    judged = ran.judged(ran.wrong)
    assert judged.judgement.verdict == "FAIL"
    assert {(found.kind, found.route) for found in judged.unexplained} == {
        ("misrouted", "queue src/jobs.py:run"),
        ("misrouted", "note"),
    }
    session = next(session for session in ran.sessions if session.name == "queue src/jobs.py:run")
    steps = {found.step for found in judged.unexplained if found.session == session.name}
    assert steps
    assert all(isinstance(session.steps[step], Trigger) for step in steps)
    assert judged.judgement.routes["stream src/changes.py:run"].verdict == "PASS"

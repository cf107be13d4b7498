"""What `make power` does with recordings: here of two short ones, written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from bench.power.measuring import measure
from bench.power.permuting import permuted
from bench.power.recorded import Recorded, read, write
from bench.power.session_records import records_of, sessions_of
from bench.power.table import BEGIN, END, goals_missed, published, table
from shim.dualrun.evaluate import learn
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import handshake_text
from shim.dualrun.record.errors import RecordingError
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Resume, Send, Session
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import Trigger
from tests.shim.dualrun.recorded import leave, record, say, talk

TALK = talk(say(), say("bob"), leave("alice"))


def told(number: str) -> list:
    return [
        (step, client, {"type": "chat", "id": f"a1b2c3d4{number}{step}", "text": f"hello {step}"})
        for step in (3, 4)
        for client in ("alice", "bob")
    ]


@pytest.fixture
def recorded() -> Recorded:
    legacy = (record(TALK, told("x")), record(TALK, told("y"), run="legacy-2", later=100))
    return Recorded((TALK,), legacy, record(TALK, told("z"), run="candidate", later=200))


def test_a_recording_is_read_as_it_was_written(recorded, tmp_path):
    settled = replace(recorded, candidate=replace(recorded.candidate, settled=True))
    write(settled, tmp_path / "one@0")
    assert read(tmp_path / "one@0") == settled
    assert [path.name for path in tmp_path.iterdir()] == ["one@0"]


def test_no_secret_is_written_and_equal_ones_stay_equal(recorded, tmp_path):
    token = "s3cr3t" * 5
    connect, *steps = TALK.steps
    known = replace(TALK, steps=(replace(connect, query=(("token", token),)), *steps, say("bob", text=f"I am {token}")))
    events = tuple(replace(event, text=event.text.replace("hello 3", token)) for event in recorded.candidate.events)
    sent = [
        replace(events[0], direction="sent", kind="connect", text=handshake_text((), (("token", token),)), n=0),
    ]
    candidate = replace(recorded.candidate, events=events, sent=tuple(sent))
    write(Recorded((known,), recorded.legacy, candidate), tmp_path / "one@0")
    assert not any(token in path.read_text() for path in (tmp_path / "one@0").iterdir())
    again = read(tmp_path / "one@0")
    (_, hidden) = again.sessions[0].steps[0].query[0]
    assert again.sessions[0].steps[-1].text == f"I am {hidden}"
    assert hidden in again.candidate.events[4].text


def test_a_recording_of_another_version_is_told(recorded, tmp_path):
    write(recorded, tmp_path / "one@0")
    legacy = tmp_path / "one@0" / "legacy.jsonl"
    legacy.write_text(legacy.read_text().replace('"schema_version":1', '"schema_version":9'))
    with pytest.raises(RecordingError, match="9"):
        read(tmp_path / "one@0")


def test_every_step_of_a_session_is_read_as_it_was_written():
    session = Session(
        "everything",
        (
            Connect("alice", (("Authorization", "Bearer é"),), (("token", "a=b&c"),), refused=False),
            Connect("mallory", refused=True),
            Send("alice", 'text "with"\nlines', "chat"),
            Send("alice", "{bad"),
            Resume("alice"),
            Close("alice"),
            Connect("alice"),
            Expect("alice", '{"text": "hello"}', 2.5),
            Expect("alice", '"bye"', required=False),
            Spoof("alice", "ended", "text", "chat"),
            Advance(3.5),
            Trigger("a.py:run", "queue", "{}"),
        ),
    )
    assert sessions_of(json.loads(json.dumps(records_of([session])))) == (session,)


def test_what_is_different_by_design_is_no_alarm(recorded):
    found = measure("one", recorded, seed=3, of_a_kind=5)
    assert found.alarms == []
    assert found.pairs == 7
    assert found.power.injected >= 40
    assert found.power.missed == ()


def test_permuting_changes_something(recorded):
    learned = learn(recorded.sessions, recorded.legacy)
    comparison = learned.candidate(recorded.candidate).compare(TALK)
    stage = Stage(TALK, recorded.candidate.events, comparison, Random(0))
    assert all(permuted(stage, Random(seed)) != list(stage.events) for seed in range(20))


def test_a_table_names_no_application_and_says_what_is_not_reached(recorded):
    found = measure("somebody__something", recorded, seed=3, of_a_kind=2)
    assert "somebody" not in table([found])
    missed = goals_missed([found])
    assert "1 applications, 11 are wanted" in missed
    found.alarms.append("permuted by design, 'talk': extra at step 4: it differs")
    assert "a false alarm: permuted by design, 'talk': extra at step 4: it differs" in goals_missed([found])


def test_a_page_keeps_what_stands_around_the_table():
    assert published(f"a\n{BEGIN}\nold\n{END}\nb\n", "new\n") == f"a\n{BEGIN}\nnew\n{END}\nb\n"
    with pytest.raises(ValueError, match="has no"):
        published("a\n", "new")

from __future__ import annotations

import json

import pytest

from shim.dualrun.errors import SessionInvalid
from shim.dualrun.record.scenario import Close, Connect, Expect, Resume, Send, Session, describe
from shim.dualrun.record.scenario_json import sessions_from_json, sessions_to_json
from tests.shim.dualrun.recorded import say, talk

EVERYTHING = Session(
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
    ),
)


def test_sessions_survive_their_json_form():
    assert sessions_from_json(sessions_to_json([EVERYTHING, talk(say())])) == (EVERYTHING, talk(say()))


def test_routes_of_steps():
    assert [EVERYTHING.route_of(index) for index in range(-1, 9)] == [
        None,
        "$connect",
        "$connect",
        "chat",
        None,
        None,
        "$disconnect",
        "$connect",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ((), "it has 0 steps; 1 to 200 are allowed"),
        ((Send("alice", "x"),), "alice acts before it has connected"),
        ((Connect("alice"), Close("alice"), Resume("alice")), "alice acts before it has connected"),
        ((Connect("alice"), Connect("alice")), "alice connects while it is connected"),
        ((Connect("alice"), Expect("alice", "1", 31)), "alice waits 31 s; 30 s are allowed"),
        ((Connect("alice", refused=True), Send("alice", "x")), "alice acts before it has connected"),
    ],
)
def test_a_session_that_can_not_be_run(steps, problem):
    with pytest.raises(SessionInvalid) as caught:
        Session("odd", steps)
    assert str(caught.value) == f"Session 'odd' can't be run: {problem}."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema_version": 2, "sessions": []}',
        '{"schema_version": 1}',
        '{"schema_version": 1, "sessions": 3}',
    ],
)
def test_what_is_no_scenario_file_is_refused(text):
    with pytest.raises(SessionInvalid):
        sessions_from_json(text)


@pytest.mark.parametrize(
    "session",
    [
        {},
        {"name": "a"},
        {"name": "a", "steps": [3]},
        {"name": "a", "steps": [{"step": "explode"}]},
        {"name": "a", "steps": [{"step": "close"}]},
        {"name": "a", "steps": [{"step": "connect", "client": 3}]},
        {"name": "a", "steps": [{"step": "connect", "client": "a", "x": 1}]},
        {"name": "a", "steps": [{"step": "connect", "client": "a", "query": {}}]},
        {"name": "a", "steps": [{"step": "connect", "client": "a", "refused": 1}]},
        {"name": "a", "steps": [{"step": "connect", "client": "a"}, {"step": "send", "client": "a", "text": "\ud800"}]},
    ],
)
def test_what_is_no_session_is_refused(session):
    with pytest.raises(SessionInvalid):
        sessions_from_json(json.dumps({"schema_version": 1, "sessions": [session]}))


def test_whoever_was_refused_may_try_again():
    assert Session("again", (Connect("alice", refused=True), Connect("alice"))).clients == ("alice",)


def test_steps_in_words():
    assert [describe(step) for step in (*EVERYTHING.steps[:6], EVERYTHING.steps[7])] == [
        "alice connects",
        "mallory connects (to be refused)",
        "alice sends 'text \"with\"\\nlines' to chat",
        "alice sends '{bad'",
        "alice loses its stream and resumes",
        "alice closes",
        'alice waits for \'{"text": "hello"}\'',
    ]

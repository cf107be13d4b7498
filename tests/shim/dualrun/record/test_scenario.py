from __future__ import annotations

import pytest

from shim.dualrun.errors import SessionInvalid
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Resume, Send, Session, describe
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import OUTSIDE, Trigger

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
        Advance(660),
        Trigger("src/jobs.py:run", "queue", '{"Records": []}'),
        Spoof("alice", "ended", "{}", "chat"),
    ),
)


def test_routes_of_steps():
    assert [EVERYTHING.route_of(index) for index in range(-1, 12)] == [
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
        None,
        "queue src/jobs.py:run",
        "chat",
    ]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ((), "it has 0 steps; 1 to 200 are allowed"),
        ((Send("alice", "x"),), "alice acts before it has connected"),
        ((Connect("alice"), Close("alice"), Resume("alice")), "alice acts before it has connected"),
        ((Connect("alice"), Connect("alice")), "alice connects while it is connected"),
        ((Connect("alice"), Expect("alice", "1", 31)), "alice waits 31 s; 30 s are allowed"),
        (
            (Connect("alice"), Send("alice", "\ud800")),
            "alice sends half a surrogate pair, which UTF-8 can't carry",
        ),
        ((Connect("alice", refused=True), Send("alice", "x")), "alice acts before it has connected"),
        ((Connect("alice"), Close("alice"), Spoof("alice", "ended", "x")), "alice acts before it has connected"),
        (
            (Connect("alice"), Spoof("alice", "none", "\ud800")),
            "alice sends half a surrogate pair, which UTF-8 can't carry",
        ),
        ((Advance(0),), "the clock is advanced by 0 s; 604800 s are allowed"),
        ((Advance(604_801),), "the clock is advanced by 604801 s; 604800 s are allowed"),
        ((Advance(float("nan")),), "the clock is advanced by nan s; 604800 s are allowed"),
        ((Connect(OUTSIDE),), "(outside) is no name for a client"),
        ((Trigger("a.py:run", "call", "{not json"),), "the event for a.py:run is not JSON"),
        (
            (Trigger("a.py:run", "call", '"' + "x" * 1_000_000 + '"'),),
            "the event for a.py:run has 1000002 characters; 1000000 are allowed",
        ),
    ],
)
def test_a_session_that_can_not_be_run(steps, problem):
    with pytest.raises(SessionInvalid) as caught:
        Session("odd", steps)
    assert str(caught.value) == f"Session 'odd' can't be run: {problem}."


def test_whoever_was_refused_may_try_again():
    assert Session("again", (Connect("alice", refused=True), Connect("alice"))).clients == ("alice",)


def test_time_passes_for_nobody_in_particular():
    assert Session("quiet", (Advance(600), Connect("alice"), Advance(1))).clients == ("alice",)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 seconds"), (90, "1.5 minutes"), (660, "11 minutes"), (601, "601 seconds"), (7_200, "2 hours")],
)
def test_time_in_words(seconds, words):
    assert describe(Advance(seconds)) == f"{words} pass"


def test_steps_in_words():
    assert [describe(step) for step in (*EVERYTHING.steps[:6], EVERYTHING.steps[7], *EVERYTHING.steps[10:])] == [
        "alice connects",
        "mallory connects (to be refused)",
        "alice sends 'text \"with\"\\nlines' to chat",
        "alice sends '{bad'",
        "alice loses its stream and resumes",
        "alice closes",
        'alice waits for \'{"text": "hello"}\'',
        "a queue runs src/jobs.py:run with '{\"Records\": []}'",
        "somebody speaks for alice with the session of a connection that has ended",
    ]

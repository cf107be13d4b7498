"""What real clients did becomes sessions; what a run did becomes the same sessions again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record import traffic
from shim.dualrun.record.canonical import Recording, handshake_text
from shim.dualrun.record.rebuild import sessions_of_run
from shim.dualrun.record.scenario import MAX_STEPS, Close, Connect, Resume, Send
from shim.dualrun.record.traffic import sessions_of_traffic
from tests.shim.dualrun.record.events import event

HANDSHAKE = handshake_text([("X-A", "1")], [("room", "7")])


def recording(*told: tuple[str, str], run: str = "traffic", **fields: str) -> Recording:
    """Pairs of client and what it did; 'closed' and 'refused' for what was done to it."""
    events, counts = [], Counter()
    for index, (client, what) in enumerate(told):
        direction = "received" if what in {"closed", "refused", "heard"} else "sent"
        kinds = {"connect": "connect", "close": "close", "resume": "resume", "closed": "close", "refused": "refused"}
        kind = kinds.get(what, "msg")
        text = HANDSHAKE if kind == "connect" else what if kind == "msg" else ""
        n = counts[client, direction]
        counts[client, direction] += 1
        events.append(
            event(client=client, n=n, kind=kind, text=text, direction=direction, at=float(index), step=index, **fields)
        )
    received = tuple(e for e in events if e.direction == "received")
    return Recording(run, "websocket", received, sent=tuple(e for e in events if e.direction == "sent"))


def test_a_session_ends_when_the_last_has_left():
    found = sessions_of_traffic(
        [recording(("a", "connect"), ("b", "connect"), ("a", "close"), ("b", "hi"), ("b", "closed"), ("c", "connect"))]
    )
    assert [session.steps for session in found.sessions] == [
        (
            Connect("a", (("X-A", "1"),), (("room", "7"),)),
            Connect("b", (("X-A", "1"),), (("room", "7"),)),
            Close("a"),
            Send("b", "hi"),
        ),
        (Connect("c", (("X-A", "1"),), (("room", "7"),)),),
    ]
    assert found.notes == ()


def test_whoever_was_there_before_the_recording_is_left_out():
    found = sessions_of_traffic([recording(("a", "hi"), ("b", "connect"), ("a", "hi"), ("b", "hi"))])
    assert [session.clients for session in found.sessions] == [("b",)]
    assert [note.sentence for note in found.notes] == ["1 clients had connected before the recording; left out"]


def test_a_long_session_is_cut_and_whoever_is_left_connects_again():
    found = sessions_of_traffic([recording(("a", "connect"), ("b", "connect"), *[("a", str(n)) for n in range(500)])])
    assert len(found.sessions) == 3
    assert all(len(session.steps) <= MAX_STEPS for session in found.sessions)
    assert all(session.clients == ("a", "b") for session in found.sessions)
    sent = [step.text for session in found.sessions for step in session.steps if isinstance(step, Send)]
    assert sent == [str(n) for n in range(500)]
    assert [note.kind for note in found.notes] == ["cut_off"]


def test_a_client_that_connects_at_the_cut_connects_once():
    chat = [("a", str(n)) for n in range(MAX_STEPS - 2)]
    found = sessions_of_traffic([recording(("a", "connect"), *chat, ("b", "connect"), ("b", "hi"))])
    assert [session.clients for session in found.sessions] == [("a",), ("a", "b")]
    assert [type(step) for step in found.sessions[1].steps] == [Connect, Connect, Send]


def test_a_client_that_connected_last_before_the_cut_is_there_after_it():
    chat = [("a", str(n)) for n in range(MAX_STEPS - 3)]
    found = sessions_of_traffic([recording(("a", "connect"), *chat, ("b", "connect"), ("b", "hi"), ("b", "ho"))])
    first, second = found.sessions
    assert isinstance(first.steps[-1], Connect)
    assert second.steps[-2:] == (Send("b", "hi"), Send("b", "ho"))
    assert second.clients == ("a", "b")


def test_a_client_that_the_server_closed_leaves_before_it_connects_again():
    found = sessions_of_traffic([recording(("a", "connect"), ("b", "connect"), ("b", "closed"), ("b", "connect"))])
    assert [type(step) for step in found.sessions[0].steps] == [Connect, Connect, Close, Connect]


def test_of_too_many_clients_those_that_connected_last_are_left_out():
    crowd = [(f"c{n}", "connect") for n in range(250)]
    said = [(f"c{n}", "hi") for n in range(250)]
    found = sessions_of_traffic([recording(*crowd, *said)])
    assert all(len(session.steps) <= MAX_STEPS for session in found.sessions)
    sent = [step.client for session in found.sessions for step in session.steps if isinstance(step, Send)]
    assert set(sent) < {name for name, _ in said}
    assert len(sent) >= MAX_STEPS // 2
    assert {note.kind for note in found.notes} == {"cut_off", "left_out"}
    assert not any("had connected before the recording" in note.sentence for note in found.notes)


@given(st.data())
def test_cuts_lose_nothing_of_those_that_have_room(data):
    limit = data.draw(st.integers(8, 12))
    names = st.sampled_from("abcdef")  # as many as one session always has room for
    whats = st.sampled_from(["connect", "connect", "x", "y", "close", "resume", "closed", "refused"])
    told = data.draw(st.lists(st.tuples(names, whats), min_size=3 * limit, max_size=6 * limit))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traffic, "MAX_STEPS", limit)
        found = sessions_of_traffic([recording(*told)])
    assert all(len(session.steps) <= limit for session in found.sessions)
    expected, there = [], set()
    for name, what in told:
        if what == "connect":
            there.add(name)
        elif name in there and what in {"x", "y"}:
            expected.append((name, what))
        elif what in {"close", "closed", "refused"}:
            there.discard(name)
    sent = [(step.client, step.text) for session in found.sessions for step in session.steps if isinstance(step, Send)]
    assert sent == expected


@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["connect", "connect", "x", "close", "closed"]))))
def test_a_crowd_gives_sessions_that_can_be_run(told):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traffic, "MAX_STEPS", 6)
        found = sessions_of_traffic([recording(*((f"c{number}", what) for number, what in told))])
    assert all(len(session.steps) <= 6 for session in found.sessions)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(["connect", "close", "resume", "x", "closed", "refused", "heard"])
        ),
        max_size=40,
    )
)
def test_every_traffic_gives_sessions_that_can_be_run(told):
    found = sessions_of_traffic([recording(*told)])
    connects = sum(what == "connect" for _, what in told)
    assert sum(isinstance(step, Connect) for session in found.sessions for step in session.steps) >= connects


def test_the_steps_of_a_run_come_back_and_what_was_received_keeps_its_cause():
    told = recording(("a", "connect"), ("a", "heard"), ("a", "hi"), ("a", "closed"), ("a", "connect"), run="legacy-1")
    told = replace(told, events=tuple(replace(e, step=e.step - 1) for e in told.events))
    rebuilt = sessions_of_run(told)
    (session,) = rebuilt.sessions
    assert session.name == "talk"
    assert [type(step) for step in session.steps] == [Connect, Send, Close, Connect]
    assert [e.step for e in rebuilt.renumbered(told).events] == [0, 1]
    assert [e.step for e in rebuilt.renumbered(told).sent] == [0, 1, 3]


def test_a_refused_connect_is_expected_to_be_refused_again():
    told = recording(("a", "connect"), ("a", "refused"), ("a", "connect"), ("a", "resume"), run="legacy-1")
    told = replace(told, events=tuple(replace(e, step=0) for e in told.events))
    (session,) = sessions_of_run(told).sessions
    assert [getattr(step, "refused", None) for step in session.steps] == [True, None, None]
    assert session.steps[2] == Resume("a")

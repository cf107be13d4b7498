from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.report.repro.shorten import only_steps, shortened
from tests.shim.dualrun.recorded import record, say, talk

LONG = Session(
    "long",
    (
        Connect("mallory", refused=True),
        Connect("alice"),
        Connect("bob"),
        Send("alice", '{"action":"chat","text":"hi"}', "chat"),
        Resume("bob"),
        Close("alice"),
        Connect("alice"),
        Send("bob", "no json"),
        Spoof("alice", "ended", "no json"),
        Close("bob"),
    ),
)


@given(st.sets(st.integers(0, len(LONG.steps) - 1)))
def test_any_selection_of_steps_is_a_session_that_can_be_run(kept):
    made = only_steps(LONG, kept, "less")
    if made is None:
        return
    session, indices = made
    assert set(indices) <= kept
    assert session.steps == tuple(LONG.steps[index] for index in indices)
    assert only_steps(LONG, indices, "less") == made


def test_without_its_connect_nothing_of_a_client_is_left():
    assert only_steps(LONG, {3, 4, 5}, "less") is None


def test_recordings_are_cut_to_the_steps_and_numbered_again():
    session = talk(say(), say("bob"), say("dave"))
    recording = record(session, [(3, "bob", "a"), (4, "alice", "b"), (5, "bob", "c")], skipped=[5, 3])
    cut = shortened(recording, "talk", "less", (0, 1, 2, 5))
    assert [(e.session, e.step, e.client, e.n, e.text) for e in cut.events if e.kind == "msg"] == [
        ("less", 3, "bob", 1, "c")
    ]
    assert cut.skipped == {("less", 3)}

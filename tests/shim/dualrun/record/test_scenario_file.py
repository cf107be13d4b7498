"""Scenario files: what people write becomes sessions, and what they get wrong is told by line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.errors import RecordingError, RecordingUnreadable, ScenarioInvalid
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.scenario import Advance, Close, Connect, Expect, Resume, Send
from shim.dualrun.record.scenario_file import read_scenario
from shim.dualrun.record.scenario_model import ScenarioModel
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.trigger import Trigger

IDENTITIES = {
    "bob": Identity("bob", (("Authorization", "Bearer of-bob"),), (("room", "7"),)),
    "nobody": Identity("nobody", refused=True),
}

GOOD = """\
version: 1
clients:
  alice:
    query: {token: "${ALICE_TOKEN}", room: lobby}
  bob: {identity: bob, query: {room: lobby}}
  mallory: {identity: nobody}
sessions:
  - name: two people talk
    steps:
      - connect: alice
      - connect: bob
        headers: {X-Lang: de}
      - connect: mallory
      - send: alice
        message: {action: chat, text: "hello", on: yes, at: 2026-01-01, n: 1.50}
        route: chat
      - expect: bob
        message: {text: hello}
        within_s: 2
      - wait_for: alice
        message: joined
      - send: bob
        message: "not JSON"
      - resume: bob
      - close: alice
      - advance_s: 660
      - trigger: src/jobs.py:run
        kind: queue
        event: {Records: [{body: "{{connection id of bob}}"}]}
      - trigger: src/tick.py:run
        kind: schedule
        event: "{}"
      - connect: alice
      - spoof: alice
        credential: ended
        message: {action: chat}
        route: chat
"""


def read(text, tmp_path, environment=None):
    path = tmp_path / "chat.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_scenario(
        path, environment={"ALICE_TOKEN": "t-1"} if environment is None else environment, identities=IDENTITIES
    )


def problem(text, tmp_path, **options) -> str:
    with pytest.raises(ScenarioInvalid) as caught:
        read(text, tmp_path, **options)
    return str(caught.value).removeprefix(str(tmp_path / "chat.yaml"))


def test_what_is_written_becomes_steps(tmp_path):
    (session,) = read(GOOD, tmp_path)
    assert session.name == "two people talk"
    assert session.steps == (
        Connect("alice", (), (("token", "t-1"), ("room", "lobby"))),
        Connect("bob", (("Authorization", "Bearer of-bob"), ("X-Lang", "de")), (("room", "lobby"),)),
        Connect("mallory", refused=True),
        Send("alice", '{"action": "chat", "text": "hello", "on": "yes", "at": "2026-01-01", "n": 1.5}', "chat"),
        Expect("bob", '{"text": "hello"}', 2.0),
        Expect("alice", '"joined"', required=False),
        Send("bob", "not JSON"),
        Resume("bob"),
        Close("alice"),
        Advance(660.0),
        Trigger("src/jobs.py:run", "queue", '{"Records": [{"body": "{{connection id of bob}}"}]}'),
        Trigger("src/tick.py:run", "schedule", "{}"),
        Connect("alice", (), (("token", "t-1"), ("room", "lobby"))),
        Spoof("alice", "ended", '{"action": "chat"}', "chat"),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version: 1", "version: 2", ", line 1: 'version' is wrong: input should be 1."),
        ("version: 1\n", "", ", line 1: 'version' is missing."),
        ("clients:", "client:", ", line 2: there is no 'client'; did you mean 'clients'?"),
        ("    query: {token", "    querry: {token", ", line 4: there is no 'querry'; did you mean 'query'?"),
        (
            "- send: alice",
            "- sent: alice",
            "line 14: a step is none of connect, send, expect, wait_for, resume, close, advance_s, trigger, spoof; did",
        ),
        (
            "- close: alice",
            "- leave",
            "line 25: a step is none of connect, send, expect, wait_for, resume, close, advance_s, trigger, spoof.",
        ),
        ("advance_s: 660", "advance_s: 0", "line 26: 'advance_s' is wrong: input should be greater than 0."),
        ("advance_s: 660", "advance_s: week", "line 26: 'advance_s' is wrong: input should be a valid number"),
        (
            "        route: chat",
            "        rout: chat",
            "line 16: there is no 'rout' in a step send; did you mean 'route'?",
        ),
        ("        message: {text: hello}\n", "", "line 17: 'message' is missing."),
        ("within_s: 2", "within_s: 99", "line 19: 'within_s' is wrong: input should be less than or equal to 30."),
        ("within_s: 2", "within_s: soon", "line 19: 'within_s' is wrong: input should be a valid number"),
        ("connect: mallory", "connect: 7", "line 13: 'connect' is wrong: input should be a valid string."),
        ("- resume: bob", "- resume: carol", "line 24: carol acts before it has connected."),
        ("- connect: bob", "- connect: alice", "line 11: alice connects while it is connected."),
        ("identity: bob", "identity: bobb", "line 5: no [[verify.identity]] is called 'bobb'; did you mean 'bob'?"),
        ("  - name: two", "  - name: ''\n    nam: two", "line 8: 'name' is wrong: string should have at least 1"),
        ("room: lobby}\n  bob", "room: lobby, room: b}\n  bob", "line 4: 'room' is there twice."),
        (
            "text: hello",
            "text: !!python/name:os.system x",
            "line 18: the tag tag:yaml.org,2002:python/name:os.system is not",
        ),
        ("{text: hello}", "{text: hello", "line 19: it is not YAML"),
        ("text: hello", "? [a] : b", "line 18: a key is not a text."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, told, tmp_path):
    assert old in GOOD
    assert told in problem(GOOD.replace(old, new, 1), tmp_path)


def test_a_variable_that_is_not_set_is_told(tmp_path):
    assert problem(GOOD, tmp_path, environment={}) == ", line 4: the environment has no variable ALICE_TOKEN."


def test_two_sessions_of_one_name_are_refused(tmp_path):
    twice = GOOD + "  - name: two people talk\n    steps: [{connect: alice}]\n"
    assert problem(twice, tmp_path) == ", line 38: there are two sessions 'two people talk'."


def test_half_a_surrogate_pair_can_not_be_sent(tmp_path):
    text = GOOD.replace('"not JSON"', '"\\ud800"')
    assert "line 22" in problem(text, tmp_path) or "line 23" in problem(text, tmp_path)


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(RecordingUnreadable):
        read_scenario(tmp_path / "absent.yaml", environment={}, identities={})
    assert problem("", tmp_path) == ", line 1: it is empty."
    assert problem(b"version: 1\n\xff", tmp_path) == ", line 2: it is not UTF-8."
    assert "it has more than 4194304 bytes" in problem(b"#" * 4_194_305, tmp_path)
    assert "is wrong" in problem("[1]", tmp_path)


def test_a_bomb_does_not_go_off(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "it says too much, or too deep" in problem("\n".join(lines), tmp_path)
    assert "too deep" in problem("a: " + "[" * 300 + "]" * 300, tmp_path)
    assert "too deep" in problem("a: " + "[" * 50_000, tmp_path)


@given(
    at=st.integers(0, len(GOOD)),
    piece=st.sampled_from(["", "-", ":", "{", "[", "&a ", "*a ", "!x ", "\t", "'", "\0", "é"]),
)
def test_no_slip_of_the_pen_crashes(at, piece, tmp_path_factory):
    path = tmp_path_factory.mktemp("scenarios") / "chat.yaml"
    path.write_text(GOOD[:at] + piece + GOOD[at + 1 :], "utf-8")
    try:
        sessions = read_scenario(path, environment={"ALICE_TOKEN": "t"}, identities=IDENTITIES)
    except RecordingError as error:
        told = str(error)
        assert told.startswith(str(path))
    else:
        assert sessions


def test_its_json_schema_takes_what_the_reader_takes():
    schema = json.dumps(ScenarioModel.model_json_schema())
    assert all(
        f'"{kind}"' in schema for kind in ("connect", "send", "expect", "wait_for", "resume", "close", "advance_s")
    )

"""What a file is, is known by what is in it; every kind gives sessions."""

from __future__ import annotations

import json

import pytest

from shim.dualrun.record.errors import RecordingError, RecordingUnreadable
from shim.dualrun.record.header import Header
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Connect, Send, Session
from shim.dualrun.record.sources import kind_of, sessions_from_file, with_routes
from shim.dualrun.record.writer import write_recordings
from tests.shim.dualrun.record.test_har import START, said, socket
from tests.shim.dualrun.record.test_traffic import recording

ALICE = Identity("alice", query=(("token", "token-of-today"),))


def read(path, *identities):
    return sessions_from_file(path, environment={}, identities=identities)


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "any-name"
    entries = [socket(said("send", START + 1, '{"action":"chat","token":"t-1"}'))]
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2))
    return path


def test_an_archive(archive):
    assert kind_of(archive) == "archive"
    source = read(archive, ALICE)
    connect, send, _ = source.sessions[0].steps
    assert dict(connect.query) == {"room": "7", "token": "token-of-today"}
    assert json.loads(send.text) == {"action": "chat", "token": "token-of-today"}
    assert source.gaps == ()


def test_the_secrets_of_an_archive_are_not_used_where_there_is_no_identity(archive):
    source = read(archive)
    assert "'t-1'" not in repr(source.sessions)
    assert "There is no identity for client-1" in source.gaps[0]


def test_a_recording_of_traffic(tmp_path):
    path = tmp_path / "any-name"
    told = Redactor(Hasher(b"k" * 16)).recording(recording(("a", "connect"), ("a", '{"action":"chat"}')))
    write_recordings(path, [(Header("chat", "traffic", "websocket"), told)])
    assert kind_of(path) == "recording"
    assert [step.client for step in read(path).sessions[0].steps] == ["a", "a"]


def test_a_recording_of_a_run(tmp_path):
    path = tmp_path / "any-name"
    told = recording(("a", "connect"), ("a", "hi"), run="legacy-1")
    write_recordings(path, [(Header("chat", "legacy-1", "websocket"), told)])
    path.write_bytes(path.read_bytes()[:-5])
    source = read(path)
    assert [session.name for session in source.sessions] == ["talk"]
    assert source.notes == (f"{path}, line 4: the line is cut off, and was left out.",)


def test_a_scenario(tmp_path):
    path = tmp_path / "any-name"
    path.write_text("version: 1\nsessions:\n  - {name: talk, steps: [{connect: a}]}\n")
    assert kind_of(path) == "scenario"
    assert read(path).sessions == (Session("talk", (Connect("a"),)),)


def test_what_is_none_of_them_is_an_error(tmp_path):
    path = tmp_path / "any-name"
    for text in ("hello", "", "{}", '{"log": 1}', "\0\xff"):
        path.write_text(text)
        with pytest.raises(RecordingError):
            read(path)
    with pytest.raises(RecordingUnreadable):
        read(tmp_path / "absent")


def test_routes_are_those_that_the_expression_selects():
    steps = (Connect("a"), Send("a", '{"action":"chat"}'), Send("a", "{bad"), Send("a", "x", "named"))
    (session,) = with_routes([Session("talk", steps)], "$request.body.action", ["$connect", "chat", "$default"])
    assert [session.route_of(index) for index in range(4)] == ["$connect", "chat", "$default", "named"]

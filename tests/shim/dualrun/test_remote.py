"""Recorded at one server, replayed at another: real sockets, a real file, no secret in it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shim.dualrun.errors import DualRunError
from shim.dualrun.record.errors import KeyIsAnother, NothingRecorded, NotRecordedTwice
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session
from shim.dualrun.record.writer import write_recordings
from shim.dualrun.remote import Known, record, replay
from shim.dualrun.replay.server import Server
from shim.dualrun.replay.settling import Timing
from tests.shim.dualrun.tiny import Chat, StreamChat, websocket_chat
from tests.shim.serving import listening

QUICK = Timing(quiet=0.05, first_quiet=0.05, limit=0.6, extra=0.03, settle=0.02)
KEY = b"k" * 32
OLD, NEW = "token-of-then", "token-of-now"


def person(name: str, group: str = "red", token: str = OLD) -> Connect:
    return Connect(name, query=(("name", name), ("group", group), ("token", f"{token}-{name}")))


def act(client: str, action: str, text: str = "") -> Send:
    return Send(client, json.dumps({"action": action, "text": text}), action)


SESSIONS = (
    Session(
        "talk",
        (
            person("alice"),
            person("bob"),
            person("dave", "blue"),
            act("alice", "chat", "hello"),
            act("bob", "echo", f"{OLD}-bob is mine"),
            Resume("alice"),
            act("bob", "chat", "Grüße 👋"),
            Close("alice"),
        ),
    ),
)
IDENTITIES = tuple(Identity(name, query=(("token", f"{NEW}-{name}"),)) for name in ("alice", "bob", "dave"))


async def recorded(file, sessions=SESSIONS):
    async with websocket_chat(Chat()) as url:
        return await record(
            file, Server(url), sessions, application="chat", redactor=Redactor(Hasher(KEY)), timing=QUICK
        )


async def replayed(file, *faults, key=KEY, identities=IDENTITIES):
    with listening(StreamChat(Chat(*faults)).app) as port:
        return await replay(
            file,
            Server(f"http://127.0.0.1:{port}/stream"),
            identities=identities,
            redactor=lambda names: Redactor(Hasher(key, names)),
            known=Known("$request.body.action", ("$connect", "$disconnect", "chat", "echo", "$default")),
            timing=QUICK,
        )


async def test_a_recording_replays_at_a_server_that_does_the_same(tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    report, notes = await replayed(file)
    assert [found for found in report.differences if found.explained is None] == []
    assert report.application == "chat"
    assert report.routes["chat"].messages > 0
    assert notes == ()


@pytest.mark.parametrize(("fault", "kind"), [("drop", "missing"), ("leak", "misrouted"), ("twice", "duplicate")])
async def test_what_the_new_server_does_differently_is_found(fault, kind, tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    report, _ = await replayed(file, fault)
    assert report.verdict == "FAIL"
    assert kind in {found.kind for found in report.differences}


async def test_no_secret_is_in_the_file_and_each_has_one_name(tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    text = file.read_text("ascii")
    assert OLD not in text
    assert text.count(Hasher(KEY).hide(f"{OLD}-bob")) == 6  # connects, says and hears it, in two runs
    loaded = load_recordings(file)
    assert [part.header.run for part in loaded.parts] == ["legacy-1", "legacy-2"]
    assert {part.header.key_id for part in loaded.parts} == {Hasher(KEY).key_id}
    assert all(part.whole for part in loaded.parts)


async def test_secrets_without_an_identity_are_told_and_nothing_passes(tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    report, _ = await replayed(file, identities=IDENTITIES[:2])
    assert report.verdict == "INCONCLUSIVE"
    assert "There is no identity for dave" in " ".join(report.reasons)


async def test_a_recording_of_one_run_or_of_another_key_is_refused(tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    with pytest.raises(KeyIsAnother):
        await replayed(file, key=b"x" * 32)
    (first, _) = load_recordings(file).parts
    write_recordings(file, [(replace(first.header, run="traffic"), replace(first.recording, run="traffic"))])
    with pytest.raises(NotRecordedTwice, match="has traffic, not two runs"):
        await replayed(file)


async def test_a_recording_that_was_full_is_told_and_nothing_passes(tmp_path):
    file = tmp_path / "chat.jsonl"
    await recorded(file)
    file.write_text(file.read_text("ascii").replace('"lost":0', '"lost":3', 1), "ascii")
    report, notes = await replayed(file)
    assert report.verdict == "INCONCLUSIVE"
    assert "legacy-1 was not recorded to its end." in report.reasons
    assert [note for note in notes if "3 events were not recorded" in note] == list(notes)


async def test_a_server_that_is_not_there_leaves_no_file(tmp_path):
    file = tmp_path / "chat.jsonl"
    with pytest.raises(NothingRecorded, match="can't be reached"):
        await record(
            file,
            Server("ws://127.0.0.1:1/prod"),
            SESSIONS,
            application="chat",
            redactor=Redactor(Hasher(KEY)),
            timing=QUICK,
        )
    assert not file.exists()
    assert issubclass(NothingRecorded, DualRunError)

from __future__ import annotations

import jwt
import pytest

from shim.dualrun.record.identity import Identity
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.scenario import Close, Connect, Expect, Resume, Send, Session
from shim.dualrun.record.scenario_file import read_scenario
from shim.dualrun.report.repro.reduce import Shortest
from shim.dualrun.report.repro.write import CANDIDATE, LEGACY, README, SESSION, repro_files, write_runs
from tests.shim.dualrun.recorded import record, three
from tests.shim.dualrun.report.reporting import HOSTILE

TOKEN = jwt.encode({"sub": "alice"}, "a-secret-of-thirty-two-characters", "HS256")
SESSION_OF_ALL = Session(
    "shortest",
    (
        Connect("alice", (("x-tenant", "acme"),), (("token", TOKEN), ("room", "1"))),
        Connect("bob", query=(("token", "bob-secret-token"),)),
        Connect("mallory", query=(("token", ""),), refused=True),
        Send("alice", '{"action": "chat", "text": "hi"}', "chat"),
        Expect("bob", '{"text": "hi"}', 2.0),
        Send("alice", "plain: [text] 'quoted' \"twice\"\nand a line"),
        Resume("bob"),
        Close("alice"),
    ),
)


def found_in(session=SESSION_OF_ALL, confirmed=True, text="hi") -> Shortest:
    received = [(3, "bob", {"text": text, "authorization": TOKEN})]
    difference = three(session, received, candidate=[]).unexplained[0]
    runs = (
        record(session, received),
        record(session, received, run="legacy-2", later=100),
        record(session, [], run="candidate", later=200),
    )
    return Shortest(session, difference, runs, confirmed, replays=12)


def files(found, tmp_path, identities=()):
    known = {identity.name: identity for identity in identities}
    return repro_files(found, tmp_path / "repro", legacy="apps/chat", candidate="apps/new one", identities=known)


def test_the_session_is_read_back_as_it_was(tmp_path):
    made = files(found_in(), tmp_path, [Identity("bob", query=SESSION_OF_ALL.steps[1].query)])
    path = tmp_path / SESSION
    path.write_text(made[SESSION], "utf-8")
    environment = {"ALICE_TOKEN": TOKEN, "MALLORY_TOKEN": ""}
    identity = Identity("bob", query=SESSION_OF_ALL.steps[1].query)
    assert read_scenario(path, environment=environment, identities={"bob": identity}) == (SESSION_OF_ALL,)


def test_no_secret_is_written(tmp_path):
    found = found_in()
    made = files(found, tmp_path)
    write_runs(found, tmp_path, "chat")
    written = "\n".join([*made.values(), *(path.read_text("utf-8") for path in tmp_path.iterdir())])
    assert TOKEN not in written
    assert "bob-secret-token" not in written
    assert "`ALICE_TOKEN`: query token of alice" in made[README]


def test_the_recordings_are_read_back_with_their_runs(tmp_path):
    write_runs(found_in(), tmp_path, "chat")
    legacy, candidate = load_recordings(tmp_path / LEGACY), load_recordings(tmp_path / CANDIDATE)
    assert [part.header.run for part in legacy.parts] == ["legacy-1", "legacy-2"]
    assert [part.header.run for part in candidate.parts] == ["candidate"]
    assert all(part.whole for part in (*legacy.parts, *candidate.parts))


def test_the_readme_says_what_differs_and_the_command_that_shows_it_again(tmp_path):
    said = files(found_in(), tmp_path)[README]
    assert said.startswith("# missing: the shortest session that shows it\n\nbob did not receive the message")
    assert f"ws2sse verify apps/chat 'apps/new one' --sessions {tmp_path}/repro/session.yaml" in said
    assert "2 messages, 8 steps; step 4 shows it" in said
    assert "did not diverge again" not in said


def test_a_session_that_did_not_diverge_alone_says_so(tmp_path):
    assert "Replayed alone, this session did not diverge again." in files(found_in(confirmed=False), tmp_path)[README]


@pytest.mark.parametrize("text", [HOSTILE.replace("\ud800", ""), "``` \n# x", "x" * 10_000])
def test_nothing_of_a_message_becomes_markup(tmp_path, text):
    session = Session("shortest", (Connect("alice"), Connect("bob"), Send("alice", text, "chat"), Send("alice", text)))
    found = found_in(session, text=text)
    said = files(found, tmp_path)[README]
    assert "<" not in said.replace("&lt;", "")
    assert said.count("```") == 2
    assert len(said) < 3_000

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from shim.dualrun.record.canonical import Event, Recording, handshake_text
from shim.dualrun.record.identity import Identity
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.scenario import Close, Connect, Expect, Resume, Send, Session
from shim.dualrun.record.scenario_file import read_scenario
from shim.dualrun.record.spoof import Spoof
from shim.dualrun.record.writer import write_recordings
from shim.dualrun.report.repro.looks import Shortest
from shim.dualrun.report.repro.write import CANDIDATE, LEGACY, README, SESSION, repro_of
from tests.shim.dualrun.record.events import event
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
        Spoof("alice", "ended", "plain", "chat"),
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
    first, second, new = (replace(run, sent=connects(session, run)) for run in runs)
    return Shortest(session, difference, (first, second, new), confirmed, replays=12)


def connects(session: Session, run: Recording) -> tuple[Event, ...]:
    handshakes = [
        (index, step.client, handshake_text(step.headers, step.query))
        for index, step in enumerate(session.steps)
        if isinstance(step, Connect)
    ]
    return tuple(
        event(
            run=run.run,
            path=run.path,
            session=session.name,
            step=index,
            client=client,
            kind="connect",
            text=text,
            direction="sent",
        )
        for index, client, text in handshakes
    )


def made_of(found, tmp_path, identities=(), redact=()):
    return repro_of(
        found,
        tmp_path / "repro",
        legacy="apps/chat",
        candidate="apps/new one",
        application="chat",
        identities={identity.name: identity for identity in identities},
        redact=redact,
    )


def files(found, tmp_path, identities=()):
    return made_of(found, tmp_path, identities).texts


def written(found, tmp_path, redact=()) -> str:
    """All of the folder."""
    made = made_of(found, tmp_path, redact=redact)
    for name, parts in made.recordings.items():
        write_recordings(tmp_path / name, parts)
    return "\n".join([*made.texts.values(), *(path.read_text("utf-8") for path in tmp_path.iterdir())])


def test_the_session_is_read_back_as_it_was(tmp_path):
    made = files(found_in(), tmp_path, [Identity("bob", query=SESSION_OF_ALL.steps[1].query)])
    path = tmp_path / SESSION
    path.write_text(made[SESSION], "utf-8")
    environment = {"ALICE_TOKEN": TOKEN, "MALLORY_TOKEN": ""}
    identity = Identity("bob", query=SESSION_OF_ALL.steps[1].query)
    assert read_scenario(path, environment=environment, identities={"bob": identity}) == (SESSION_OF_ALL,)


def test_no_secret_is_written(tmp_path):
    found = found_in()
    text = written(found, tmp_path)
    assert TOKEN not in text
    assert "bob-secret-token" not in text
    assert "`ALICE_TOKEN`: query token of alice" in text


OPAQUE = "Xq7-opaque-Lm2p9-of-the-handshake"
"""It looks like nothing, and is a secret by where it is presented alone."""


def test_a_token_of_a_handshake_is_nowhere_however_the_server_and_the_clients_repeat_it(tmp_path):
    session = Session(
        "shortest",
        (
            Connect("alice", query=(("token", OPAQUE),)),
            Connect("bob", (("x-copy", OPAQUE), ("Sec-WebSocket-Protocol", f"{OPAQUE}-bob"))),
            Send("alice", f'{{"action": "chat", "text": "I am here, as I told you at length: {OPAQUE}"}}', "chat"),
            Expect("bob", f'{{"text": "{OPAQUE}"}}', 2.0),
        ),
    )
    text = written(found_in(session, text=f"you are {OPAQUE}"), tmp_path)
    assert "Xq7-opaque" not in text
    assert "hmac:" in text


def test_what_the_team_calls_secret_is_not_written(tmp_path):
    said = Send("alice", '{"user": {"email": "a@b.c"}}')
    found = found_in(Session("shortest", (Connect("alice"), Connect("bob"), said, said)))
    assert "a@b.c" in written(found, tmp_path)
    assert "a@b.c" not in written(found, tmp_path, redact=["$.user.email"])


def test_a_secret_that_is_a_number_leaves_a_text(tmp_path):
    bob = Connect("bob", query=(("token", "4711471147"),))
    steps = (Connect("alice"), bob, Expect("bob", '{"n": 4711471147}', 2.0), Send("alice", "hi"))
    assert "4711471147" not in files(found_in(Session("shortest", steps)), tmp_path)[SESSION]


def test_the_recordings_are_read_back_with_their_runs(tmp_path):
    written(found_in(), tmp_path)
    legacy, candidate = load_recordings(tmp_path / LEGACY), load_recordings(tmp_path / CANDIDATE)
    assert [part.header.run for part in legacy.parts] == ["legacy-1", "legacy-2"]
    assert [part.header.run for part in candidate.parts] == ["candidate"]
    assert all(part.whole for part in (*legacy.parts, *candidate.parts))


def test_the_readme_says_what_differs_and_the_command_that_shows_it_again(tmp_path):
    said = files(found_in(), tmp_path)[README]
    assert said.startswith("# missing: the shortest session that shows it\n\nbob did not receive the message")
    assert f"ws2sse verify apps/chat 'apps/new one' --sessions {tmp_path}/repro/session.yaml" in said
    assert "2 messages, 9 steps; step 4 shows it" in said
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

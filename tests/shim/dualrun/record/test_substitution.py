"""Identities of today take the place of secrets that a recording does not have."""

from __future__ import annotations

from shim.dualrun.record.identity import Identity
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.scenario import Connect, Send, Session
from shim.dualrun.record.substitution import with_identities

ONE, TWO = Hasher(b"k" * 16).hide("secret-of-one"), Hasher(b"k" * 16).hide("secret-of-two")


def session(*steps) -> list[Session]:
    return [Session("recorded", steps)]


def test_a_client_without_secrets_stays_as_it_is():
    sessions = session(Connect("client-1", (("X-A", "1"),), (("room", "7"),)), Send("client-1", "hi"))
    found = with_identities(sessions, [Identity("alice", query=(("token", "t"),))])
    assert (list(found.sessions), found.names, found.gaps) == (sessions, {}, ())


def test_who_brings_the_same_secrets_has_the_same_identity():
    sessions = session(
        Connect("client-1", (), (("token", ONE), ("room", "7"))),
        Connect("client-2", (), (("token", TWO), ("room", "8"))),
        Connect("client-3", (), (("token", ONE), ("room", "9"))),
    )
    found = with_identities(
        sessions,
        [
            Identity("nobody", refused=True),
            Identity("alice", query=(("token", "token-of-alice"),)),
            Identity("bob", query=(("token", "token-of-bob"),)),
        ],
    )
    assert [dict(step.query) for step in found.sessions[0].steps] == [
        {"room": "7", "token": "token-of-alice"},
        {"room": "8", "token": "token-of-bob"},
        {"room": "9", "token": "token-of-alice"},
    ]
    assert found.names == {"token-of-alice": ONE, "token-of-bob": TWO}
    assert found.gaps == ()


def test_an_identity_can_name_its_clients():
    sessions = session(Connect("client-1", (("authorization", f"Bearer {ONE}"),)), Connect("client-2"))
    found = with_identities(
        sessions,
        [
            Identity("alice", headers=(("Authorization", "Bearer a-1"),), clients=("client-2",)),
            Identity("bob", headers=(("Authorization", "Bearer b-1"),), clients=("client-1",)),
        ],
    )
    assert [step.headers for step in found.sessions[0].steps] == [
        (("Authorization", "Bearer b-1"),),
        (("Authorization", "Bearer a-1"),),
    ]
    assert found.names == {"b-1": ONE}


def test_a_secret_in_a_message_is_put_in_too_whoever_sends_it():
    sessions = session(
        Connect("client-1", (), (("token", ONE),)),
        Send("client-1", f'{{"token": "{ONE}", "url": "/?t={ONE}"}}'),
        Send("client-1", f"token={ONE}"),
    )
    found = with_identities(sessions, [Identity("alice", query=(("token", 'a"1'),))])
    assert [step.text for step in found.sessions[0].steps[1:]] == [
        '{"token": "a\\"1", "url": "/?t=a\\"1"}',
        'token=a"1',
    ]


def test_what_is_missing_is_told():
    sessions = session(
        Connect("client-1", (), (("token", ONE),)),
        Connect("client-2", (), (("token", TWO),)),
        Send("client-1", f'{{"password": "{TWO}"}}'),
    )
    found = with_identities(sessions, [Identity("alice", query=(("token", "t"),))])
    assert found.gaps == (
        "There is no identity for client-2, whose secrets the recording does not have. "
        "Give [[verify.identity]] with name, headers or query, and clients.",
        "1 messages hold secrets that the recording does not have, and that no identity has.",
    )


def test_secrets_that_the_identity_does_not_bring_are_left_out():
    sessions = session(Connect("client-1", (("Cookie", f"id={ONE}"), ("X-A", "1"))))
    found = with_identities(sessions, [Identity("alice", query=(("token", "t"),))])
    assert found.sessions[0].steps == (Connect("client-1", (("X-A", "1"),), (("token", "t"),)),)

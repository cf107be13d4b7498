"""The driver and both clients against two small servers on real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import replace
from functools import partial
from typing import get_args

import pytest
from starlette.responses import Response

from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.canonical import Recording, by_session
from shim.dualrun.record.scenario import Close, Connect, Expect, Resume, Send, Session
from shim.dualrun.record.spoof import Credential, Spoof
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.websocket_client import WebSocketClient
from tests.shim.dualrun.recorded import classes
from tests.shim.dualrun.tiny import Chat, StreamChat, websocket_chat
from tests.shim.serving import listening

QUICK = Timing(quiet=0.1, first_quiet=0.1, limit=2.0, extra=0.03, settle=0.02)
LINES = "one\ntwo\r\nthree\rfour\u2028five \0 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")


def person(name: str, group: str = "red") -> Connect:
    return Connect(name, query=(("name", name), ("group", group)))


def act(client: str, action: str, text: str = "") -> Send:
    return Send(client, json.dumps({"action": action, "text": text}), action)


OPENING = (person("alice"), person("bob"), person("dave", "blue"))
SESSIONS = (
    Session("refused", (Connect("mallory", query=(("token", "bad"),), refused=True),)),
    Session(
        "talk", (*OPENING, act("alice", "chat", "hello"), act("bob", "chat", "Grüße 👋"), act("dave", "chat", "?"))
    ),
    Session("texts", (*OPENING, act("alice", "echo", LINES), act("alice", "echo"), act("bob", "bytes"))),
    Session(
        "errors",
        (*OPENING, act("alice", "fail"), Send("bob", "{bad"), Send("bob", "")),
    ),
    Session("kick", (*OPENING, act("bob", "kick"), act("alice", "chat", "gone?"), act("bob", "echo", "never"))),
    Session(
        "come and go",
        (
            *OPENING,
            Close("alice"),
            act("bob", "chat", "alone"),
            person("alice"),
            act("bob", "chat", "welcome back"),
            Resume("alice"),
            act("bob", "chat", "still here?"),
        ),
    ),
)


async def over_websocket(sessions=SESSIONS, *, run="legacy-1", first=None, chat=None) -> Recording:
    async with websocket_chat(chat or Chat()) as url:
        return await run_sessions(
            sessions, partial(WebSocketClient, url), run=run, path="websocket", first=first, timing=QUICK
        )


async def over_stream(first, sessions=SESSIONS, *, server=None, timing=QUICK) -> Recording:
    with listening((server or StreamChat(Chat())).app) as port:
        return await run_sessions(
            sessions,
            partial(StreamClient, f"http://127.0.0.1:{port}/stream"),
            run="candidate",
            path="stream",
            first=first,
            timing=timing,
        )


async def three_runs(sessions=SESSIONS, *, server=None):
    first = await over_websocket(sessions)
    second = await over_websocket(sessions, run="legacy-2", first=first)
    return evaluate(sessions, (first, second), await over_stream(first, sessions, server=server))


def received(recording: Recording, session: str, client: str) -> list[tuple[str, int | None, str]]:
    return [(e.kind, e.status, e.text) for e in by_session(recording.events)[session] if e.client == client]


async def test_the_same_chat_over_both_paths_is_a_pass():
    found = await three_runs()
    assert found.unexplained == ()
    assert found.judgement.verdict == "INCONCLUSIVE"
    assert found.judgement.reasons == ("Route fail: on the legacy path every message to it ended in an error.",)
    assert found.by_design["error_as_answer"] == 3


SPOOFED = Session(
    "spoofed",
    (
        *OPENING,
        *(Spoof("alice", one, act("alice", "chat", "mine").text, "chat") for one in get_args(Credential)[:-1]),
        Close("alice"),
        person("alice"),
        Spoof("alice", "ended", act("alice", "chat", "mine").text, "chat"),
        act("bob", "chat", "hello"),
    ),
)


async def test_who_speaks_for_a_client_without_its_session_is_refused_and_nothing_comes_of_it():
    found = await three_runs([SPOOFED])
    assert found.unexplained == ()
    assert found.judgement.verdict == "PASS"


@pytest.mark.parametrize(
    ("takes", "told"),
    [
        ("none", "accepted without a session: POST (200), DELETE (204)"),
        ("token", "accepted with its token, and without a session: POST (200), DELETE (204)"),
        ("made_up", "accepted with a session that was made up: POST (200), DELETE (204)"),
        ("connection_id", "accepted with the id of its connection for a session: POST (200), DELETE (204)"),
    ],
)
async def test_a_server_that_takes_what_is_no_session_is_found(takes, told):
    found = await three_runs([SPOOFED], server=StreamChat(Chat(), takes=(takes,)))
    first = next(difference for difference in found.unexplained if difference.kind == "spoofed")
    assert first.detail == f"Somebody who is not alice spoke for it, and was {told}."
    assert (first.critical, first.route, first.client) == (True, "chat", "alice")
    assert found.judgement.verdict == "FAIL"
    assert found.judgement.reasons[0] == f"Critical: {first.detail}"
    assert "extra" in classes(found)


async def test_a_session_that_outlives_its_connection_is_found():
    found = await three_runs([SPOOFED], server=StreamChat(Chat(), takes=("ended",)))
    (first,) = (difference for difference in found.unexplained if difference.kind == "spoofed")
    assert "with the session of a connection that has ended: POST (200)" in first.detail


async def test_texts_arrive_byte_for_byte_on_both_paths():
    sessions = SESSIONS[2:3]
    first = await over_websocket(sessions)
    new = await over_stream(first, sessions)
    for recording, status in ((first, 101), (new, 200)):
        assert received(recording, "texts", "alice") == [("open", status, ""), ("msg", None, LINES), ("msg", None, "")]
        assert received(recording, "texts", "bob") == [("open", status, ""), ("msg", None, "binary:ff00")]


async def test_refusals_and_closes_are_events_on_both_paths():
    sessions = (SESSIONS[0], SESSIONS[4])
    first = await over_websocket(sessions)
    new = await over_stream(first, sessions)
    assert received(first, "refused", "mallory") == [("refused", 401, "Unauthorized\n")]
    assert received(new, "refused", "mallory") == [("refused", 401, '{"message":"Unauthorized"}')]
    for recording in (first, new):
        assert received(recording, "kick", "bob")[1:] == [("close", 1001, "")]
        assert recording.skipped == {("kick", 5)}
        assert recording.problems == ()


async def test_events_carry_the_step_that_caused_them():
    first = await over_websocket(SESSIONS[1:2])
    assert [(e.step, e.client, e.n) for e in by_session(first.events)["talk"] if e.kind == "msg"] == [
        (3, "bob", 1),
        (4, "alice", 1),
    ]


async def test_an_expectation_is_checked_against_the_legacy_path():
    met = Expect("bob", '{"text": "hello"}')
    steps = (*OPENING, act("alice", "chat", "hello"), met, replace(met, within_s=0.05), act("bob", "echo", "on"))
    sessions = (Session("expecting", steps),)
    first = await over_websocket(sessions)
    assert [problem.sentence for problem in first.problems] == [
        'step 6 was in vain: bob waits for \'{"text": "hello"}\''
    ]
    assert [(e.step, e.client) for e in first.events if e.kind == "msg"] == [(3, "bob"), (6, "bob")]
    assert (await over_stream(first, sessions)).problems == ()


async def test_a_wait_that_is_not_required_is_no_problem():
    sessions = (Session("waiting", (*OPENING, Expect("bob", '"never"', 0.05, required=False))),)
    assert (await over_websocket(sessions)).problems == ()


async def test_what_clients_did_is_kept_apart_from_what_they_received():
    recording = await over_websocket(SESSIONS[-1:])
    assert {event.direction for event in recording.events} == {"received"}
    assert {event.direction for event in recording.sent} == {"sent"}
    assert [(e.step, e.client, e.kind) for e in recording.sent[2:6]] == [
        (2, "dave", "connect"),
        (3, "alice", "close"),
        (4, "bob", "msg"),
        (5, "alice", "connect"),
    ]
    assert [e.n for e in recording.sent if e.client == "alice"] == [0, 1, 2, 3]
    assert json.loads(recording.sent[2].text) == {"headers": [], "query": [["name", "dave"], ["group", "blue"]]}


async def test_events_have_their_ids_a_steady_clock_and_say_what_came_after_a_resume():
    sessions = SESSIONS[-1:]
    recording = await over_stream(await over_websocket(sessions), sessions)
    of_alice = [event for event in recording.events if event.client == "alice"]
    assert [(event.text and json.loads(event.text)["text"], event.resumed) for event in of_alice] == [
        ("", False),
        ("", False),
        ("welcome back", False),
        ("still here?", True),
    ]
    assert all(event.id for event in of_alice)
    moments = [event.mono for event in sorted((*recording.sent, *recording.events), key=lambda event: event.at)]
    assert moments == sorted(moments)
    assert moments[0] > 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("drop", {"missing"}), ("twice", {"duplicate"}), ("leak", {"misrouted", "extra"}), ("deaf", {"lifecycle"})],
)
async def test_a_fault_of_the_new_path_is_found_and_named(fault, expected):
    found = await three_runs(SESSIONS[1:2] + SESSIONS[-1:], server=StreamChat(Chat(fault)))
    assert found.judgement.verdict == "FAIL"
    assert set(classes(found)) == expected


async def test_a_stream_that_the_server_ends_is_resumed_and_nothing_is_lost():
    server = StreamChat(Chat(), rotate=2)
    found = await three_runs(server=server)
    assert found.unexplained == ()
    assert server.streams > sum(isinstance(step, Connect) for session in SESSIONS for step in session.steps)


async def test_a_resume_that_the_server_refuses_is_a_close():
    found = await three_runs(SESSIONS[-1:], server=StreamChat(Chat(), refuse_resume=True))
    assert classes(found) == ["lifecycle"]
    assert (
        "The connection of alice was left open on the legacy path, and closed with 1006 on the new one."
        in found.unexplained[0].detail
    )


async def test_what_never_comes_is_not_waited_for_again_and_again():
    sessions = (Session("talk", (*OPENING, *(act("alice", "chat", str(n)) for n in range(20)))),)
    first = await over_websocket(sessions)
    began = time.monotonic()
    new = await over_stream(first, sessions, server=StreamChat(Chat("drop")))
    assert time.monotonic() - began < 20 * QUICK.limit / 2
    assert len(new.events) == 3
    assert new.problems == ()


async def test_an_answer_that_is_no_error_frame_is_an_error_event():
    sessions = (Session("large", (*OPENING, Send("alice", "x" * 140_000, "chat"))),)
    first = Recording("legacy-1", "websocket")
    new = await over_stream(first, sessions)
    assert received(new, "large", "alice")[1:] == [("error", 413, '{"message":"Message too long"}')]


async def test_a_server_that_is_not_there_is_a_problem_of_the_harness():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    sessions = SESSIONS[1:2]
    for make, path in ((WebSocketClient, "ws"), (StreamClient, "http")):
        recording = await run_sessions(
            sessions, partial(make, f"{path}://127.0.0.1:{port}/stream"), run="candidate", path="stream", timing=QUICK
        )
        assert recording.events == ()
        assert [problem.session for problem in recording.problems] == ["talk"]
        assert "can't be reached" in recording.problems[0].sentence


async def test_time_for_all_sessions_is_bounded():
    recording = await over_stream(Recording("legacy-1", "websocket"), timing=Timing(run_limit=-1))
    assert recording.events == ()
    assert [problem.session for problem in recording.problems] == [session.name for session in SESSIONS]


async def test_progress_is_told_before_each_session():
    told = []
    async with websocket_chat(Chat()) as url:
        await run_sessions(
            SESSIONS[:2],
            partial(WebSocketClient, url),
            run="legacy-1",
            path="websocket",
            timing=QUICK,
            progress=lambda *what: told.append(what),
        )
    assert told == [("refused", 1, 2), ("talk", 2, 2)]


async def test_all_clients_are_closed_at_the_end_of_each_session():
    chat = Chat()
    await over_websocket(SESSIONS[1:2], chat=chat)
    assert chat.people == []
    assert sorted(chat.left) == ["alice", "bob", "dave"]
    server = StreamChat(Chat())
    await over_stream(Recording("legacy-1", "websocket"), SESSIONS[1:2], server=server)
    assert server.chat.people == []


class Odd(StreamChat):
    """Streams that keep to the protocol in part."""

    def __init__(self, *blocks: str) -> None:
        super().__init__(Chat())
        self.blocks = blocks

    async def open(self, request):
        return Response("".join(f"{block}\n\n" for block in self.blocks), media_type="text/event-stream")


async def test_a_stream_without_an_open_event_is_an_error():
    new = await over_stream(None, SESSIONS[1:2], server=Odd("id: e-1\ndata: hello"))
    assert ("error", 200, "the stream did not begin with an 'open' event") in received(new, "talk", "alice")
    assert ("talk", 3) in new.skipped


OPEN = 'event: open\ndata: {"session": "s", "connectionId": "c"}'


@pytest.mark.parametrize(
    ("block", "event"),
    [
        ("event: escaped\ndata: {bad", ("msg", None, "escaped event that is not JSON: {bad")),
        ("event: escaped\ndata: 5", ("msg", None, "escaped event that is not a string: 5")),
        ("event: binary\ndata: ???", ("msg", None, "binary event that is not base64: ???")),
        ("event: gap\ndata: {}", ("gap", None, "{}")),
        ("event: close\ndata: []", ("close", 1005, "")),
        ("event: open\ndata: {}", ("error", None, "event 'open': {}")),
    ],
)
async def test_events_that_are_not_as_the_protocol_says_are_shown_as_they_are(block, event):
    new = await over_stream(None, (Session("odd", (person("alice"),)),), server=Odd(OPEN, block))
    assert received(new, "odd", "alice")[1] == event


async def test_a_stream_that_ends_again_and_again_counts_as_closed():
    heard: list[tuple[str, int | None, str]] = []
    over = asyncio.Event()

    def sink(kind, channel, status, text, **_details):
        heard.append((kind, status, text))
        if kind == "close":
            over.set()

    with listening(Odd(f"id: e-0\n{OPEN}").app) as port:
        client = StreamClient(f"http://127.0.0.1:{port}/stream", sink)
        await client.connect((), ())
        await asyncio.wait_for(over.wait(), 10)
        await client.close()
    assert heard == [("open", 200, ""), ("close", 1006, "the stream ended again and again")]

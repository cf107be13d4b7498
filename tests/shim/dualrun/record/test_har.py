"""HTTP archives of Chrome, Playwright and mitmproxy become recordings; clocks and odd entries are told apart."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record import har_entry
from shim.dualrun.record.canonical import handshake_of
from shim.dualrun.record.errors import HarInvalid, RecordingUnreadable
from shim.dualrun.record.har import from_har, read_har
from shim.dualrun.record.scenario import Close, Connect, Send
from shim.dualrun.record.traffic import sessions_of_traffic

START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def said(kind, at, data, opcode=1):
    return {"type": kind, "time": at, "opcode": opcode, "data": data}


def socket(*messages, url="wss://api.example.org/dev?token=t-1&room=7", second=0, lasted=60_000, status=101, **more):
    return {
        "_resourceType": "websocket",
        "startedDateTime": f"2026-01-01T00:00:{second:02}.000Z",
        "time": lasted,
        "request": {
            "method": "GET",
            "url": url,
            "headers": [
                {"name": "Host", "value": "api.example.org"},
                {"name": "Sec-WebSocket-Key", "value": "abc=="},
                {"name": "Sec-WebSocket-Protocol", "value": "chat"},
                {"name": "Origin", "value": "https://example.org"},
                {"name": "Cookie", "value": "id=1"},
            ],
        },
        "response": {"status": status, "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}},
        "_webSocketMessages": list(messages),
        **more,
    }


def read(*entries):
    return from_har(list(entries), Path("some.har"))


def told(found) -> list[str]:
    return [f"{note.kind}: {note.sentence}" for note in found.notes]


TALK = [("send", 0.5, '{"action":"chat"}'), ("receive", 0.7, "hello"), ("send", 1.5, "bye")]


@pytest.mark.parametrize(
    ("clock", "notes"),
    [
        (lambda after: START + after, []),  # Chrome, mitmproxy
        (lambda after: (START + after) * 1000, []),
        (lambda after: 4_711.25 + after, ["times_guessed: entry 1: its times have an origin of their own"]),
    ],
)
def test_times_of_every_clock_become_times_on_the_wall(clock, notes):
    found = read(socket(*(said(kind, clock(at), data) for kind, at, data in TALK)))
    assert told(found) == notes
    messages = [e for e in (*found.recording.sent, *found.recording.events) if e.kind == "msg"]
    first = min(e.at for e in messages)
    assert first == pytest.approx(START if notes else START + 0.5, abs=1e-3)
    assert max(e.at for e in messages) - first == pytest.approx(1.0, abs=1e-3)


def test_a_socket_is_a_client_that_connects_talks_and_leaves():
    found = read(socket(*(said(kind, START + at, data) for kind, at, data in TALK)))
    assert [(e.kind, e.text, e.status) for e in found.recording.events] == [("open", "", 101), ("msg", "hello", None)]
    assert [(e.kind, e.n) for e in found.recording.sent] == [("connect", 0), ("msg", 1), ("msg", 2), ("close", 3)]
    headers, query = handshake_of(found.recording.sent[0].text)
    assert headers == (("Sec-WebSocket-Protocol", "chat"), ("Origin", "https://example.org"), ("Cookie", "id=1"))
    assert query == (("token", "t-1"), ("room", "7"))


def test_several_sockets_are_several_clients_in_the_order_of_time():
    found = read(
        socket(said("receive", START + 3.0, "hi"), second=2),
        socket(said("send", START + 2.5, "hi"), second=1, lasted=5_000),
    )
    (session,) = sessions_of_traffic([found.recording]).sessions
    assert [(type(step), step.client) for step in session.steps] == [
        (Connect, "client-1"),
        (Connect, "client-2"),
        (Send, "client-1"),
        (Close, "client-1"),
        (Close, "client-2"),
    ]


def test_sockets_that_never_met_are_in_sessions_of_their_own():
    found = read(socket(second=0, lasted=1_000), socket(second=30, lasted=1_000))
    assert [session.clients for session in sessions_of_traffic([found.recording]).sessions] == [
        ("client-1",),
        ("client-2",),
    ]


def test_binary_messages_are_base64():
    data = base64.b64encode(b"\xff\x00").decode()
    found = read(
        socket(
            said("receive", START, data, 2),
            said("receive", START, base64.b64encode(b"text").decode(), 2),
            said("send", START, data, 2),
            said("receive", START, "not base64!", 2),
            said("receive", START, "", 9),
        )
    )
    assert [e.text for e in found.recording.events if e.kind == "msg"] == ["binary:ff00", "text"]
    assert told(found) == ["left_out: entry 1: 2 messages that no session can send are left out"]


def test_a_close_frame_of_the_server_ends_the_conversation():
    found = read(socket(said("receive", START, "", 8) | {"code": 1001}, said("receive", START, "later")))
    assert [(e.kind, e.status) for e in found.recording.events] == [("open", 101), ("close", 1001)]
    assert [e.kind for e in found.recording.sent] == ["connect"]


def test_a_refused_handshake_is_one():
    found = read(socket(status=401), socket(said("send", START, "x")))
    assert [(e.client, e.kind, e.status) for e in found.recording.events][:2] == [
        ("client-1", "refused", 401),
        ("client-2", "open", 101),
    ]


def test_a_clock_that_goes_back_does_not_change_the_order():
    found = read(socket(said("receive", START + 9, "one"), said("receive", START + 3, "two")))
    assert [e.text for e in found.recording.events if e.kind == "msg"] == ["one", "two"]
    assert told(found) == ["clock_jumped: entry 1: its clock went back 1 times; its order is kept"]


def test_sockets_of_other_addresses_are_left_out_and_told():
    found = read(
        socket(said("send", START, "x"), said("send", START, "y")),
        socket(said("send", START, "stats"), url="wss://stats.example.com/"),
    )
    assert len({e.client for e in found.recording.sent}) == 1
    assert told(found) == ["left_out: wss://stats.example.com/ is left out; more was said to wss://api.example.org/dev"]


def test_an_event_stream_is_a_client_too():
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 10,
        "request": {"url": "https://api.example.org/dev?room=7", "headers": []},
        "response": {"status": 200, "content": {"mimeType": "text/event-stream"}},
    }
    messages = [
        {"time": START + 1, "eventName": "open", "eventId": "a-0", "data": "{}"},
        {"time": START + 2, "eventName": "message", "eventId": "a-1", "data": "one"},
        {"time": START + 3, "data": "two"},
    ]
    body = "id: a-0\nevent: open\ndata: {}\n\nid: a-1\ndata: one\n\ndata: two\n\n"
    for found in (
        read(entry | {"_eventSourceMessages": messages}),
        read(entry | {"response": {"status": 200, "content": {"mimeType": "text/event-stream; x=y", "text": body}}}),
    ):
        assert found.recording.path == "stream"
        assert [(e.text, e.id) for e in found.recording.events if e.kind == "msg"] == [("one", "a-1"), ("two", "")]
    without = read(entry, socket(said("send", START, "x")))
    assert "left_out: entry 1 is an event stream without its events" in told(without)


def request(method, second, *, session="", body="", status=202, **more):
    headers = [{"name": "stream-session", "value": session}] if session else []
    return {
        "startedDateTime": f"2026-01-01T00:00:{second:02}.000Z",
        "time": 10,
        "request": {
            "method": method,
            "url": "https://api.example.org/dev",
            "headers": headers,
            "postData": {"mimeType": "text/plain", "text": body},
        },
        "response": {"status": status, "content": {"mimeType": "application/json"}},
        **more,
    }


def test_posts_belong_to_the_stream_whose_session_they_name_and_so_does_a_stream_that_goes_on():
    opened = {"time": START, "eventName": "open", "data": '{"session": "s-1", "connectionId": "c"}'}
    found = read(
        request("GET", 0, status=200, _eventSourceMessages=[opened, {"time": START + 2, "data": "one"}]),
        request("POST", 1, session="s-1", body="hello"),
        request("POST", 3, session="s-1", body="again"),
        request("POST", 3, session="s-2", body="stranger"),
        request("GET", 4, session="s-1", status=200, _eventSourceMessages=[{"time": START + 5, "data": "two"}]),
    )
    (session,) = sessions_of_traffic([found.recording]).sessions
    assert [step.text for step in session.steps if isinstance(step, Send)] == ["hello", "again"]
    assert [e.text for e in found.recording.events if e.kind == "msg"] == ["one", "two"]
    assert session.clients == ("client-1",)
    assert told(found) == ["left_out: 1 POSTs whose session no stream of the archive has are left out"]


def test_a_socket_whose_messages_were_not_exported_is_told():
    entry = socket()
    del entry["_webSocketMessages"]
    assert "left_out: entry 1 is a WebSocket without its messages" in told(read(entry, socket()))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it has no log.entries"),
        ('{"log": {"entries": 1}}', "it has no log.entries"),
        ('{"log": {"entries": [1]}}', "entry 1 is not an object"),
        ('{"log": {"entries": [{}]}}', "no entry has messages of a WebSocket or of an event stream"),
        ('{"log": {"entries": [{"_webSocketMessages": []}]}}', "entry 1 has no startedDateTime"),
    ],
)
def test_what_is_no_archive_is_an_error(text, problem, tmp_path):
    path = tmp_path / "a.har"
    path.write_text(text)
    with pytest.raises(HarInvalid) as caught:
        read_har(path)
    assert problem in str(caught.value)
    with pytest.raises(RecordingUnreadable):
        read_har(tmp_path / "absent.har")


def test_an_archive_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(har_entry, "MAX_BYTES", 1000)
    with pytest.raises(HarInvalid, match="it has more than 1000 bytes"):
        read_har(Path("/dev/zero"))


def test_an_archive_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "a.har"
    path.write_text(json.dumps({"log": {"entries": [socket(said("send", START, "x"))]}}), "utf-8-sig")
    assert len(read_har(path).recording.sent) == 3


def test_headers_that_are_no_list_count_as_none():
    entry = socket(said("send", START, "x"))
    entry["request"]["headers"] = 5
    (connect, *_) = read(entry).recording.sent
    assert handshake_of(connect.text)[0] == ()


def test_bytes_that_are_no_base64_are_told():
    found = read(socket(said("receive", START + 1, "é", opcode=2), said("send", START + 2, "x")))
    assert "left_out: entry 1: 1 messages that no session can send are left out" in told(found)
    stream = socket() | {"response": {"content": {"mimeType": "text/event-stream", "encoding": "base64", "text": "é"}}}
    del stream["_webSocketMessages"]
    assert "left_out: the events of entry 2 can't be read" in told(read(socket(), stream))


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@given(
    key=st.sampled_from(["_webSocketMessages", "_eventSourceMessages", "request", "response", "time", "_resourceType"]),
    value=anything,
    message=st.fixed_dictionaries({}, optional=dict.fromkeys(("type", "time", "opcode", "data"), anything)),
)
def test_odd_values_never_crash(key, value, message):
    found = read(socket(message, said("send", START, "x")), socket(said("send", START, "x")) | {key: value})
    assert sessions_of_traffic([found.recording]).sessions

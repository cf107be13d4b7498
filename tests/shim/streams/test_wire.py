"""What goes in comes out, read by a parser that shares nothing with the writer."""

import base64
import json

from hypothesis import example, given
from hypothesis import strategies as st

from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from shim.streams.connection import Message
from shim.streams.wire import encode_control, encode_message, encode_retry

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def encoded(payload: str | bytes) -> bytes:
    return encode_message("ab12", 7, Message(payload, 0.0).body)


def read(chunk: bytes) -> StreamEvent:
    events = EventStreamReader().feed(chunk)
    assert len(events) == 1, events
    return events[0]


def decoded(event: StreamEvent) -> str | bytes:
    if event.type == "escaped":
        return str(json.loads(event.data))
    if event.type == "binary":
        return base64.b64decode(event.data)
    assert event.type == "message"
    return event.data


@given(texts)
@example("")
@example("\n")
@example(" leading space")
@example("\ufeffbom")
@example("a\r\nb\rc")
@example("line\u2028separator\u0085\x0b\x0c\x1c")
@example("nul\0byte")
@example("data: id: 7\n\nevent: open\n\n")
def test_text_arrives_as_it_was_sent(text: str) -> None:
    event = read(encoded(text))

    assert decoded(event) == text
    assert event.id == "ab12-7"


@given(st.binary())
@example(b"\xff\xfe")
def test_bytes_arrive_as_they_were_sent(data: bytes) -> None:
    arrived = decoded(read(encoded(data)))

    assert (arrived.encode() if isinstance(arrived, str) else arrived) == data


def test_plain_text_is_an_unnamed_event_so_that_onmessage_sees_it() -> None:
    assert encoded('{"a": 1}') == b'id: ab12-7\ndata: {"a": 1}\n\n'


@given(texts)
def test_a_control_event_cannot_be_broken_out_of(reason: str) -> None:
    event = read(encode_control("close", {"code": 1000, "reason": reason}))

    assert event.type == "close"
    assert json.loads(event.data) == {"code": 1000, "reason": reason}


def test_open_tells_the_client_how_long_to_wait_before_it_reconnects() -> None:
    reader = EventStreamReader()
    reader.feed(encode_retry(1500) + encode_control("open", {}, event_id="e-0"))

    assert reader.retry == 1500
    assert reader.last_event_id == "e-0"


def test_half_a_surrogate_pair_does_not_make_the_stream_invalid() -> None:
    assert encoded("a\ud800b") == b"id: ab12-7\ndata: a?b\n\n"


def test_bytes_that_are_meant_as_bytes_stay_bytes_even_when_they_are_text() -> None:
    message = Message(b"text", 0.0, binary=True)

    assert decoded(read(encode_message("ab12", 7, message.body))) == b"text"

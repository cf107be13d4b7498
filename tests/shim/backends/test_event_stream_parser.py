"""Reading an upstream's stream, compared with the independent reader: whole, byte by byte, and cut anywhere."""

from __future__ import annotations

import base64
import json
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shim.backends.event_stream_parser import EventStreamParser, EventTooLarge, ServerSentEvent
from shim.dualrun.replay.event_stream_reader import EventStreamReader
from shim.streams.wire import encode_body, encode_control, encode_message, encode_retry

LIMIT = 1_000_000


def parse(*chunks: bytes) -> list[ServerSentEvent]:
    parser = EventStreamParser(max_event_bytes=LIMIT)
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize(
    "stream",
    [
        b"data: never finished",
        b"data: never finished\n",
        b": a comment\n\n",
        b"event: alone\nid: 1\n\n",
        b"retry: 5\n\n",
        b"dat: x\n\n",
        b" data: x\n\n",
        b"\xef\xbb",
    ],
)
def test_what_is_no_event_gives_none(stream: bytes) -> None:
    assert parse(stream) == []


@pytest.mark.parametrize("ids", [b"id: a\0b\n", b"id\0: b\n", b"ID: b\n"])
def test_an_id_that_is_none_leaves_the_one_before(ids: bytes) -> None:
    parser = EventStreamParser(max_event_bytes=LIMIT, last_event_id="a")

    assert [event.id for event in parser.feed(ids + b"data: x\n\n")] == [None]
    assert parser.last_event_id == "a"


@pytest.mark.parametrize("value", [b"", b"1.5", b"-1", b"+1", b"1_0", b" 5", b"\xd9\xa3", b"9" * 13])
def test_a_retry_that_is_no_number_is_ignored(value: bytes) -> None:
    parser = EventStreamParser(max_event_bytes=LIMIT, retry_ms=7)
    parser.feed(b"retry: " + value + b"\n\n")

    assert parser.retry_ms == 7


def test_an_id_counts_only_once_its_event_is_complete() -> None:
    parser = EventStreamParser(max_event_bytes=LIMIT)
    parser.feed(b"data: 1\nid: a\n\ndata: 2\nid: b\n")
    assert parser.last_event_id == "a"
    parser.feed(b"\n")
    assert parser.last_event_id == "b"


def test_an_event_does_not_wait_for_the_byte_after_its_last_cr() -> None:
    parser = EventStreamParser(max_event_bytes=LIMIT)

    assert [event.data for event in parser.feed(b"data: 1\r\r")] == ["1"]
    assert [event.data for event in parser.feed(b"\ndata: 2\r\n\r\n")] == ["2"]


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 60 + b"\n", b"x" * 30, b"data\n"])
def test_an_endless_event_is_refused(piece: bytes) -> None:
    parser = EventStreamParser(max_event_bytes=200)
    with pytest.raises(EventTooLarge, match="at most 200 are taken"):
        list(map(parser.feed, [piece] * 100))


def test_heartbeats_do_not_add_up() -> None:
    parser = EventStreamParser(max_event_bytes=200)
    for _ in range(100):
        parser.feed(b": still here, and still here\n\n")

    assert parser.feed(b"data: x\n\n") == [ServerSentEvent("message", "x", None)]


LINES = st.sampled_from(
    [
        b"data: a",
        b"data:  two spaces",
        b"data",
        b"data:",
        "data: \u2028\u2029\x85\x0b ä😀".encode(),
        b"data: \xff\xc3(\xe2\x82",
        b"data: a\0b",
        b"event: open",
        b"event",
        b"id: e-1",
        b"id",
        b"id: n\0",
        b"retry: 10",
        b"retry: x",
        b": comment",
        b"",
        b"",
        b"data: \xef\xbb\xbf",
        b"\xef\xbb\xbfdata: x",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
STREAMS = st.builds(
    lambda mark, lines: mark + b"".join(line + end for line, end in lines),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf"]),
    st.lists(st.tuples(LINES, ENDS), max_size=30),
) | st.binary(max_size=200)


@given(STREAMS, st.lists(st.integers(0, 400), max_size=8))
@example(b"\xef\xbb\xbfdata: x\r\n\r\n", [1, 2, 3, 10, 11, 12])
def test_it_reads_what_the_independent_reader_reads_however_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    reader = EventStreamReader()
    expected = [(event.type, event.data) for event in reader.feed(stream)]
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    ways = [[stream], [bytes([byte]) for byte in stream], [stream[start:end] for start, end in pairwise(edges)]]

    for chunks in ways:
        parser = EventStreamParser(max_event_bytes=LIMIT)
        found = [(event.type, event.data) for chunk in chunks for event in parser.feed(chunk)]
        assert found == expected
        assert (parser.last_event_id, parser.retry_ms) == (reader.last_event_id, reader.retry)


@given(st.lists(st.text() | st.binary(), max_size=5))
def test_messages_come_back_as_they_were_written(messages: list[str | bytes]) -> None:
    bodies = [message.encode("utf-8", "replace") if isinstance(message, str) else message for message in messages]
    stream = encode_retry(7) + encode_control("open", {"session": "s"}, event_id="e-0")
    stream += b"".join(encode_message("e", number, encode_body(body)) for number, body in enumerate(bodies, 1))
    first, *events = parse(stream)

    assert (first.type, first.id) == ("open", "e-0")
    assert [event.id for event in events] == [f"e-{number}" for number in range(1, len(messages) + 1)]
    assert [_message(event) for event in events] == bodies


def _message(event: ServerSentEvent) -> bytes:
    if event.type == "binary":
        return base64.b64decode(event.data)
    return (json.loads(event.data) if event.type == "escaped" else event.data).encode()

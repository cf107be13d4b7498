"""The Python client's parser beside the one that was written for dual runs: they share no line, and always agree."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent
from templates.client.sse_socket import Event, EventStreamParser, EventTooLarge

FIELDS = [b"data", b"event", b"id", b"retry", b"", b"foo", b"DATA", b"\xef\xbb\xbfdata"]
VALUES = [
    b": ",
    b":",
    b"",
    b":  ",
    b":a",
    b": \xf0\x9f\x98\x80",
    b": \xff",
    b": 12",
    b": 5x",
    b": x\0y",
    b": e1-7",
    b": -1",
]
LINES = st.builds(
    lambda field, value, end: field + value + end,
    st.sampled_from(FIELDS),
    st.sampled_from(VALUES),
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\n", b""]),
)
STREAMS = st.builds(
    lambda mark, lines: mark + b"".join(lines),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb"]),
    st.lists(LINES, max_size=30),
)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    at = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[start:end] for start, end in pairwise(at)]


def events_of(chunks: list[bytes]) -> list[Event]:
    parser = EventStreamParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def as_a_browser_gives(events: list[Event]) -> list[StreamEvent]:
    last, given = "", []
    for event in events:
        last = last if event.id is None else event.id
        if event.data is not None:
            given.append(StreamEvent(event.type, event.data, last))
    return given


@given(st.one_of(STREAMS, st.binary(max_size=200)), st.lists(st.integers(0, 10_000), max_size=20))
def test_whatever_comes_in_whatever_pieces_both_parsers_read_the_same(stream: bytes, places: list[int]) -> None:
    chunks = cut(stream, places)
    parser, reader = EventStreamParser(), EventStreamReader()
    ours = [event for chunk in chunks for event in parser.feed(chunk)]
    theirs = [event for chunk in chunks for event in reader.feed(chunk)]
    assert as_a_browser_gives(ours) == theirs
    assert parser.retry_s == (None if reader.retry is None else min(reader.retry / 1000, 3600))


@given(STREAMS)
def test_how_a_stream_is_cut_changes_nothing(stream: bytes) -> None:
    assert events_of([stream]) == events_of([stream[at : at + 1] for at in range(len(stream))])


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_text_that_streams_carry_as_it_is_comes_out_as_it_was(texts: list[str], places: list[int]) -> None:
    texts = [text.replace("\r", "") for text in texts]
    stream = "".join("data: " + text.replace("\n", "\ndata: ") + "\n\n" for text in texts).encode()
    assert [event.data for event in events_of(cut(stream, places))] == texts


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a", []),
        (b"data: a\n", []),
        (b"event: x\n\n", []),
        (b": comment\n\n", []),
        (b"id: 7\n\n", [Event("message", None, "7")]),
        (b"id: 7\nid\ndata\n\n", [Event("message", "", "")]),
        (b"id: a\0b\ndata: x\n\n", [Event("message", "x", None)]),
        (b"event: a\nevent\ndata: x\n\n", [Event("message", "x", None)]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata:y\n\n", [Event("message", "y", None)]),
        (b"data: a\r\rdata: b\r\n\r\ndata: c\n\n", [Event("message", text, None) for text in "abc"]),
    ],
)
def test_the_cases_of_the_standard(stream: bytes, events: list[Event]) -> None:
    assert events_of([stream]) == events


@pytest.mark.parametrize("line", [b"data: %s\n", b": %s\n", b"foo%s\n"])
def test_a_line_that_does_not_end_is_bounded(line: bytes) -> None:
    parser = EventStreamParser(max_bytes=100)
    parser.feed((line % (b"x" * 90))[:-1])
    with pytest.raises(EventTooLarge, match="larger than 100 bytes"):
        parser.feed(b"x" * 20)


def test_the_lines_of_an_event_are_bounded_together_and_heartbeats_do_not_add_up() -> None:
    parser = EventStreamParser(max_bytes=100)
    for _ in range(100):
        parser.feed(b": heartbeat\n\ndata: x\n\n")
    with pytest.raises(EventTooLarge):
        parser.feed(b"data: 0123456789\n" * 10)

"""https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, read as promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.errors import EventTooLarge
from shim.dualrun.replay.event_stream_reader import EventStreamReader, StreamEvent


def read(stream: str | bytes, cut: int | None = None) -> list[StreamEvent]:
    """`cut`: bytes in a chunk; None for all at once."""
    data = stream.encode() if isinstance(stream, str) else stream
    reader = EventStreamReader()
    size = cut or max(len(data), 1)
    return [event for start in range(0, len(data), size) for event in reader.feed(data[start : start + size])]


CHUNKINGS = pytest.mark.parametrize("cut", [None, 1, 2, 3, 7])
LINE_ENDS = pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])


@pytest.mark.parametrize(
    "stream",
    [
        "",
        "\n\n\n",
        ": a comment\n\n",
        "data: not finished",
        "data: not dispatched\n",
        "event: alone\n\n",
        "id: 5\n\n",
        "retry: 100\n\n",
        "Data: names are case-sensitive\n\n",
        " data: leading space\n\n",
        "datax: other name\n\n",
    ],
)
@CHUNKINGS
def test_no_event_comes_of(stream, cut):
    assert read(stream, cut) == []


@LINE_ENDS
@CHUNKINGS
def test_a_blank_line_dispatches_with_each_line_end_and_chunking(end, cut):
    lines = ["event: add", "data: one", "data: two", "id: 7", "", "data: three", "", ""]
    assert read(end.join(lines), cut) == [StreamEvent("add", "one\ntwo", "7"), StreamEvent("message", "three", "7")]


@CHUNKINGS
def test_line_ends_may_be_mixed(cut):
    assert read("data: a\r\ndata: b\rdata: c\n\r\n", cut) == [StreamEvent("message", "a\nb\nc", "")]


def test_an_event_that_ends_in_cr_is_not_held_back_for_a_possible_lf():
    reader = EventStreamReader()
    assert reader.feed(b"data: now\r\r") == [StreamEvent("message", "now", "")]
    assert reader.feed(b"\ndata: next\n\n") == [StreamEvent("message", "next", "")]


@CHUNKINGS
def test_a_byte_order_mark_is_dropped_at_the_start_only(cut):
    assert read(b"\xef\xbb\xbfdata: a\n\ndata: \xef\xbb\xbfb\n\n", cut) == [
        StreamEvent("message", "a", ""),
        StreamEvent("message", "\ufeffb", ""),
    ]


def test_a_second_byte_order_mark_is_content():
    assert read(b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n") == []


def test_only_one_space_after_the_colon_is_dropped():
    assert read("data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n") == [
        StreamEvent("message", text, "") for text in ("a", "a", " a", "\ta")
    ]


def test_a_field_without_colon_has_an_empty_value():
    assert read("data\n\ndata\ndata\n\n") == [StreamEvent("message", "", ""), StreamEvent("message", "\n", "")]


def test_a_value_may_contain_colons():
    assert read("data: a: b:c\n\n") == [StreamEvent("message", "a: b:c", "")]


def test_characters_that_only_look_like_line_ends_are_content():
    text = "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg"
    assert read(f"data: {text}\n\n") == [StreamEvent("message", text, "")]


def test_an_id_stays_until_another_comes_and_an_empty_one_resets_it():
    assert [event.id for event in read("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n")] == ["1", "1", ""]


def test_an_id_with_nul_is_ignored():
    assert [event.id for event in read("id: 1\ndata: a\n\nid: 2\x003\ndata: b\n\n")] == ["1", "1"]


def test_an_id_counts_only_when_its_block_ends():
    reader = EventStreamReader()
    reader.feed(b"id: 9\n")
    assert reader.last_event_id == ""
    reader.feed(b"\n")
    assert reader.last_event_id == "9"


def test_the_type_does_not_outlive_its_block():
    assert [event.type for event in read("event: a\n\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\n")] == [
        "message",
        "b",
        "message",
    ]


@pytest.mark.parametrize(
    ("value", "retry"), [("1500", 1500), ("0", 0), ("1.5", None), ("-1", None), ("٣", None), ("", None), ("1s", None)]
)
def test_retry_is_ascii_digits_or_ignored(value, retry):
    reader = EventStreamReader()
    reader.feed(f"retry: {value}\n\n".encode())
    assert reader.retry == retry


@CHUNKINGS
def test_bytes_that_are_not_utf_8_become_replacement_characters(cut):
    assert read(b"data: \xff\xc3\n\ndata: \xe2\x82\xac\n\n", cut) == [
        StreamEvent("message", "\ufffd\ufffd", ""),
        StreamEvent("message", "€", ""),
    ]


def test_a_resumed_reader_goes_on_with_the_last_id():
    reader = EventStreamReader(last_event_id="3")
    assert reader.feed(b"data: a\n\n") == [StreamEvent("message", "a", "3")]


def test_an_event_beyond_the_limit_is_an_error_with_both_numbers():
    reader = EventStreamReader(max_event_bytes=10)
    with pytest.raises(EventTooLarge, match=r"at least 20 bytes; the reader takes at most 10"):
        reader.feed(b"data: 90123456789012")


def test_heartbeats_do_not_add_up_to_the_limit():
    reader = EventStreamReader(max_event_bytes=10)
    for _ in range(100):
        assert reader.feed(b": beat\n") == []


def wire(texts: list[str], end: str) -> bytes:
    return "".join("".join(f"data: {line}{end}" for line in text.split("\n")) + end for text in texts).encode()


@given(
    texts=st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=20), max_size=6),
    end=st.sampled_from(["\n", "\r", "\r\n"]),
    cuts=st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_what_is_written_is_read_however_it_is_cut(texts, end, cuts):
    data = wire(texts, end)
    reader = EventStreamReader()
    events: list[StreamEvent] = []
    turn = 0
    while data:
        size = cuts[turn % len(cuts)]
        turn += 1
        events += reader.feed(data[:size])
        data = data[size:]
    assert [event.data for event in events] == texts


@given(data=st.binary(max_size=80), cut=st.integers(1, 5))
def test_the_same_events_come_of_the_same_bytes_in_any_chunking(data, cut):
    assert read(data, cut) == read(data)

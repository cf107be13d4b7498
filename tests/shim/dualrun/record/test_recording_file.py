"""Recordings on disk: what is written comes back, what was cut off is said, what is wrong is an error with its place."""

from __future__ import annotations

import io
import json
import stat
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.errors import (
    EventOutOfTurn,
    LineInvalid,
    LineTooLong,
    NotARecording,
    RecordingError,
    RecordingMixed,
    RecordingNotUtf8,
    RecordingUnreadable,
    RecordingUnwritable,
    RecordingVersionUnknown,
)
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.reader import End, read_items
from shim.dualrun.record.writer import RecordingWriter, in_order, write_recordings
from tests.shim.dualrun.record.events import HEADER, event, recordings

HEADER_LINE = json.dumps(HEADER.to_record())
EVENT_LINE = '{"session":"s","step":0,"client":"a","n":0,"kind":"msg","channel":"socket","at":1.0}'
END_LINE = '{"end":{"received":1,"sent":0,"lost":0}}'


@pytest.fixture
def file(tmp_path):
    def write(*lines: str | bytes, ending: bytes = b"\n"):
        path = tmp_path / "one.jsonl"
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + ending)
        return path

    return write


def notes(path) -> list[tuple[str, int]]:
    return [(note.kind, note.line) for note in load_recordings(path).notes]


@given(first=recordings(), second=recordings())
def test_recordings_survive_their_file(first, second, tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "some.jsonl"
    second = replace(second, run="legacy-2", events=tuple(replace(e, run="legacy-2") for e in second.events))
    second = replace(second, sent=tuple(replace(e, run="legacy-2") for e in second.sent))
    second = replace(second, problems=tuple(replace(p, run="legacy-2") for p in second.problems))
    write_recordings(path, [(HEADER, first), (replace(HEADER, run="legacy-2"), second)])
    loaded = load_recordings(path)
    assert [part.recording for part in loaded.parts] == [first, second]
    assert [part.header for part in loaded.parts] == [HEADER, replace(HEADER, run="legacy-2")]
    assert all(part.whole for part in loaded.parts)
    assert {note.kind for note in loaded.notes} <= {"clock_jumped", "repeated"}


@given(recording=recordings(), data=st.data())
def test_a_file_that_is_cut_off_anywhere_keeps_its_whole_lines_and_says_so(recording, data, tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "some.jsonl"
    write_recordings(path, [(HEADER, recording)])
    whole = path.read_bytes()
    first_line = whole.index(b"\n") + 1
    cut = data.draw(st.integers(first_line, len(whole) - 1))
    path.write_bytes(whole[:cut])
    (part,), told = load_recordings(path).parts, load_recordings(path).notes
    kept = part.recording.events
    assert kept == recording.events[: len(kept)]
    assert part.recording.sent == recording.sent[: len(part.recording.sent)]
    lines = whole[:cut].count(b"\n") - 1
    last_is_whole = whole[cut : cut + 1] == b"\n"
    entries = len(recording.events) + len(recording.sent)
    assert len(kept) + len(part.recording.sent) == min(entries, lines + last_is_whole)
    if not part.whole:
        assert {note.kind for note in told} & {"cut_off", "no_end"}


@given(line=st.binary(max_size=200), at=st.integers(0, 2))
def test_no_line_crashes_the_reader(line, at, tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "some.jsonl"
    lines = [HEADER_LINE.encode(), EVENT_LINE.encode()]
    lines.insert(at, line)
    path.write_bytes(b"\n".join(lines) + b"\n")
    with suppress(RecordingError):
        assert len(load_recordings(path).parts) == 1 + (b"ws2sse-recording" in line)


def test_a_recorder_that_was_stopped_and_started_again_leaves_two_parts(file):
    path = file(HEADER_LINE, EVENT_LINE, '{"session":"s","st', HEADER_LINE, EVENT_LINE, END_LINE)
    loaded = load_recordings(path)
    assert [part.whole for part in loaded.parts] == [False, True]
    assert [len(part.recording.events) for part in loaded.parts] == [1, 1]
    assert notes(path) == [("cut_off", 3)]


def test_a_file_without_its_last_line_says_so(file):
    assert notes(file(HEADER_LINE, EVENT_LINE)) == [("no_end", 2)]
    assert notes(file(HEADER_LINE, EVENT_LINE, END_LINE)) == []
    assert notes(file(HEADER_LINE, EVENT_LINE, END_LINE, ending=b"")) == []


def test_events_that_there_was_no_room_for_are_told(file):
    path = file(HEADER_LINE, EVENT_LINE, END_LINE.replace('"lost":0', '"lost":7'))
    loaded = load_recordings(path)
    assert [(part.whole, part.lost) for part in loaded.parts] == [(True, 7)]
    assert [str(note) for note in loaded.notes] == ["line 3: 7 events were not recorded."]


def test_a_line_that_is_there_twice_counts_once(file):
    path = file(HEADER_LINE, EVENT_LINE, EVENT_LINE, END_LINE)
    assert notes(path) == [("repeated", 3)]
    assert len(load_recordings(path).parts[0].recording.events) == 1


def test_missing_events_are_counted(file):
    path = file(HEADER_LINE, EVENT_LINE, EVENT_LINE.replace('"n":0', '"n":5'), END_LINE)
    assert [str(note) for note in load_recordings(path).notes] == [
        "line 3: 4 events of 'a' before this one are missing."
    ]


@pytest.mark.parametrize(
    ("second", "jumps"),
    [
        ('"at":0.5', False),
        ('"at":900.0', False),
        ('"at":-9.0', True),
        ('"at":900.0,"mono":907.0', True),
        ('"at":900.0,"mono":909.0', False),
        ('"at":-900.0,"mono":11.0', True),
    ],
)
def test_a_clock_that_jumps_is_told_from_time_that_passes(second, jumps, file):
    first = EVENT_LINE.replace('"at":1.0', '"at":1.0,"mono":10.0')
    other = EVENT_LINE.replace('"n":0', '"n":1').replace('"at":1.0', second)
    assert notes(file(HEADER_LINE, first, other, END_LINE)) == ([("clock_jumped", 3)] if jumps else [])


def test_of_many_notes_the_first_are_told_and_the_others_counted(file):
    lines = [EVENT_LINE.replace('"n":0', f'"n":{2 * n + 1}') for n in range(25)]
    told = load_recordings(file(HEADER_LINE, *lines, END_LINE)).notes
    assert len(told) == 21
    assert str(told[-1]) == "5 more notes events_missing are left out."


def test_another_event_with_the_same_number_is_an_error(file):
    with pytest.raises(EventOutOfTurn) as caught:
        load_recordings(file(HEADER_LINE, EVENT_LINE, EVENT_LINE.replace("1.0", "2.0")))
    assert (caught.value.line, caught.value.client, caught.value.n, caught.value.expected) == (3, "a", 0, 1)


def test_received_and_sent_events_count_by_themselves(file):
    path = file(HEADER_LINE, EVENT_LINE, EVENT_LINE.replace("}", ',"direction":"sent"}'), END_LINE)
    assert notes(path) == []


@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        ((b"",), NotARecording, "its first line is not an object of JSON"),
        (("[1]",), NotARecording, "its first line is not an object of JSON"),
        (('{"log": {}}',), NotARecording, "its header's format is None, not 'ws2sse-recording'"),
        ((HEADER_LINE.replace('"schema_version": 1', '"schema_version": 2'),), RecordingVersionUnknown, "version 2"),
        ((HEADER_LINE.replace('"run"', '"walk"'),), LineInvalid, "line 1: the header has an unknown key 'walk'"),
        ((HEADER_LINE.replace('"websocket"', '"pigeon"'),), LineInvalid, "path is 'pigeon', not one of websocket"),
        ((HEADER_LINE.replace('"settled": false', '"settled": 1'),), LineInvalid, "settled is not true or false"),
        ((HEADER_LINE, "{bad", EVENT_LINE), LineInvalid, "line 2: the line is not an object of JSON"),
        ((HEADER_LINE, "[" * 100_000, EVENT_LINE), LineInvalid, "line 2"),
        ((HEADER_LINE, EVENT_LINE.replace("1.0", "NaN"), EVENT_LINE), LineInvalid, "line 2"),
        ((HEADER_LINE, EVENT_LINE.replace("1.0", "1" + "0" * 400)), LineInvalid, "at is not a number of seconds"),
        ((HEADER_LINE, EVENT_LINE.replace("1.0", "true")), LineInvalid, "at is not a number of seconds"),
        ((HEADER_LINE, EVENT_LINE.replace('"step":0', '"step":-1')), LineInvalid, "step is not a whole number"),
        ((HEADER_LINE, EVENT_LINE.replace('"msg"', '"shout"')), LineInvalid, "kind is 'shout', not one of open"),
        ((HEADER_LINE, EVENT_LINE.replace('"msg"', '"connect"')), LineInvalid, "which only a client does"),
        ((HEADER_LINE, EVENT_LINE.replace('"client":"a",', "")), LineInvalid, "an event has no client"),
        ((HEADER_LINE, EVENT_LINE.replace("}", ',"more":1}')), LineInvalid, "unknown key 'more'"),
        ((HEADER_LINE, EVENT_LINE, END_LINE, EVENT_LINE), LineInvalid, "line 4: there is something after the end"),
        ((HEADER_LINE, '{"end":{}}'), LineInvalid, "the end has not the numbers"),
        ((HEADER_LINE, '{"skipped":["s"]}'), LineInvalid, "a skipped step is not"),
        ((HEADER_LINE, '{"problem":"s"}'), LineInvalid, "a problem has not the keys"),
        (
            (HEADER_LINE, END_LINE, HEADER_LINE.replace('"chat"', '"shop"')),
            RecordingMixed,
            "line 3: two recordings are mixed: application is 'shop' from here on, and was 'chat' before",
        ),
        ((HEADER_LINE, END_LINE, HEADER_LINE.replace("0123abcd", "99999999")), RecordingMixed, "key_id"),
    ],
)
def test_what_is_wrong_is_an_error_with_its_place(lines, error, words, file):
    with pytest.raises(error) as caught:
        load_recordings(file(*lines))
    assert words in str(caught.value)


def test_a_whole_line_that_is_not_utf_8_is_an_error(file):
    with pytest.raises(RecordingNotUtf8) as caught:
        load_recordings(file(HEADER_LINE, b'{"a": "\xff"}', EVENT_LINE))
    assert (caught.value.line, caught.value.byte) == (2, 8)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(file):
    with pytest.raises(LineTooLong) as caught:
        list(read_items(file(HEADER_LINE, '{"text":"' + "x" * 2_000), max_line_bytes=1_000))
    assert (caught.value.line, caught.value.limit) == (2, 1_000)


def test_an_empty_or_absent_file_is_an_error(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(NotARecording, match="it is empty"):
        load_recordings(tmp_path / "empty")
    with pytest.raises(RecordingUnreadable, match="No such file"):
        load_recordings(tmp_path / "absent")


def test_a_bounded_recording_stops_and_tells_how_much_is_lost():
    file = io.BytesIO()
    writer = RecordingWriter(file, HEADER, max_bytes=2_000)
    for n in range(50):
        writer.write(event(n=n))
    assert writer.is_full
    writer.end()
    written = file.getvalue()
    assert len(written) <= 2_000
    end = json.loads(written.splitlines()[-1])["end"]
    assert end["lost"] > 0
    assert end["received"] + end["lost"] == 50
    assert end["received"] == written.count(b"\n") - 2


def test_after_the_first_event_that_does_not_fit_none_is_written():
    file = io.BytesIO()
    writer = RecordingWriter(file, HEADER, max_bytes=1_500)
    writer.write(event(text="x" * 2_000))
    writer.write(event(n=1, text="small"))
    writer.end()
    assert json.loads(file.getvalue().splitlines()[-1])["end"] == {"received": 0, "sent": 0, "lost": 2}


def test_what_does_not_succeed_leaves_the_old_file(tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_text("old")

    def parts():
        yield HEADER, None
        raise AssertionError

    with pytest.raises(AttributeError):
        write_recordings(path, parts())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(RecordingUnwritable):
        write_recordings(path / "below", [])


def test_only_its_owner_may_read_a_recording(tmp_path):
    path = tmp_path / "one.jsonl"
    write_recordings(path, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@given(recordings())
def test_merging_loses_nothing_and_keeps_both_orders(recording):
    merged = list(in_order(recording))
    assert [e for e in merged if e.direction == "received"] == list(recording.events)
    assert [e for e in merged if e.direction == "sent"] == list(recording.sent)


def test_the_last_line_tells_the_counts(file):
    assert list(read_items(file(HEADER_LINE, EVENT_LINE, END_LINE)))[-1] == End(1, 0, 0)

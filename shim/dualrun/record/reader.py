"""Reads recordings line by line: whole lines are kept, and what is odd about them is said."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from shim.dualrun.record.canonical import Event, Problem
from shim.dualrun.record.errors import (
    LineInvalid,
    LineTooLong,
    NotARecording,
    RecordingMixed,
    RecordingNotUtf8,
    RecordingUnreadable,
    RecordingVersionUnknown,
)
from shim.dualrun.record.event_lines import event_of
from shim.dualrun.record.header import FORMAT, SCHEMA_VERSION, Header, header_of
from shim.dualrun.record.notes import Note
from shim.dualrun.record.turns import Turns
from shim.dualrun.record.usual_line import usual_event

MAX_LINE_BYTES: Final = 32 * 1024 * 1024
"""Most bytes of one line: the largest message that clients take, each of its characters escaped."""

MOST_TEXTS: Final = 1_000
"""Texts that are remembered, so that a message to many clients is in memory once: its recipients follow each other."""

_SAME: Final = ("application", "key_id")
"""What the parts of one file have in common."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that could not be taken."""

    session: str
    step: int


@dataclass(frozen=True, slots=True)
class End:
    """The last line of a part. lost: events that were not written, for want of room as a rule."""

    received: int
    sent: int
    lost: int


Item = Header | Event | Skipped | Problem | End | Note


def read_items(path: Path, *, max_line_bytes: int = MAX_LINE_BYTES) -> Generator[Item]:
    """One line at a time is held. Raises a RecordingError for what is no recording of this version.

    A file has one part or several, each with a header: a recorder that is started again adds one. A line that was cut
    off ends its part, with a note; whole lines that make no sense are errors.
    """
    try:
        with path.open("rb") as file:
            yield from _items(file, path, max_line_bytes)
    except OSError as error:
        raise RecordingUnreadable(path, error.strerror or str(error)) from error


def _items(file: IO[bytes], path: Path, limit: int) -> Iterator[Item]:
    reading = _Reading(path)
    number = 0
    while line := file.readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise LineTooLong(path, number, limit)
        usual = reading.take_usual(line, number)
        if usual is not None:
            yield from usual
            continue
        record = _object(line)
        if record is None and (not line.endswith(b"\n") or _is_header(file, limit)):
            if reading.header is None:
                raise NotARecording(path, "its first line is cut off")
            yield Note("cut_off", number, "the line is cut off, and was left out")
            reading.cut_off = True
        elif record is None:
            raise _what_is_wrong(path, number, line, first=reading.header is None)
        else:
            yield from reading.take(record, number)
    if reading.header is None:
        raise NotARecording(path, "it is empty")
    yield from reading.finish(number)


class _Reading:
    """What is known of the file so far."""

    def __init__(self, path: Path) -> None:
        self.header: Header | None = None
        self.cut_off = False
        self._path = path
        self._ended = False
        self._turns = Turns(path)
        self._texts: dict[str, str] = {}

    def take_usual(self, line: bytes, number: int) -> Sequence[Item] | None:
        """None for a line that has to be looked at more closely."""
        if self.header is None or self._ended:
            return None
        if len(self._texts) >= MOST_TEXTS:
            self._texts.clear()
        event = usual_event(line, self.header, self._texts)
        return None if event is None else self._turns.take(event, number)

    def take(self, record: dict[str, Any], number: int) -> Sequence[Item]:
        if "format" in record or self.header is None:
            return [*self.finish(number - 1), self._begin(record, number)]
        if self._ended:
            raise LineInvalid(self._path, number, "there is something after the end of the recording")
        if "end" in record:
            self._ended = True
            end = self._end(record["end"], number)
            lost = [Note("events_missing", number, f"{end.lost} events were not recorded")] if end.lost else []
            return [*lost, end]
        if "skipped" in record:
            return [self._skipped(record["skipped"], number)]
        if "problem" in record:
            return [self._problem(record["problem"], number)]
        event = event_of(record, self.header)
        if isinstance(event, str):
            raise LineInvalid(self._path, number, event)
        return self._turns.take(event, number)

    def finish(self, number: int) -> Iterator[Note]:
        """The end of a part."""
        if self.header is None:
            return
        yield from self._turns.finish()
        if not self._ended and not self.cut_off:
            yield Note("no_end", number, "the recording has no last line: it was not ended, or is still written")
        self.cut_off = self._ended = False

    def _begin(self, record: dict[str, Any], number: int) -> Header:
        if record.get("format") != FORMAT:
            problem = f"its header's format is {record.get('format')!r}, not {FORMAT!r}"
            raise (
                NotARecording(self._path, problem) if self.header is None else LineInvalid(self._path, number, problem)
            )
        if record.get("schema_version") != SCHEMA_VERSION:
            raise RecordingVersionUnknown(self._path, number, record.get("schema_version"), SCHEMA_VERSION)
        header = header_of(record)
        if isinstance(header, str):
            raise LineInvalid(self._path, number, header)
        for name in _SAME:
            if self.header is not None and getattr(header, name) != getattr(self.header, name):
                first, found = getattr(self.header, name), getattr(header, name)
                raise RecordingMixed(self._path, number, name, first, found)
        self.header = header
        self._turns = Turns(self._path)
        return header

    def _end(self, told: object, number: int) -> End:
        names = ("received", "sent", "lost")
        if not isinstance(told, dict) or told.keys() != set(names) or not all(_is_count(told[name]) for name in names):
            raise LineInvalid(self._path, number, "the end has not the numbers received, sent and lost")
        return End(told["received"], told["sent"], told["lost"])

    def _skipped(self, told: object, number: int) -> Skipped:
        if not isinstance(told, list) or len(told) != 2 or not isinstance(told[0], str) or not _is_count(told[1]):
            raise LineInvalid(self._path, number, "a skipped step is not [session, step]")
        return Skipped(told[0], told[1])

    def _problem(self, told: object, number: int) -> Problem:
        assert self.header is not None
        if not isinstance(told, dict) or told.keys() != {"session", "sentence"}:
            raise LineInvalid(self._path, number, "a problem has not the keys session and sentence")
        if not all(isinstance(text, str) for text in told.values()):
            raise LineInvalid(self._path, number, "a problem's session or sentence is not text")
        return Problem(self.header.run, told["session"], told["sentence"])


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _object(line: bytes) -> dict[str, Any] | None:
    """None for what is no object of JSON."""
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)


def _is_header(file: IO[bytes], limit: int) -> bool:
    """Whether the next line begins a part: then the one before it was being written when its recorder was stopped."""
    at = file.tell()
    record = _object(file.readline(limit + 1))
    file.seek(at)
    return record is not None and record.get("format") == FORMAT


def _what_is_wrong(path: Path, number: int, line: bytes, *, first: bool) -> Exception:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return RecordingNotUtf8(path, number, error.start + 1)
    if first:
        return NotARecording(path, "its first line is not an object of JSON")
    return LineInvalid(path, number, "the line is not an object of JSON")

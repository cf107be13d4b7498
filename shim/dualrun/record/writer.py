"""Writes recordings: the header, one line for each event as it happens, and a last line that says that it is whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.errors import RecordingUnwritable
from shim.dualrun.record.event_lines import record_of
from shim.dualrun.record.header import Header

END_RESERVE: Final = 256
"""Bytes kept free for the last line of a recording that is bounded in size."""


class RecordingWriter:
    """Writes one part to a file that it is given. `max_bytes`: most that it may write; 0 for no bound.

    What no longer fits is counted, and the last line tells the number. A line is written in one call, so that whoever
    is stopped leaves whole lines, and at most one that is cut off.
    """

    def __init__(self, file: IO[bytes], header: Header, *, max_bytes: int = 0) -> None:
        self.lost = 0
        """Events that were not written."""
        self._file = file
        self._left = max_bytes - END_RESERVE if max_bytes else None
        self._counts = {"received": 0, "sent": 0}
        self._put(header.to_record())

    @property
    def is_full(self) -> bool:
        """Whether an event has not been written for want of room; none is written after it."""
        return self.lost > 0

    def write(self, event: Event) -> None:
        if self.lost or not self._put(record_of(event)):
            self.lost += 1
        else:
            self._counts[event.direction] += 1

    def skipped(self, session: str, step: int) -> None:
        self._put({"skipped": [session, step]})

    def problem(self, session: str, sentence: str) -> None:
        self._put({"problem": {"session": session, "sentence": sentence}})

    def end(self) -> None:
        self._left = None
        self._put({"end": {**self._counts, "lost": self.lost}})
        self._file.flush()

    def _put(self, record: dict[str, Any]) -> bool:
        line = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
        if self._left is not None:
            if len(line) > self._left:
                return False
            self._left -= len(line)
        self._file.write(line)
        return True


def write_recordings(path: Path, parts: Iterable[tuple[Header, Recording]]) -> None:
    """Replaces the file as a whole, readable by its owner only. Raises RecordingUnwritable."""
    name = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            for header, recording in parts:
                _write(RecordingWriter(file, header), recording)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        name = None
    except OSError as error:
        raise RecordingUnwritable(path, error.strerror or str(error)) from error
    finally:
        if name is not None:
            with suppress(OSError):
                Path(name).unlink()


def _write(writer: RecordingWriter, recording: Recording) -> None:
    for event in in_order(recording):
        writer.write(event)
    for session, step in sorted(recording.skipped):
        writer.skipped(session, step)
    for problem in recording.problems:
        writer.problem(problem.session, problem.sentence)
    writer.end()


def in_order(recording: Recording) -> Iterator[Event]:
    """What was sent and received, merged by the time; neither changes its own order, whatever its clock did."""
    received = list(reversed(recording.events))
    for event in recording.sent:
        while received and _moment(received[-1]) < _moment(event):
            yield received.pop()
        yield event
    yield from reversed(received)


def _moment(event: Event) -> float:
    return event.mono or event.at

"""A recording file as a whole: its parts, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shim.dualrun.collector import collector_paused
from shim.dualrun.record.canonical import Event, Problem, Recording
from shim.dualrun.record.header import Header
from shim.dualrun.record.notes import Note
from shim.dualrun.record.reader import MAX_LINE_BYTES, End, Skipped, read_items


@dataclass(frozen=True, slots=True)
class Part:
    """One recording of a file, with its header. whole: whether its last line is there. lost: events that this line
    says were not written."""

    header: Header
    recording: Recording
    whole: bool
    lost: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """All of a file. parts: at least one."""

    parts: tuple[Part, ...]
    notes: tuple[Note, ...]


@collector_paused()
def load_recordings(path: Path, *, max_line_bytes: int = MAX_LINE_BYTES) -> Loaded:
    """Raises what `read_items` raises."""
    parts: list[_Gathered] = []
    notes: list[Note] = []
    for item in read_items(path, max_line_bytes=max_line_bytes):
        if isinstance(item, Header):
            parts.append(_Gathered(item))
        elif isinstance(item, Note):
            notes.append(item)
        else:
            parts[-1].add(item)
    return Loaded(tuple(part.finished() for part in parts), tuple(notes))


@dataclass(slots=True)
class _Gathered:
    header: Header
    received: list[Event] = field(default_factory=list)
    sent: list[Event] = field(default_factory=list)
    skipped: set[tuple[str, int]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    end: End | None = None

    def add(self, item: Event | Skipped | Problem | End) -> None:
        match item:
            case Event():
                (self.sent if item.direction == "sent" else self.received).append(item)
            case Skipped(session, step):
                self.skipped.add((session, step))
            case Problem():
                self.problems.append(item)
            case End():
                self.end = item

    def finished(self) -> Part:
        header = self.header
        recording = Recording(
            header.run,
            header.path,
            tuple(self.received),
            frozenset(self.skipped),
            tuple(self.problems),
            tuple(self.sent),
            header.settled,
        )
        return Part(header, recording, self.end is not None, 0 if self.end is None else self.end.lost)

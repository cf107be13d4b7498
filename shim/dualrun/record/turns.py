"""Whether the events of a recording come in their turn: numbers that count up, clocks that go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from shim.dualrun.record.canonical import Event
from shim.dualrun.record.errors import EventOutOfTurn
from shim.dualrun.record.notes import Note

CLOCK_STEP_S: Final = 1.0
"""Seconds that a clock may be off before it counts as having jumped."""

MAX_NOTES: Final = 20
"""Notes of one kind for one part; the others are counted."""


class Turns:
    """Of one part. It remembers one event for each client."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: dict[tuple[str, str, str], Event] = {}
        self._before: Event | None = None
        self._told: dict[str, int] = {}

    def take(self, event: Event, line: int) -> list[Event | Note]:
        """The event, unless it is a repeat of the client's last one. Raises EventOutOfTurn."""
        found: list[Event | Note] = []
        key = (event.session, event.client, event.direction)
        last = self._last.get(key)
        expected = 0 if last is None else last.n + 1
        if last is not None and event.n == last.n and event == last:
            found += self._note(Note("repeated", line, "the event is there twice; it counts once"))
            return found
        if event.n < expected:
            raise EventOutOfTurn(self._path, line, event.session, event.client, event.n, expected)
        if event.n > expected:
            missing = f"{event.n - expected} events of {event.client!r} before this one are missing"
            found += self._note(Note("events_missing", line, missing))
        found += self._clock(event, line)
        self._last[key] = self._before = event
        found.append(event)
        return found

    def finish(self) -> Iterator[Note]:
        for kind, count in self._told.items():
            if count > MAX_NOTES:
                yield Note("left_out", 0, f"{count - MAX_NOTES} more notes {kind} are left out")

    def _clock(self, event: Event, line: int) -> Iterable[Note]:
        """Against the steady clock where there is one; else only steps back can be told from waiting."""
        before = self._before
        if before is None:
            return ()
        step = event.at - before.at
        if event.mono and before.mono:
            step -= event.mono - before.mono
        elif step > 0:
            return ()
        if abs(step) <= CLOCK_STEP_S:
            return ()
        return self._note(Note("clock_jumped", line, f"the clock jumped by {step:+.1f} s"))

    def _note(self, note: Note) -> Iterable[Note]:
        count = self._told.get(note.kind, 0) + 1
        self._told[note.kind] = count
        return (note,) if count <= MAX_NOTES else ()

"""Reads an event stream as a browser does: bytes in, events out, no I/O.

Written from https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream and the
section "interpreting an event stream" after it; it shares nothing with the code that writes streams, so that
a mistake there can't hide here.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from shim.dualrun.errors import EventTooLarge

MAX_EVENT_BYTES: Final = 4 * 1024 * 1024
"""Default for the most bytes (of lines not yet dispatched) that a reader holds: 4 MiB."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_MILLISECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A dispatched event. `type` is 'message' when the stream names none; `id` is the last event id then."""

    type: str
    data: str
    id: str


class EventStreamReader:
    """Feed it chunks as they come; the events that each chunk completes are returned.

    `last_event_id`: sent in Last-Event-ID when the stream is taken up again; '' when there is none.
    `retry`: milliseconds to wait before reconnecting, as the stream last said; None when it did not.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES, last_event_id: str = "") -> None:
        self.last_event_id = last_event_id
        self.retry: int | None = None
        self._max = max_event_bytes
        self._held = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_start = True
        self._after_cr = False
        self._line: list[str] = []
        self._data: list[str] = []
        self._type = ""
        self._id = last_event_id

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        """Raises EventTooLarge when an event grows beyond the limit."""
        self._held += len(chunk)
        text = self._decoder.decode(chunk)
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._after_cr and text:
            # The CR ended a line already, so that an event is not held back until the next one begins.
            self._after_cr = False
            text = text.removeprefix("\n")
        events: list[StreamEvent] = []
        start = 0
        for end in _LINE_END.finditer(text):
            self._line.append(text[start : end.start()])
            event = self._take_line("".join(self._line))
            self._line.clear()
            if event is not None:
                events.append(event)
            start = end.end()
        if start < len(text):
            self._line.append(text[start:])
        elif text.endswith("\r"):
            self._after_cr = True
        if self._held > self._max:
            raise EventTooLarge(self._held, self._max)
        return events

    def _take_line(self, line: str) -> StreamEvent | None:
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            self._forget_when_idle()
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                self._type = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if _MILLISECONDS.fullmatch(value):
                self.retry = int(value)
        return None

    def _dispatch(self) -> StreamEvent | None:
        self.last_event_id = self._id
        data, kind = self._data, self._type
        self._data, self._type, self._held = [], "", 0
        if not data:
            return None
        return StreamEvent(kind or "message", "\n".join(data), self.last_event_id)

    def _forget_when_idle(self) -> None:
        """Heartbeats between events must not add up to the limit."""
        if not self._data:
            self._held = 0
